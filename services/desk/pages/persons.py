"""A person's data, for administrators: what is held of them; erasing a case, holding it as evidence."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.codes import parse_code
from libs.contracts.errors import Refused
from libs.web.forms import Form, refused
from services.desk.domain.people import Account
from services.desk.erasing import Asked
from services.desk.exporting import Held, answer_due
from services.desk.pages.administration import administrator
from services.desk.pages.frame import Frame, form_of

DONE = {
    "erase": "Đã ghi việc xóa. Dữ liệu gốc được xóa khi chạy lệnh hotline erase.",
    "hold": "Đã giữ hồ sơ làm chứng cứ.",
    "lift": "Đã thôi giữ hồ sơ.",
}


def person_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()

    def show(
        request: Request,
        account: Account,
        form: Form,
        *,
        of: str = "",
        done: str = "",
        status: int = 200,
        found: Sequence[Mapping[str, Any]] | None = None,
    ) -> Response:
        """`of`: the form that was sent; the others stay as they were."""
        return frame.render(
            request,
            "persons.html",
            account,
            status,
            form=form,
            of=of,
            found=found,
            done=DONE.get(done, ""),
            fresh=uuid4(),
            due=answer_due(frame.desk.directory.pack, frame.desk.clock.now()),
        )

    @routes.get("/persons")
    async def look(request: Request, done: str = "") -> Response:
        return show(request, await administrator(frame, request), Form(), done=done)

    @routes.post("/persons/export")
    async def export(request: Request) -> Response:
        account, sent = await administrator(frame, request), form_of(request)
        try:
            held = await _held(frame, account, sent, "export")
        except Refused as error:
            return show(request, account, refused(sent, error), of="export", status=422)
        text = json.dumps(to_jsonable_python(held), ensure_ascii=False, indent=1)
        name = 'attachment; filename="du-lieu-ca-nhan.json"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(text, media_type="application/json", headers=headers)

    @routes.post("/persons/{what}")
    async def change(request: Request, what: str) -> Response:
        account, sent = await administrator(frame, request), form_of(request)
        try:
            if what == "find":
                held = await _held(frame, account, sent, what)
                return show(request, account, Form(sent), of="export", found=held.cases)
            await _change(frame, account, what, sent)
        except Refused as error:
            of = "export" if what == "find" else what
            return show(request, account, refused(sent, error), of=of, status=409 if error.stale else 422)
        return RedirectResponse(f"/persons?done={what}", 303)

    return routes


async def _held(frame: Frame, account: Account, sent: Mapping[str, str], what: str) -> Held:
    asked = {name: sent.get(name, "") for name in ("phone", "email", "reference")}
    return await frame.desk.exporting.person(account, **asked, what=what)


async def _change(frame: Frame, account: Account, what: str, sent: dict[str, str]) -> None:
    asked = Asked(_command_id(sent), sent.get("reference", ""), sent.get("reason", ""))
    case_id = await _case_of(frame, account, sent.get("code", ""))
    if what == "erase":
        await frame.desk.erasing.erase(account, case_id, asked)
    elif what in {"hold", "lift"}:
        await frame.desk.erasing.hold(account, case_id, asked, lift=what == "lift")
    else:
        raise Refused("Không có việc này", "there is no such thing to do", field="what")


async def _case_of(frame: Frame, account: Account, typed: str) -> str:
    """The case with this look-up code."""
    code = parse_code(typed)
    rows = (await frame.desk.queries.search(account, code)).rows if code else ()
    if len(rows) != 1:
        raise Refused("Không có hồ sơ nào mang mã này", "there is no case with this code", field="code")
    return rows[0].case_id


def _command_id(sent: dict[str, str]) -> UUID:
    try:
        return UUID(sent.get("command_id", ""))
    except ValueError:
        raise Refused("Biểu mẫu đã hỏng, hãy mở lại trang", "open the page again", stale=True) from None
