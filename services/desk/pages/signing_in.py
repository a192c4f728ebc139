"""Signing in and out, and one's own password."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem
from libs.web.forms import Form, refused
from services.desk.domain.errors import NotSignedIn
from services.desk.pages.frame import MENU, Frame, form_of, own_path


def signing_in_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    people, settings = frame.desk.people, frame.desk.settings

    @routes.get("/")
    async def home(request: Request) -> Response:
        account = await frame.account(request)
        return RedirectResponse(MENU[account.role][0][0], 303)

    @routes.get("/login")
    async def ask(request: Request, next: str = "/") -> Response:  # noqa: A002  the name in the address
        return frame.render(request, "login.html", None, next=own_path(next))

    @routes.post("/login")
    async def sign_in(request: Request) -> Response:
        form = form_of(request)
        address = request.client.host if request.client else ""
        try:
            token = await people.sign_in(form.get("login", ""), form.get("password", ""), address)
        except NotSignedIn as error:
            again = refused({"login": form.get("login", "")}, error)
            return frame.render(request, "login.html", None, 422, form=again, next=form.get("next", "/"))
        answer = RedirectResponse(own_path(form.get("next", "/")), 303)
        answer.set_cookie(
            settings.session_cookie,
            token,
            path="/",
            httponly=True,
            secure=settings.public_url.startswith("https"),
            samesite="lax",
        )
        return answer

    @routes.post("/logout")
    async def sign_out(request: Request) -> Response:
        await people.sign_out(frame.token(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(settings.session_cookie, path="/")
        return answer

    return routes


def password_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    people = frame.desk.people

    @routes.get("/password")
    async def password(request: Request) -> Response:
        return frame.render(request, "password.html", await frame.account(request))

    @routes.post("/password")
    async def change(request: Request) -> Response:
        account, form = await frame.account(request), form_of(request)
        try:
            if form.get("new") != form.get("again"):
                problem = Problem(field="again", vi="Hai lần nhập không giống nhau", en="they differ")
                return frame.render(request, "password.html", account, 422, form=Form({}, (problem,)))
            await people.change_password(account, form.get("old", ""), form.get("new", ""))
        except Refused as error:
            return frame.render(request, "password.html", account, 422, form=refused({}, error))
        return RedirectResponse("/login", 303)

    return routes
