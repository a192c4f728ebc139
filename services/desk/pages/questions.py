"""Questions and answers: the shelf of entries, one entry as a form, the focal officer's contacts."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem
from libs.packs import tables
from libs.packs.questions import Question
from libs.packs.table import Table
from libs.packs.written import written
from libs.web.forms import Form, refused
from services.desk.domain.people import Account
from services.desk.domain.questions import (
    CONTACTS,
    TYPED,
    ContactChange,
    Proposal,
    QuestionChange,
    contacts_of,
    old_since,
    read_cells,
    read_entry,
)
from services.desk.domain.questions_rights import may, of_agency, owner, require_act
from services.desk.knowledge.knowledge import is_old
from services.desk.knowledge.store import Kept
from services.desk.pages.administration import administrator
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.routes import table

SIZE = 25
FILES: dict[str, Table[Any]] = {
    "faq": tables.QUESTIONS,
    "notices": tables.NOTICES,
    "agencies": tables.AGENCIES,
}
NAMES = {
    "field": "Lĩnh vực", "question": "Câu hỏi", "answer": "Câu trả lời", "source": "Căn cứ",
    "checked": "Ngày kiểm tra", "valid_to": "Hết hiệu lực", "agency": "Cơ quan", "document": "Văn bản",
    "effective": "Ngày hiệu lực", "hotline": "Đường dây nóng", "email": "Thư điện tử", "sms": "Tin nhắn",
}  # fmt: skip
"""Input → what the page calls it."""


def shelf_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    knowledge = frame.desk.knowledge

    @routes.get("/knowledge")
    async def shelf(
        request: Request, q: str = "", show: str = "", agency: str = "", page: int = 1
    ) -> Response:
        account = await frame.account(request)
        whose = agency or of_agency(account)
        wanted = {"show": show, "agency": "" if show == "all" else whose}
        found = knowledge.shelf(account, **wanted, start=SIZE * (max(page, 1) - 1), size=SIZE)
        return room(
            frame, request, account, "knowledge.html",
            shelf=found, q=q, show=show, agency=agency, page=max(page, 1),
            pages=-(-found.count // SIZE),
            hits=await frame.desk.answers.search(q, SIZE) if q else [],
        )  # fmt: skip

    @routes.post("/knowledge/checked")
    async def checked(request: Request) -> Response:
        account, sent = await frame.account(request), form_of(request)
        ids = [
            name.removeprefix("entry.") for name, value in sent.items() if name.startswith("entry.") and value
        ]
        many = await knowledge.changes.checked(account, ids, sent.get("command_id", "")[:40])
        return RedirectResponse(f"/knowledge?show=old&done={many}", 303)

    @routes.get("/knowledge/{name}.csv")
    async def file(request: Request, name: str) -> Response:
        """For the folder of the pack."""
        await administrator(frame, request)
        if name not in FILES:
            raise HTTPException(404)
        rows = getattr(frame.desk.directory.pack, "questions" if name == "faq" else name)
        return table(f"{name}.csv", written(FILES[name], rows))

    return routes


def entry_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = EntryPage(frame)

    @routes.get("/knowledge/entry")
    async def look(request: Request, id: str = "", words: str = "") -> Response:  # noqa: A002  the input's name
        account = await frame.account(request)
        return await page.show(request, account, page.blank(account, id, words), id)

    @routes.post("/knowledge/entry")
    async def send(request: Request) -> Response:
        account, sent = await frame.account(request), form_of(request)
        return await page.send(request, account, sent)

    @routes.get("/knowledge/contacts")
    async def contacts(request: Request, agency: str = "") -> Response:
        account = await frame.account(request)
        require_act(account, "propose")
        return page.contacts(request, account, Form(page.reached(account, agency)))

    @routes.post("/knowledge/contacts")
    async def reached(request: Request) -> Response:
        account, sent = await frame.account(request), form_of(request)
        return await page.send_contacts(request, account, sent)

    return routes


class EntryPage:
    """What is typed becomes a proposal with its document; an administrator's holds from its day on."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._changes = frame.desk.knowledge.changes

    def blank(self, account: Account, number: str, words: str) -> Form:
        today = self._changes.revising.today().isoformat()
        kept = {"command_id": uuid4().hex, "effective": today, "checked": today, "question": words[:300]}
        entry = self._entry(number)
        if entry is None:
            return Form({**kept, "agency": account.agency})
        said = {name: getattr(entry, name) for name in TYPED}
        shown = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()
        }
        return Form({**kept, **{name: value or "" for name, value in shown.items()}, "agency": entry.agency})

    async def show(
        self, request: Request, account: Account, form: Form, number: str, status: int = 200
    ) -> Response:
        require_act(account, "read")
        entry = self._entry(number)
        if number and entry is None:
            raise HTTPException(404)
        mine = may(account, "propose") and (
            entry is None or account.role == "administrator" or account.agency == entry.agency
        )
        others: list[Kept] = []
        if entry and may(account, "follow"):
            others = await asyncio.to_thread(self._changes.store.about, [entry.id], only_open=False)
        return room(
            self._frame, request, account, "knowledge_entry.html", status,
            form=form, entry=entry, mine=mine, others=others, names=NAMES,
            fields=[(one.code, one.name_vi) for one in self._frame.desk.directory.pack.fields],
        )  # fmt: skip

    async def send(self, request: Request, account: Account, sent: dict[str, str]) -> Response:
        require_act(account, "propose")
        pack, entry = self._frame.desk.directory.pack, self._entry(sent.get("id", ""))
        ends = sent.get("do") == "end" and entry is not None
        try:
            agency = owner(account, entry.agency if entry else sent.get("agency", ""))
            after, problems = (entry, list[Problem]()) if ends else read_entry(pack, agency, sent)
            effective = day_in(sent, "effective", problems)
            if problems or after is None or effective is None:
                return await self.show(request, account, refused(sent, problems), sent.get("id", ""), 422)
            change = QuestionChange(before=entry, after=after)
            proposal = Proposal(agency=agency, questions=(change,), ends=ends)
            kept = await propose(self._frame, account, proposal, sent, effective)
        except Refused as error:
            if not error.field:
                raise
            return await self.show(request, account, refused(sent, error), sent.get("id", ""), 422)
        return RedirectResponse(f"/knowledge/changes/{kept.id}?done=yes", 303)

    def reached(self, account: Account, agency: str) -> dict[str, str]:
        whose = of_agency(account) or agency
        found = self._frame.desk.directory.pack.agency_on(whose, self._changes.revising.today())
        today = self._changes.revising.today().isoformat()
        known = contacts_of(found) if found else dict.fromkeys(CONTACTS, "")
        return {"agency": whose, "effective": today, "command_id": uuid4().hex, **known}

    def contacts(self, request: Request, account: Account, form: Form, status: int = 200) -> Response:
        return room(self._frame, request, account, "knowledge_contacts.html", status, form=form, names=NAMES)

    async def send_contacts(self, request: Request, account: Account, sent: dict[str, str]) -> Response:
        require_act(account, "propose")
        try:
            agency = owner(account, sent.get("agency", ""))
            values, problems = read_cells(tables.AGENCIES, sent, CONTACTS)
            effective = day_in(sent, "effective", problems)
            if problems or effective is None:
                return self.contacts(request, account, refused(sent, problems), 422)
            before = {name: self.reached(account, agency)[name] for name in CONTACTS}
            after = {name: value or "" for name, value in values.items()}
            proposal = Proposal(agency=agency, contacts=ContactChange(before=before, after=after))
            kept = await propose(self._frame, account, proposal, sent, effective)
        except Refused as error:
            if not error.field:
                raise
            return self.contacts(request, account, refused(sent, error), 422)
        return RedirectResponse(f"/knowledge/changes/{kept.id}?done=yes", 303)

    def _entry(self, number: str) -> Question | None:
        return next((one for one in self._frame.desk.directory.pack.questions if one.id == number), None)


