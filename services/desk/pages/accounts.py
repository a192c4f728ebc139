"""Accounts for administrators: issued with a link, moved, signed out, ended; and where such a link leads."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem
from libs.web.forms import Form, refused
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.people import ROLE_NAMES, ROLES, Account
from services.desk.pages.administration import administrator
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.signing_in import SIGN_IN_ANEW
from services.desk.province import successors
from services.desk.staff import ACTS

DONE = {
    "move": "Đã đổi vai trò, cơ quan; mọi phiên của người này đã kết thúc.",
    "extension": "Đã lưu máy nhánh.",
    "unlink": "Đã bỏ liên kết; lần đăng nhập một lần tới sẽ liên kết lại.",
    "sessions": "Mọi phiên của người này đã kết thúc.",
    "end": "Đã khóa tài khoản; mọi phiên đã kết thúc.",
    "resume": "Tài khoản được mở lại.",
}


def account_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = AccountPages(frame)

    @routes.get("/accounts")
    async def accounts(request: Request, q: str = "") -> Response:
        return await page.all(request, await administrator(frame, request), Form(), q=q)

    @routes.post("/accounts")
    async def issue(request: Request) -> Response:
        account, form = await administrator(frame, request), form_of(request)
        inputs = {name: form.get(name, "") for name in ("login", "name", "role", "agency", "extension")}
        try:
            token = await frame.desk.staff.issue(account, **inputs)
        except Refused as error:
            return await page.all(request, account, refused(form, error), 422)
        return await page.one(request, account, inputs["login"], token=token, status=201)

    @routes.get("/accounts/{login}")
    async def one(request: Request, login: str, done: str = "") -> Response:
        return await page.one(request, await administrator(frame, request), login, done=DONE.get(done, ""))

    @routes.post("/accounts/{act}")
    async def change(request: Request, act: str) -> Response:
        account, form = await administrator(frame, request), form_of(request)
        if act not in ACTS:
            raise HTTPException(404)
        return await page.change(request, account, act, form)

    return routes


class AccountPages:
    """The list, and one account with everything that may be done to it."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._desk = frame.desk

    async def all(
        self, request: Request, account: Account, form: Form, status: int = 200, q: str = ""
    ) -> Response:
        listed, wanted = await self._desk.people.listed(), q.strip().lower()
        found = [one for one in listed if wanted in f"{one.login} {one.name} {one.agency}".lower()]
        return self._frame.render(
            request, "accounts.html", account, status, form=form, accounts=found, q=q, **self._choices()
        )

    async def one(
        self,
        request: Request,
        account: Account,
        login: str,
        *,
        form: Form | None = None,
        status: int = 200,
        token: str = "",
        done: str = "",
    ) -> Response:
        whose = await self._desk.people.known(login)
        today = self._desk.clock.now().astimezone(self._frame.zone).date()
        sessions = [
            (datetime.fromtimestamp(row.made_at, UTC), datetime.fromtimestamp(row.seen_at, UTC), row.way)
            for row in await self._desk.people.sessions(whose.id)
        ]
        link = f"{self._desk.settings.public_url.rstrip('/')}/welcome/{token}" if token else ""
        return self._frame.render(
            request,
            "account.html",
            account,
            status,
            form=form or Form(),
            whose=whose,
            sessions=sessions,
            link=link,
            done=done,
            heirs=successors(self._desk.directory.pack, whose.agency, today) if whose.agency else None,
            **self._choices(),
        )

    async def change(self, request: Request, account: Account, act: str, form: dict[str, str]) -> Response:
        staff, login = self._desk.staff, form.get("login", "")
        try:
            if act == "link":
                return await self.one(request, account, login, token=await staff.link(account, login))
            if act == "move":
                await staff.move(account, login, form.get("role", ""), form.get("agency", ""))
            elif act == "extension":
                await staff.extension(account, login, form.get("extension", ""))
            else:
                await getattr(staff, act)(account, login)
        except (NotAllowed, NotFound):
            raise
        except Refused as error:
            return await self.one(request, account, login, form=refused(form, error), status=422)
        if login == account.login and act == "sessions":
            return RedirectResponse("/login", 303)
        return RedirectResponse(f"/accounts/{login}?done={act}", 303)

    def _choices(self) -> dict[str, Any]:
        today = self._desk.clock.now().astimezone(self._frame.zone).date()
        standing = [one for one in self._desk.directory.pack.agencies if one.in_force(today)]
        return {
            "roles": [(role, ROLE_NAMES[role][0]) for role in ROLES],
            "agencies": [(one.code, one.name_vi) for one in standing],
        }


def welcome_pages(frame: Frame) -> APIRouter:
    """A link of ours sets a password: for a new account, and for who forgot theirs."""
    routes = APIRouter()
    staff, limits = frame.desk.staff, frame.desk.people.limits

    async def known(request: Request, token: str) -> Account:
        address = request.client.host if request.client else ""
        await limits.allow("welcome", address, 60, 10)
        return await staff.invited(token)

    @routes.get("/welcome/{token}")
    async def ask(request: Request, token: str) -> Response:
        whose = await known(request, token)
        return frame.render(request, "welcome.html", None, form=Form(), whose=whose, token=token)

    @routes.post("/welcome/{token}")
    async def keep(request: Request, token: str) -> Response:
        whose, form = await known(request, token), form_of(request)
        wrong: Form | None = None
        if form.get("new") != form.get("again"):
            wrong = Form({}, (Problem(field="again", vi="Hai lần nhập không giống nhau", en="they differ"),))
        else:
            try:
                await staff.set_password(token, form.get("new", ""))
            except NotFound:
                raise
            except Refused as error:
                wrong = refused({}, error)
        if wrong:
            return frame.render(request, "welcome.html", None, 422, form=wrong, whose=whose, token=token)
        return RedirectResponse(SIGN_IN_ANEW, 303)

    return routes
