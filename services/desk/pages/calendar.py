"""The working calendar for administrators: looked at, changed in a draft, previewed, put in force."""

from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from libs.packs import tables
from libs.packs.table import Table
from libs.packs.written import written
from libs.web.forms import Form
from services.desk.domain.calendars import Draft
from services.desk.pages.administration import administrator
from services.desk.pages.calendar_forms import day_form, week_form
from services.desk.pages.calendar_page import CalendarPage
from services.desk.pages.frame import Frame, form_of

FILES: dict[str, Table[Any]] = {"days": tables.DAYS, "hours": tables.HOURS}


def calendar_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = CalendarPage(frame)

    @routes.get("/calendar")
    async def look(request: Request, year: int = 0, d: str = "", done: str = "") -> Response:
        account = await administrator(frame, request)
        return await page.look(request, account, Draft.unpacked(d), year, done=done)

    @routes.get("/calendar/day")
    async def ask_day(request: Request, day: str = "", d: str = "") -> Response:
        account, draft = await administrator(frame, request), Draft.unpacked(d)
        known = next((one for one in draft.days_of(page.pack) if one.day.isoformat() == day), None)
        form = Form(day_form(known) if known else {"applies": "yes", "day": day})
        return page.day(request, account, draft, form, was=day if known else "")

    @routes.post("/calendar/day")
    async def keep_day(request: Request) -> Response:
        account, sent = await administrator(frame, request), form_of(request)
        return page.keep_day(request, account, sent)

    @routes.get("/calendar/hours")
    async def ask_hours(request: Request, profile: str, season: str = "", d: str = "") -> Response:
        account, draft = await administrator(frame, request), Draft.unpacked(d)
        known = page.season(draft, profile, season)
        form = Form(week_form(known or page.seasons(draft, profile)[-1]))
        return page.hours(request, account, draft, form, profile=profile, season=season if known else "")

    @routes.post("/calendar/hours")
    async def keep_hours(request: Request) -> Response:
        account, sent = await administrator(frame, request), form_of(request)
        return page.keep_hours(request, account, sent)

    return routes


def calendar_changes(frame: Frame) -> APIRouter:
    """Preview, decision, and the files for the pack's folder."""
    routes = APIRouter()
    page = CalendarPage(frame)

    @routes.get("/calendar/preview")
    async def preview(request: Request, d: str = "", at: str = "") -> Response:
        account = await administrator(frame, request)
        return await page.preview(request, account, Draft.unpacked(d), at=at)

    @routes.post("/calendar/apply")
    async def apply(request: Request) -> Response:
        account, sent = await administrator(frame, request), form_of(request)
        return await page.apply(request, account, sent)

    @routes.get("/calendar/{name}.csv")
    async def table(request: Request, name: str) -> Response:
        await administrator(frame, request)
        if name not in FILES:
            raise HTTPException(404)
        text = "\ufeff" + written(FILES[name], getattr(page.pack, name))
        headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return routes
