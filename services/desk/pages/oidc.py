"""Off to the provider of sign-ins, and back with who somebody is."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.web.forms import refused
from services.desk.domain.errors import NotSignedIn
from services.desk.oidc import WAIT, ProviderAway
from services.desk.pages.frame import Frame, own_path

AWAY = NotSignedIn(
    "Nơi đăng nhập một lần không trả lời; thử lại sau hoặc dùng mật khẩu", "the provider is away"
)


def oidc_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    way = Way(frame)

    @routes.get("/oidc")
    async def go(request: Request, next: str = "/") -> Response:  # noqa: A002  the name in the address
        return await way.go(request, next)

    @routes.get("/oidc/back")
    async def back(request: Request) -> Response:
        return await way.back(request)

    return routes


class Way:
    """There and back; what the browser keeps meanwhile is gone after the first coming back."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._desk = frame.desk
        self._secure = frame.desk.settings.public_url.startswith("https")
        self._cookie = "__Host-oidc" if self._secure else "oidc"

    async def go(self, request: Request, wanted: str) -> Response:
        if not self._desk.oidc.on:
            raise HTTPException(404)
        address = request.client.host if request.client else ""
        await self._desk.people.limits.allow("oidc", address, 100, 10)
        try:
            where, kept = await self._desk.oidc.begin(own_path(wanted))
        except ProviderAway:
            return self._again(request, AWAY, 503)
        answer = RedirectResponse(where, 303)
        self._keep(answer, self._cookie, kept, WAIT)
        return answer

    async def back(self, request: Request) -> Response:
        if not self._desk.oidc.on:
            raise HTTPException(404)
        answer = await self._signed_in(request)
        answer.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="lax")
        return answer

    async def _signed_in(self, request: Request) -> Response:
        people, kept = self._desk.people, request.cookies.get(self._cookie, "")
        try:
            vouched, wanted = await self._desk.oidc.finish(request.query_params, kept)
            token = await people.sign_in_as(vouched.login, vouched.subject)
        except NotSignedIn as error:
            return self._again(request, error, 422)
        except ProviderAway:
            return self._again(request, AWAY, 503)
        await people.sign_out(self._frame.token(request))
        answer = RedirectResponse(await self._frame.goes_to(token, wanted), 303)
        self._keep(answer, self._desk.settings.session_cookie, token)
        return answer

    def _keep(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        answer.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, secure=self._secure, samesite="lax"
        )

    def _again(self, request: Request, error: NotSignedIn, status: int) -> Response:
        form = refused({}, error)
        return self._frame.render(request, "login.html", None, status, form=form, next="/", kept={})
