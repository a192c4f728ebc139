"""Cases whose agency ended and whom nobody succeeds: a person says who goes on with each."""

from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.web.forms import problems_of, refused
from services.desk.domain.errors import NotAllowed
from services.desk.domain.inputs import Succeed
from services.desk.domain.people import Account
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.sent_forms import read_form

DECIDE = ("operator", "arbiter")


def succession_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    desk = frame.desk

    async def someone(request: Request) -> Account:
        account = await frame.account(request)
        if account.role not in (*DECIDE, "administrator"):
            raise NotAllowed("Tài khoản của bạn không xem được mục này", "operators, arbiter, administrators")
        return account

    async def page(request: Request, account: Account, status: int = 200, **more: Any) -> Response:
        today = desk.clock.now().astimezone(frame.zone).date()
        standing = [(one.code, one.name_vi) for one in desk.directory.pack.agencies if one.in_force(today)]
        waiting = [(found.state, agency) for found, agency in await desk.successions.undecided()]
        values = {"form": refused({}, ()), **more}
        return frame.render(
            request, "successions.html", account, status, waiting=waiting, agencies=standing,
            decides=account.role in DECIDE, new_id=lambda: uuid4().hex, **values,
        )  # fmt: skip

    @routes.get("/successions")
    async def look(request: Request) -> Response:
        return await page(request, await someone(request))

    @routes.post("/successions/{case_id}")
    async def decide(request: Request, case_id: str) -> Response:
        account, sent = await someone(request), form_of(request)
        try:
            command = read_form(Succeed, sent, frame.zone)
        except ValidationError as error:
            return await page(request, account, 422, form=refused(sent, problems_of(error)))
        await desk.commands.do(account, case_id, command)
        return RedirectResponse("/successions", 303)

    return routes
