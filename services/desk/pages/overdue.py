"""The coordinator's board: who is late, the cases behind each number, reminders and their history."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from libs.contracts.errors import Refused
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.oversight.board import AGES, WHATS, Wanted, What
from services.desk.oversight.reminding import MOST, Ticked, remind_all
from services.desk.pages.choices import lists_of
from services.desk.pages.frame import Frame, form_of

AGE_NAMES = {
    "d1": "dưới 1 ngày",
    "d3": "1–3 ngày",
    "d10": "3–10 ngày",
    "more": "trên 10 ngày",
}
"""Age → in words; days of eight working hours."""

WHAT_NAMES = {
    "late": "Đang quá hạn",
    "broken": "Lời hẹn không giữ",
    "returned": "Bị trả lại hai lần",
    "reopened": "Mở lại",
    "nobody": "Chưa có cơ quan nào",
}
KEPT = ("what", "age", "agency", "field", "place")


def overdue_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = OverduePages(frame)

    @routes.get("/overdue")
    async def board(request: Request) -> Response:
        return await page.board(request, await frame.account(request))

    @routes.get("/overdue/cases")
    async def cases(request: Request, after: str = "") -> Response:
        return await page.cases(request, await frame.account(request), dict(request.query_params), after)

    @routes.post("/overdue/remind")
    async def remind(request: Request) -> Response:
        return await page.remind(request, await frame.account(request))

    @routes.get("/reminders")
    async def reminders(request: Request, agency: str = "") -> Response:
        account = await frame.account(request)
        found = await frame.desk.boards.history(account, agency)
        return frame.render(request, "reminders.html", account, found=found, agency=agency, at=_instant)

    return routes


class OverduePages:
    """Board and lists share the filter, which stands in the address."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._desk = frame.desk

    async def board(self, request: Request, account: Account) -> Response:
        wanted = wanted_of(request.query_params)
        board = await self._desk.boards.board(account, wanted)
        return self._frame.render(
            request, "overdue.html", account, board=board, ages=AGES, **self._words(wanted)
        )

    async def cases(
        self, request: Request, account: Account, asked: Mapping[str, str], after: str = "", **more: Any
    ) -> Response:
        """`more`: the outcome of a form that was just sent."""
        what, age = asked.get("what", "late"), asked.get("age", "")
        if what not in WHATS:
            raise HTTPException(404)
        known: What = what
        wanted = wanted_of(asked)
        listing = await self._desk.boards.listed(account, known, age, wanted, after)
        rows = tuple({row.case_id: row for row in listing.rows}.values())
        kept = {name: asked[name] for name in KEPT if asked.get(name)}
        values = {"outcome": None, "trouble": "", "text": "", **more}
        return self._frame.render(
            request, "overdue_cases.html", account, what=what, age=age, rows=rows, next=listing.next,
            left=listing.left, kept=kept,
            reminds=account.role == "arbiter" and what != "nobody", command_id=uuid4(),
            **values, **self._words(wanted),
        )  # fmt: skip

    async def remind(self, request: Request, account: Account) -> Response:
        """One form for all the cases that are ticked."""
        if account.role != "arbiter":
            raise NotAllowed("Chỉ cơ quan điều phối nhắc việc", "only the coordinator reminds")
        sent = form_of(request)
        ids = [name.partition(".")[2] for name, value in sent.items() if name.startswith("case.") and value]
        if not ids:
            trouble = "Chưa chọn hồ sơ nào."
            return await self.cases(request, account, sent, trouble=trouble, text=sent.get("text", ""))
        ticked = []
        for case_id in ids[:MOST]:
            view = await self._desk.queries.case(account, case_id)
            ticked.append(Ticked(case_id, view.state.code, view.state.lead))
        try:
            command_id = UUID(sent.get("command_id", ""))
        except ValueError:
            raise Refused("Biểu mẫu không đọc được", "unreadable form", field="command_id") from None
        outcome = await remind_all(self._desk.commands, account, ticked, sent.get("text", ""), command_id)
        text = sent.get("text", "") if outcome.refused else ""
        return await self.cases(request, account, sent, outcome=outcome, text=text)

    def _words(self, wanted: Wanted) -> dict[str, Any]:
        pack = self._desk.directory.pack
        today = self._desk.clock.now().astimezone(self._frame.zone).date()
        lists = lists_of(pack, today)

        def link(**more: str) -> str:
            of = {"agency": wanted.agency, "field": wanted.field, "place": wanted.place} | more
            return "/overdue/cases?" + urlencode({name: value for name, value in of.items() if value})

        return {
            "wanted": wanted,
            "agencies": lists.agencies,
            "places": lists.places,
            "age_names": AGE_NAMES,
            "what_names": WHAT_NAMES,
            "link": link,
        }


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """The filter in an address or a form."""
    return Wanted(asked.get("agency", ""), asked.get("field", ""), asked.get("place", ""))
