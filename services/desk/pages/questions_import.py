"""An agency's workbook on the page: brought, previewed with every remark, confirmed with a document."""

from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem
from libs.web.forms import Form, refused
from libs.web.uploads import sent_form
from services.desk.domain.people import Account
from services.desk.domain.questions_rights import require_act
from services.desk.knowledge.workbooks import LARGEST
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.questions import day_in, room

SHOWN = 30
"""Rows and remarks of each kind in a preview; the others are counted."""


def import_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = ImportPage(frame)

    @routes.get("/knowledge/import")
    async def ask(request: Request) -> Response:
        account = await frame.account(request)
        require_act(account, "propose")
        return page.blank(request, account, Form({"agency": account.agency}))

    @routes.post("/knowledge/import")
    async def bring(request: Request) -> Response:
        account = await frame.account(request)
        require_act(account, "propose")
        return await page.bring(request, account)

    @routes.get("/knowledge/import/{number}")
    async def look(request: Request, number: str) -> Response:
        account = await frame.account(request)
        today = frame.desk.knowledge.revising.today().isoformat()
        return await page.preview(request, account, number, Form({"effective": today}))

    @routes.post("/knowledge/import/{number}")
    async def decide(request: Request, number: str) -> Response:
        account, sent = await frame.account(request), form_of(request)
        return await page.decide(request, account, number, sent)

    return routes


class ImportPage:
    """Nothing is in force before the document is named, and then the whole workbook or nothing."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._workbooks = frame.desk.knowledge.workbooks

    async def bring(self, request: Request, account: Account) -> Response:
        async with sent_form(request, files=1) as (sent, files):
            content = await files[0].read(LARGEST + 1) if files else b""
            name = (files[0].filename or "") if files else ""
        named = {key: sent.get(key, "") for key in ("agency", "field")}
        try:
            number = await self._workbooks.bring(account, content, name=name, **named)
        except Refused as error:
            if not error.field:
                raise
            return self.blank(request, account, refused(sent, error), 422)
        return RedirectResponse(f"/knowledge/import/{number}", 303)

    async def decide(self, request: Request, account: Account, number: str, sent: dict[str, str]) -> Response:
        if sent.get("do") in {"tcvn3", "unicode"}:
            await self._workbooks.convert(account, number, legacy=sent["do"] == "tcvn3")
            return RedirectResponse(f"/knowledge/import/{number}", 303)
        try:
            kept = await self._workbooks.confirm(
                account,
                number,
                seen=sent.get("seen", ""),
                document=sent.get("document", ""),
                effective=_effective(sent),
                end_missing=sent.get("end_missing") == "yes",
            )
        except Refused as error:
            if not error.field:
                raise
            return await self.preview(request, account, number, refused(sent, error), 422)
        return RedirectResponse(f"/knowledge/changes/{kept[0].id}?done=yes", 303)

    def blank(self, request: Request, account: Account, form: Form, status: int = 200) -> Response:
        fields = [(one.code, one.name_vi) for one in self._frame.desk.directory.pack.fields]
        return room(
            self._frame, request, account, "knowledge_import.html", status,
            form=form, fields=fields, megabytes=LARGEST // 1_000_000,
        )  # fmt: skip

    async def preview(
        self, request: Request, account: Account, number: str, form: Form, status: int = 200
    ) -> Response:
        brought = await self._workbooks.look(account, number)
        return room(
            self._frame, request, account, "knowledge_workbook.html", status,
            form=form, brought=brought, found=brought.compared, shown=SHOWN,
        )  # fmt: skip


def _effective(sent: dict[str, str]) -> date:
    problems: list[Problem] = []
    day = day_in(sent, "effective", problems)
    if day is None:
        raise Refused(problems[0].vi, problems[0].en, field="effective")
    return day
