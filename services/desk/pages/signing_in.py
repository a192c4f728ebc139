"""Signing in and out, and one's own password."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem
from libs.web.forms import Form, refused
from libs.web.guard import Visit
from services.desk.domain.errors import NotSignedIn
from services.desk.pages.frame import Frame, form_of, own_path, wanted
from services.desk.pages.menu import home_of

SHORT = 40
"""Letters up to which an input is an id or a choice: nothing that anybody would have to type again."""


def signing_in_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    people, settings = frame.desk.people, frame.desk.settings

    @routes.get("/")
    async def home(request: Request) -> Response:
        account = await frame.account(request)
        return RedirectResponse(home_of(account.role), 303)

    @routes.get("/login")
    async def ask(request: Request, next: str = "/", left: str = "", new: str = "") -> Response:  # noqa: A002  as in the address
        leave = await frame.desk.oidc.leave() if left and frame.desk.oidc.on else ""
        to = own_path(next)
        return frame.render(request, "login.html", None, next=to, kept={}, leave=leave, anew=bool(new))

    @routes.post("/login")
    async def sign_in(request: Request) -> Response:
        form = form_of(request)
        address = request.client.host if request.client else ""
        try:
            token = await people.sign_in(form.get("login", ""), form.get("password", ""), address)
        except NotSignedIn as error:
            again = refused({"login": form.get("login", "")}, error)
            return frame.render(
                request, "login.html", None, 422, form=again, next=form.get("next", "/"), kept=kept_of(form)
            )
        await people.sign_out(frame.token(request))  # what this browser had before is nobody's any more
        answer: Response = RedirectResponse(await frame.goes_to(token, form.get("next", "/")), 303)
        if kept := kept_of(form):
            visit: Visit = request.state.visit
            visit.session = token
            to = form_address(own_path(form.get("to", "/")))
            answer = frame.render(request, "kept.html", None, kept=kept, to=to)
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
        token = frame.token(request)
        left = "?left=yes" if await people.way(token) == "oidc" else ""
        await people.sign_out(token)
        answer = RedirectResponse(f"/login{left}", 303)
        answer.delete_cookie(settings.session_cookie, path="/")
        return answer

    return routes


SIGN_IN_ANEW = "/login?new=yes"
"""Where one signs in with a new password, and is told so."""

KEPT = "kept."
"""How the inputs of a form begin that is carried through signing in."""


def kept_words(frame: Frame, request: Request) -> Response | None:
    """The log-in page with the words of a form that came after the session's end; None without words."""
    visit: Visit = request.state.visit
    shown_again = request.url.path.startswith(("/cases/", "/calls/new"))
    if (
        request.method != "POST"
        or not shown_again
        or not any(len(value) > SHORT for value in visit.form.values())
    ):
        return None
    kept = {f"{KEPT}{name}": value for name, value in visit.form.items() if name != "seen"}
    to = request.url.path
    return frame.render(request, "login.html", None, 401, next=wanted(request), kept={**kept, "to": to})


def kept_of(form: Mapping[str, str]) -> dict[str, str]:
    """What a log-in form carries along."""
    kept = {name: value for name, value in form.items() if name.startswith(KEPT)}
    return {**kept, "to": form.get("to", "")} if kept else {}


def form_address(sent_to: str) -> str:
    """Where a form's words are shown again without being sent."""
    if sent_to.startswith("/cases/"):
        return f"{sent_to.removesuffix('/again')}/again"
    return sent_to


def password_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    people = frame.desk.people

    @routes.post("/sessions/end")
    async def end_mine(request: Request) -> Response:
        account = await frame.account(request)
        await frame.desk.staff.sessions(account, account.login)
        return RedirectResponse("/login", 303)

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
        return RedirectResponse(SIGN_IN_ANEW, 303)

    return routes
