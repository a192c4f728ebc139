"""Standard texts: put into a form of the case, and the room in which they are written and switched off."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.web.forms import Form, refused
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.standard import (
    ACTIONS,
    CONDITIONS,
    VARIABLES,
    StandardErrors,
    actions_of,
    may,
    own_agency,
)
from services.desk.pages.case import CasePage
from services.desk.pages.frame import Frame, form_of
from services.desk.wording.standards import WRITTEN

NAMES = {"action": "Việc", "field": "Lĩnh vực", "title": "Tên mẫu", "text": "Nội dung"}
"""Input → what the page calls it."""

DONE = {"added": "Đã thêm mẫu.", "changed": "Đã lưu.", "approved": "Đã cho dùng mẫu."}


def insertion(frame: Frame) -> APIRouter:
    """Without a script the page comes back with the text filled in and everything typed kept."""
    routes = APIRouter()
    page = CasePage(frame)

    @routes.post("/cases/{case_id}/{command}/text")
    async def put_in(request: Request, case_id: str, command: str) -> Response:
        account, sent = await frame.account(request), form_of(request)
        if command not in ACTIONS:
            raise HTTPException(404)
        number = sent.pop("standard", "")
        text = await frame.desk.standards.put_in(account, case_id, command, number)
        if request.headers.get("accept") == "text/plain":
            return PlainTextResponse(text, headers={"cache-control": "no-store"})
        name = ACTIONS[command][0]
        typed = sent.get(name, "").rstrip()
        form = Form({**sent, name: f"{typed}\n\n{text}" if typed else text})
        return await page.show(request, account, case_id, form=form, opened=command)

    return routes


def standard_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    room = StandardRoom(frame)

    @routes.get("/standards")
    async def shelf(request: Request, done: str = "") -> Response:
        account = await frame.account(request)
        return await room.shelf(request, account, Form({"command_id": uuid4().hex}), done=done)

    @routes.post("/standards")
    async def add(request: Request) -> Response:
        account, sent = await frame.account(request), form_of(request)
        return await room.add(request, account, sent)

    @routes.get("/standards/{number}")
    async def one(request: Request, number: str) -> Response:
        return await room.one(request, await frame.account(request), number)

    @routes.post("/standards/{number}")
    async def change(request: Request, number: str) -> Response:
        account, sent = await frame.account(request), form_of(request)
        return await room.change(request, account, number, sent)

    return routes


class StandardRoom:
    """The list with the form for a new text, and the page of one text with its history."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._standards = frame.desk.standards

    async def shelf(
        self, request: Request, account: Account, form: Form, *, status: int = 200, done: str = ""
    ) -> Response:
        found = await self._standards.listed(account)
        name, _, count = done.partition("-")
        told = f"Đã nạp {count} mẫu, chờ bạn duyệt từng mẫu." if name == "samples" else DONE.get(done, "")
        return self._render(
            request, "standards.html", account, form, status,
            done=told, texts=found, writes=may(account, "write"), own=own_agency(account),
        )  # fmt: skip

    async def one(
        self,
        request: Request,
        account: Account,
        number: str,
        form: Form | None = None,
        *,
        status: int = 200,
        conflict: bool = False,
    ) -> Response:
        """`conflict`: the form holds what this person wrote, the text what somebody else saved meanwhile."""
        text, versions = await self._standards.one(account, number)
        kept = {name: str(getattr(text, name)) for name in (*WRITTEN, "condition")}
        kept["seen"] = str(text.version)
        form = form or Form(kept)
        if conflict:
            form = Form({**form.values, "seen": kept["seen"]}, form.problems)
        return self._render(
            request, "standard.html", account, form, status,
            text=text, versions=versions, conflict=conflict,
        )  # fmt: skip

    async def add(self, request: Request, account: Account, sent: Mapping[str, str]) -> Response:
        if sent.get("do") == "samples":
            count = await self._standards.load_samples(account)
            return RedirectResponse(f"/standards?done=samples-{count}", 303)
        try:
            await self._standards.add(account, sent)
        except StandardErrors as wrong:
            return await self.shelf(request, account, refused(sent, wrong.problems), status=422)
        except NotAllowed:
            raise
        except Refused as error:
            return await self.shelf(request, account, refused(sent, error), status=422)
        return RedirectResponse("/standards?done=added", 303)

    async def change(
        self, request: Request, account: Account, number: str, sent: Mapping[str, str]
    ) -> Response:
        if sent.get("do") == "approve":
            await self._standards.approve(account, number)
            return RedirectResponse("/standards?done=approved", 303)
        try:
            await self._standards.change(account, number, sent)
        except StandardErrors as wrong:
            form = refused(sent, wrong.problems)
            return await self.one(request, account, number, form, status=422)
        except Refused as error:
            if not error.stale:
                raise
            return await self.one(request, account, number, Form(sent), status=409, conflict=True)
        return RedirectResponse("/standards?done=changed", 303)

    def _render(
        self, request: Request, template: str, account: Account, form: Form, status: int, **more: Any
    ) -> Response:
        return self._frame.render(
            request,
            template,
            account,
            status,
            form=form,
            names=NAMES,
            actions=list(actions_of(own_agency(account)).items()),
            action_names={one: name for one, (_, name) in ACTIONS.items()},
            conditions=CONDITIONS,
            variables=VARIABLES,
            **more,
        )
