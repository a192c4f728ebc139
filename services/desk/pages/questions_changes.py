"""Proposals on the page: listed, read side by side with what holds today, decided."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.web.forms import Form, refused
from services.desk.domain.people import Account
from services.desk.domain.questions import now_in
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.questions import NAMES, room

STATES = {
    "proposed": ("chờ quyết định", "warn"), "accepted": ("đã nhận, chờ đến ngày", "calm"),
    "applied": ("đang áp dụng", "good"), "declined": ("không nhận", "bad"), "withdrawn": ("đã rút", "calm"),
}  # fmt: skip
"""State → (what it is called, colour)."""

SHOWN = 50
"""Entries of one proposal that are shown; the others are counted."""


def change_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = ChangePage(frame)

    @routes.get("/knowledge/changes")
    async def listed(request: Request) -> Response:
        account = await frame.account(request)
        found = await frame.desk.knowledge.changes.listed(account)
        return room(frame, request, account, "knowledge_changes.html", changes=found, states=STATES)

    @routes.get("/knowledge/changes/{number}")
    async def look(request: Request, number: int) -> Response:
        account = await frame.account(request)
        return await page.show(request, account, number, Form())

    @routes.post("/knowledge/changes/{number}")
    async def decide(request: Request, number: int) -> Response:
        account, sent = await frame.account(request), form_of(request)
        try:
            await page.decide(account, number, sent)
        except Refused as error:
            if not error.field:
                raise
            return await page.show(request, account, number, refused(sent, error), 422)
        return RedirectResponse(f"/knowledge/changes/{number}?done=decided", 303)

    return routes


class ChangePage:
    """One proposal beside what the pack says today."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._changes = frame.desk.knowledge.changes

    async def decide(self, account: Account, number: int, sent: Mapping[str, str]) -> None:
        if sent.get("do") == "accept":
            await self._changes.accept(account, number, seen=sent.get("seen", ""))
        elif sent.get("do") == "withdraw":
            await self._changes.withdraw(account, number)
        else:
            await self._changes.decline(account, number, sent.get("reason", ""))

    async def show(
        self, request: Request, account: Account, number: int, form: Form, status: int = 200
    ) -> Response:
        changes = self._changes
        kept = await changes.one(account, number)
        pack, day = self._frame.desk.directory.pack, changes.revising.today()
        return room(
            self._frame, request, account, "knowledge_change.html", status,
            form=form, kept=kept, states=STATES, names=NAMES, shown=SHOWN,
            now=now_in(pack, kept.proposal, day), moved=kept.state == "proposed" and changes.moved(kept),
            seen=changes.seen(kept), others=await changes.others(kept),
        )  # fmt: skip
