"""The telephone's pages: who rings now, who is owed a call back, the newest calls; and surge mode."""

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.web.forms import Form, problems_of, refused
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.people import Account
from services.desk.pages.frame import Frame, form_of
from services.desk.telephony.calls import Returned
from services.desk.telephony.surges import MAY_SWITCH

RESULTS = (
    ("reached", "Đã nói chuyện"),
    ("not-reached", "Gọi lại nhưng không gặp"),
    ("settled", "Đã giải quyết cách khác"),
)


def call_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    calls = frame.desk.calls

    @routes.get("/calls")
    async def telephone(request: Request) -> Response:
        account = await frame.account(request)
        return frame.render(request, "calls.html", account, phone=await calls.telephone(account))

    @routes.get("/calls/ringing")
    async def ringing(request: Request) -> Response:
        """Only the banner, as every page of an operator shows it."""
        account = await frame.account(request)
        going, owed = await calls.going(account)
        return frame.render(request, "ring.html", account, going=going, owed=owed)

    return routes


def call_back_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    calls = frame.desk.calls

    async def form_page(
        request: Request, account: Account, call: str, form: Form, status: int = 200
    ) -> Response:
        found = await calls.call(account, call)
        if found is None:
            raise NotFound("Không có cuộc gọi này", "there is no such call", field="call")
        return frame.render(
            request, "called_back.html", account, status, form=form, call=found, results=RESULTS
        )

    @routes.get("/calls/{call}/returned")
    async def ask(request: Request, call: str) -> Response:
        return await form_page(request, await frame.account(request), call, Form())

    @routes.post("/calls/{call}/returned")
    async def returned(request: Request, call: str) -> Response:
        account, form = await frame.account(request), form_of(request)
        try:
            await calls.called_back(account, call, Returned.model_validate(form))
        except ValidationError as error:
            return await form_page(request, account, call, Form(form, problems_of(error)), 422)
        except (NotAllowed, NotFound):
            raise
        except Refused as error:
            status = 409 if error.stale else 422
            return await form_page(request, account, call, refused(form, error), status)
        return RedirectResponse("/calls", 303)

    return routes


def surge_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    surges = frame.desk.surges

    async def page(request: Request, account: Account, form: Form, status: int = 200) -> Response:
        if account.role not in MAY_SWITCH:
            raise NotAllowed("Tài khoản của bạn không xem được mục này", "your account may not see this")
        load = await surges.load()
        return frame.render(request, "surge.html", account, status, form=form, load=load, limit=surges.limit)

    @routes.get("/surge")
    async def look(request: Request) -> Response:
        return await page(request, await frame.account(request), Form())

    @routes.post("/surge")
    async def switch(request: Request) -> Response:
        account, form = await frame.account(request), form_of(request)
        if form.get("on") not in {"yes", "no"}:
            raise HTTPException(400)
        try:
            await surges.switch(account, on=form["on"] == "yes", reason=form.get("reason", ""))
        except NotAllowed:
            raise
        except Refused as error:
            return await page(request, account, refused(form, error), 409 if error.stale else 422)
        return RedirectResponse("/surge", 303)

    return routes
