"""The agencies' address book: hotline, focal contacts, open now or when next (Điều 10.1, 10.2)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from libs.packs.entries import PROVINCE, Agency
from libs.packs.model import NotInPack, Pack
from libs.places.text import fold
from libs.worktime.calendar import CalendarError
from services.desk.domain.errors import NotAllowed
from services.desk.pages.frame import Frame

MOST = 8
"""Agencies shown while searching."""


@dataclass(frozen=True)
class Listed:
    """One agency. `opens`: when it works again, None while it does and where the calendar does not say."""

    agency: Agency
    open: bool
    opens: datetime | None


def agency_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()

    async def shown(request: Request, template: str, q: str, most: int | None) -> Response:
        account = await frame.account(request)
        if account.role not in {"operator", "administrator", "arbiter"}:
            raise NotAllowed("Danh bạ dành cho Tổng đài", "the address book is for the desk")
        found = book(frame.desk.directory.pack, q, frame.desk.clock.now())[:most]
        return frame.render(request, template, account, q=q, found=found, pick=most is not None)

    @routes.get("/agencies")
    async def whole(request: Request, q: str = "") -> Response:
        return await shown(request, "agencies.html", q, None)

    @routes.get("/agencies/found")
    async def hits(request: Request, agency_q: str = "") -> Response:
        """Only the hits, for the transfer of a call."""
        return await shown(request, "agencies_found.html", agency_q, MOST)

    return routes


def book(pack: Pack, words: str, now: datetime) -> list[Listed]:
    """Agencies in force whose name, code or number has a word beginning like each of these, marks or not."""
    today, asked = now.astimezone(ZoneInfo(pack.zone)).date(), fold(words)
    found = []
    for one in pack.agencies:
        told = fold(f"{one.name_vi} {one.name_en} {one.code} {one.hotline or ''}")
        if one.in_force(today) and all(f" {word}" in f" {told}" for word in asked.split()):
            found.append(
                ((asked not in told, not one.hotline, one.kind == "commune"), _listed(pack, one, now))
            )
    return [one for _, one in sorted(found, key=lambda each: each[0])]


def _listed(pack: Pack, agency: Agency, now: datetime) -> Listed:
    try:
        calendar = pack.calendar(agency.hours or PROVINCE)
        is_open = calendar.is_open(now)
        return Listed(agency, is_open, None if is_open else calendar.next_open(now))
    except (NotInPack, CalendarError):
        return Listed(agency, open=False, opens=None)
