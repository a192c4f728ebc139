"""The web application of a service: routes inside, then the guard, compression and the headers around."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem, Problems
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from libs.runtime.projection import DatabaseDown
from libs.web.guard import Guard
from libs.web.headers import SecurityHeaders
from libs.web.language import COOKIE, LANGUAGES
from libs.web.limits import TooOften
from libs.web.pages import Pages
from libs.web.signing import Signer

YEAR = 365 * 86_400

_API_SENTENCES = {
    400: ("Nội dung gửi lên không phải văn bản UTF-8", "what was sent is not UTF-8 text"),
    403: ("Yêu cầu bị từ chối", "refused"),
    404: ("Không có địa chỉ này", "there is nothing at this address"),
    405: ("Phương thức không được dùng ở đây", "this method is not allowed here"),
    413: ("Nội dung gửi lên quá dài", "what was sent is too long"),
}


def web_app() -> FastAPI:
    """A bare application; its documentation pages would break our own content policy."""
    return FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


def civic(
    app: FastAPI,
    pages: Pages,
    *,
    signer: Signer,
    public_url: str,
    session_cookie: str = "",
    status_of: Callable[[Refused], int] = lambda refused: 409 if refused.stale else 422,
    max_upload: int = 0,
) -> ASGIApp:
    """The application with our static files, error pages, guard, compression and security headers."""
    app.mount("/static", pages.static)
    _handle_errors(app, pages, status_of)
    guarded = Guard(
        _Language(app),
        signer=signer,
        refuse=lambda request, status, name: error_page(pages, request, status, field=name),
        secure=public_url.startswith("https"),
        session_cookie=session_cookie,
        origin=public_url.rstrip("/"),
        max_upload=max_upload,
    )
    return SecurityHeaders(GZipMiddleware(guarded, minimum_size=600, compresslevel=6))


def error_page(pages: Pages, request: Request, status: int, *, field: str = "", **values: object) -> Response:
    """What went wrong in plain words: a page for people, Problems for programs that ask for JSON."""
    accepts = request.headers.get("accept", "")
    if "json" in accepts and "text/html" not in accepts:
        vi, en = _API_SENTENCES.get(status, ("Yêu cầu không thực hiện được", "the request failed"))
        body = Problems(problems=[Problem(field=field, vi=vi, en=en)])
        return JSONResponse(body.model_dump(), status)
    shown: dict[str, Any] = {"http": status, "refusal": None, "minutes": 1, "field": field, **values}
    return pages.render(request, "error.html", status, **shown)


class _Language:
    """`?lang=en` once is enough: a cookie keeps it, and the address itself says the language to machines."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        asked = request.query_params.get("lang") if request else None

        async def remembering(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={asked}; Max-Age={YEAR}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, remembering if asked in LANGUAGES else send)


def _handle_errors(app: FastAPI, pages: Pages, status_of: Callable[[Refused], int]) -> None:
    async def on_http(request: Request, error: HTTPException) -> Response:
        return error_page(pages, request, error.status_code)

    async def on_refused(request: Request, error: Refused) -> Response:
        return error_page(pages, request, status_of(error), refusal=error, field=error.field)

    async def on_invalid(request: Request, _: RequestValidationError) -> Response:
        return error_page(pages, request, 404 if request.method == "GET" else 422)

    async def on_too_often(request: Request, error: TooOften) -> Response:
        answer = error_page(pages, request, 429, minutes=error.minutes)
        answer.headers["retry-after"] = str(60 * error.minutes)
        return answer

    async def later(request: Request, error: Exception) -> Response:
        log("page_put_off", kind=type(error).__name__, method=request.method)
        return error_page(pages, request, 503)

    async def on_error(request: Request, error: Exception) -> Response:
        log("page_failed", level=logging.ERROR, error=error, method=request.method)
        return error_page(pages, request, 500)

    handlers: dict[type[Exception], Callable[..., Awaitable[Response]]] = {
        HTTPException: on_http,
        Refused: on_refused,
        RequestValidationError: on_invalid,
        TooOften: on_too_often,
        **dict.fromkeys((OutcomeUnknown, *DatabaseDown), later),
        Exception: on_error,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