async def propose(
    frame: Frame, account: Account, proposal: Proposal, sent: Mapping[str, str], effective: date
) -> Kept:
    return await frame.desk.knowledge.changes.propose(
        account,
        proposal,
        document=sent.get("document", ""),
        effective=effective,
        note=sent.get("note", ""),
        command=sent.get("command_id", "")[:40] or uuid4().hex,
    )


def day_in(sent: Mapping[str, str], name: str, problems: list[Problem]) -> date | None:
    """The day that was typed; else None, with a problem."""
    try:
        return date.fromisoformat(sent.get(name, ""))
    except ValueError:
        problems.append(Problem(field=name, vi="Ghi ngày, ví dụ 15/06/2026", en="a date is needed"))
        return None


def room(
    frame: Frame, request: Request, account: Account, template: str, status: int = 200, **values: Any
) -> Response:
    """A page of this room: with the agencies to choose from, and what the reader may do."""
    day = frame.desk.knowledge.revising.today()
    pack = frame.desk.directory.pack
    since = old_since(pack, day)
    shown: dict[str, Any] = {
        "acts": {act: may(account, act) for act in ("propose", "follow", "decide", "notify", "sought")},
        "agencies": [(one.code, one.name_vi) for one in pack.agencies if one.in_force(day)],
        "today": day,
        "is_old": lambda entry: is_old(entry, since),
        "done": request.query_params.get("done", "")[:40],
        **values,
    }
    return frame.render(request, template, account, status, **shown)
