"""The two queues of doubt with their first case open: accepted with one key, the next one follows."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.web.forms import problems_of
from services.desk.domain.command import Command
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.inputs import Determine, Direct
from services.desk.domain.people import Account
from services.desk.domain.rights import allowed
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.lists import Shelf
from services.desk.pages.sent_forms import read_form
from services.desk.pages.timeline import TRIAGE
from services.desk.pages.why import sureness, why

QUEUES: dict[str, tuple[str, type[Command]]] = {
    "triage": ("Phân loại", Direct),
    "arbiter": ("Chờ xác định thẩm quyền", Determine),
}
"""Queue → its title, and what accepting a suggestion there means."""


def triage_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = TriagePage(frame)

    @routes.get("/triage")
    async def triage(request: Request) -> Response:
        return await page.show(request, await frame.account(request), "triage")

    @routes.get("/arbiter")
    async def arbiter(request: Request) -> Response:
        return await page.show(request, await frame.account(request), "arbiter")

    @routes.post("/{queue}/accept/{case_id}")
    async def accept(request: Request, queue: str, case_id: str) -> Response:
        if queue not in QUEUES:
            raise HTTPException(404)
        return await page.accept(request, await frame.account(request), queue, case_id)

    return routes


class TriagePage:
    """`at` in the address: the case to be open, by default the first."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._desk = frame.desk

    async def show(
        self, request: Request, account: Account, queue: str, *, status: int = 200, trouble: str = ""
    ) -> Response:
        queries, asked = self._desk.queries, request.query_params
        listed = queries.triage if queue == "triage" else queries.unclear
        listing = await listed(account, asked.get("after", ""))
        ids = [row.case_id for row in listing.rows]
        at = ids.index(asked["at"]) if asked.get("at") in ids else 0
        title, _ = QUEUES[queue]
        return self._frame.render(
            request, "triage.html", account, status, title=title, queue=queue, kind=queue,
            shelves=(Shelf("", "", listing.rows),), next=listing.next, left=listing.left,
            done=asked.get("done", ""), trouble=trouble,
            here=f"/{queue}?{asked}".rstrip("?"),  # also where a refused acceptance shows the queue again
            head=await self._head(account, ids[at], queue) if ids else None,
            later=(ids[at + 1 :] or ids[:at] or [""])[0],
        )  # fmt: skip

    async def accept(self, request: Request, account: Account, queue: str, case_id: str) -> Response:
        """Whatever is refused is said above the same case, with the way to its page."""
        sent = form_of(request)
        _, cls = QUEUES[queue]
        try:
            await self._desk.commands.do(account, case_id, read_form(cls, sent, self._frame.zone))
        except (NotAllowed, NotFound):
            raise
        except (ValidationError, Refused) as error:
            said = problems_of(error)[0].vi if isinstance(error, ValidationError) else error.vi
            return await self.show(request, account, queue, status=422, trouble=said)
        return RedirectResponse(f"/{queue}?done=yes&at={quote(sent.get('later', '')[:32])}", 303)

    async def _head(self, account: Account, case_id: str, queue: str) -> dict[str, Any]:
        """The case without the person: nobody's data is looked at by walking down a queue."""
        state, pack = await self._desk.queries.glance(account, case_id), self._desk.directory.pack
        _, cls = QUEUES[queue]
        named = state.determination.agency if state.determination else ""
        offered = [
            (one, why(one, state, pack), sureness(one, state, pack))
            for one in state.suggestions
            if one.lead and (not named or one.lead[0] == named)
        ]
        return {
            "state": state,
            "offered": offered[:3],
            "may": cls.token() in allowed(state, account, pack.arbiter),
            "waits": [TRIAGE.get(code, code) for code in state.triage_reasons],
        }
