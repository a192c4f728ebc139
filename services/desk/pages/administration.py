"""Accounts, parked cases, reports."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.web.forms import Form, refused
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import ROLE_NAMES, ROLES, Account
from services.desk.pages.frame import Frame, form_of
from services.desk.reports import READERS


async def administrator(frame: Frame, request: Request) -> Account:
    """Who asks. Raises NotAllowed for everybody else."""
    account = await frame.account(request)
    if account.role != "administrator":
        raise NotAllowed("Chỉ quản trị viên xem được mục này", "administrators only")
    return account


def _police_unit(frame: Frame, form: dict[str, str]) -> None:
    """Raises Refused when an account of the police is not with a unit that verifies reports."""
    units = {one.code for one in frame.desk.directory.pack.agencies if one.kind == "police"}
    if form.get("role") == "police" and form.get("agency") not in units:
        raise Refused(
            "Tài khoản công an phải thuộc một đơn vị công an", "choose a police unit", field="agency"
        )


def account_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    people = frame.desk.people

    async def accounts_page(request: Request, account: Account, form: Form, status: int = 200) -> Response:
        pack = frame.desk.directory.pack
        return frame.render(
            request,
            "accounts.html",
            account,
            status,
            form=form,
            accounts=await people.listed(),
            roles=[(role, ROLE_NAMES[role][0]) for role in ROLES],
            agencies=[(one.code, one.name_vi) for one in pack.agencies],
        )

    @routes.get("/accounts")
    async def accounts(request: Request) -> Response:
        return await accounts_page(request, await administrator(frame, request), Form())

    @routes.post("/accounts")
    async def add(request: Request) -> Response:
        account, form = await administrator(frame, request), form_of(request)
        names = ("login", "name", "role", "agency", "extension", "password")
        try:
            _police_unit(frame, form)
            await people.add(**{name: form.get(name, "") for name in names})
        except Refused as error:
            kept = {name: value for name, value in form.items() if name != "password"}
            return await accounts_page(request, account, refused(kept, error), 422)
        return RedirectResponse("/accounts", 303)

    @routes.post("/accounts/end")
    async def end(request: Request) -> Response:
        account, login = await administrator(frame, request), form_of(request).get("login", "")
        if login == account.login:
            raise Refused("Không thể khóa tài khoản của chính mình", "not your own account", field="login")
        await people.end(login)
        return RedirectResponse("/accounts", 303)

    return routes


def extension_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()

    @routes.post("/accounts/extension")
    async def extension(request: Request) -> Response:
        """The telephone on an operator's desk; a wrong one is told on a page of its own."""
        await administrator(frame, request)
        form = form_of(request)
        await frame.desk.people.give_extension(form.get("login", ""), form.get("extension", ""))
        return RedirectResponse("/accounts", 303)

    return routes


def report_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    queries, reports = frame.desk.queries, frame.desk.reports

    @routes.get("/parked")
    async def parked(request: Request) -> Response:
        account = await administrator(frame, request)
        return frame.render(request, "parked.html", account, cases=await queries.parked(account))

    @routes.get("/reports")
    async def report_list(request: Request) -> Response:
        account = await frame.account(request)
        if account.role not in READERS:
            raise NotAllowed(
                "Tài khoản của bạn không xuất được báo cáo", "your account may not export reports"
            )
        month = frame.desk.clock.now().astimezone(frame.zone).strftime("%Y-%m")
        return frame.render(request, "reports.html", account, month=month)

    @routes.get("/reports/{name}")
    async def report(request: Request, name: str) -> Response:
        account = await frame.account(request)
        found = await reports.report(account, name, dict(request.query_params))
        headers = {"content-disposition": found.disposition, "cache-control": "no-store"}
        return Response(found.content, media_type=found.media_type, headers=headers)

    return routes
