"""Notices of agencies, and what was looked for in vain."""

from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.web.forms import Form, refused
from services.desk.domain.people import Account
from services.desk.knowledge.notices import WrongNotice
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.questions import room


def notice_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    notices = frame.desk.knowledge.notices

    def show(request: Request, account: Account, form: Form, status: int = 200) -> Response:
        return room(
            frame, request, account, "knowledge_notices.html", status,
            form=form, notices=notices.listed(account),
        )  # fmt: skip

    @routes.get("/knowledge/notices")
    async def listed(request: Request) -> Response:
        account = await frame.account(request)
        today = frame.desk.knowledge.revising.today().isoformat()
        kept = {"command_id": uuid4().hex, "agency": account.agency, "valid_from": today}
        return show(request, account, Form(kept))

    @routes.post("/knowledge/notices")
    async def put_up(request: Request) -> Response:
        account, sent = await frame.account(request), form_of(request)
        try:
            await notices.put_up(account, sent)
        except WrongNotice as wrong:
            return show(request, account, refused(sent, wrong.problems), 422)
        except Refused as error:
            if not error.field:
                raise
            return show(request, account, refused(sent, error), 422)
        return RedirectResponse("/knowledge/notices?done=up", 303)

    @routes.post("/knowledge/notices/{number}/down")
    async def take_down(request: Request, number: str) -> Response:
        await notices.take_down(await frame.account(request), number)
        return RedirectResponse("/knowledge/notices?done=down", 303)

    return routes


def sought_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    sought = frame.desk.knowledge.sought

    @routes.get("/knowledge/sought")
    async def listed(request: Request) -> Response:
        account = await frame.account(request)
        return room(frame, request, account, "knowledge_sought.html", vain=await sought.listed(account))

    @routes.post("/knowledge/sought")
    async def done(request: Request) -> Response:
        account, sent = await frame.account(request), form_of(request)
        await sought.done(account, sent.get("key", ""))
        return RedirectResponse("/knowledge/sought?done=yes", 303)

    return routes
