"""The interface as an application of its own: keys instead of cookies, so none of the pages' guards."""

import logging
import re
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.runtime.logs import log
from libs.runtime.projection import DatabaseDown
from libs.web.headers import SecurityHeaders
from libs.web.limits import TooOften
from services.portal.intake import OutOfReach
from services.portal.metrics import OPEN311
from services.portal.open311 import requests, services, updates
from services.portal.open311.asking import Ask, Content, Interface
from services.portal.open311.inputs import Inputs, read_inputs
from services.portal.open311.partners import Partner, partner_with
from services.portal.open311.problems import Wrong, bad, unknown
from services.portal.open311.rendering import FORMATS, rendered
from services.portal.open311.sending import send

PATH = "/open311/v2"
READS, MINUTES = 600, 10
"""Calls without a key from one address."""

_OWN_NUMBER = re.compile(r"[\x21-\x7e]{0,200}")

Method = Callable[[Interface, Ask], Awaitable[Content]]

_METHODS: tuple[tuple[str, str, Method], ...] = (
    ("GET", "/discovery.{form}", services.discovery),
    ("GET", "/services.{form}", services.services),
    ("GET", "/services/{name}.{form}", services.definition),
    ("POST", "/requests.{form}", send),
    ("GET", "/requests.{form}", requests.requests),
    ("GET", "/requests/{name}.{form}", requests.request),
    ("GET", "/tokens/{name}.{form}", requests.token),
    ("GET", "/servicerequestupdates.{form}", updates.updates),
    ("POST", "/servicerequestupdates.{form}", updates.send_update),
)


def beside(pages: ASGIApp, api: Interface) -> ASGIApp:
    """The pages, and the interface at its own path."""
    interface = SecurityHeaders(GZipMiddleware(open311(api), minimum_size=600, compresslevel=6))

    async def by_path(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{PATH}/"):
            await interface({**scope, "root_path": scope.get("root_path", "") + PATH}, receive, send)
        else:
            await pages(scope, receive, send)

    return by_path


def open311(api: Interface) -> ASGIApp:
    """The interface alone."""
    app = Starlette(
        routes=[Route(path, _endpoint(api, call), methods=[verb]) for verb, path, call in _METHODS]
    )
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


def _endpoint(api: Interface, method: Method) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        form = request.path_params["form"]
        if form not in FORMATS:
            raise HTTPException(404)
        inputs = await read_inputs(request)
        partner = _partner(api, request, inputs)
        await _hold(api, request, partner)
        _check_jurisdiction(api, inputs)
        ask = Ask(inputs, request.path_params.get("name", ""), partner, _idempotency_key(request))
        content = await method(api, ask)
        OPEN311.labels(method.__name__, "answered").inc()
        return rendered(content.name, content.value, form)

    return endpoint


def _partner(api: Interface, request: Request, inputs: Inputs) -> Partner | None:
    """Whose key came with the call, in the form, the address or a header. Raises Wrong for an unknown one."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    given = inputs.one("api_key", "key") or (bearer.strip() if scheme.lower() == "bearer" else "")
    if not given:
        return None
    found = partner_with(given, api.partners)
    if found is None:
        raise Wrong(403, "api_key: khóa không đúng / no partner has this key")
    return found


def _idempotency_key(request: Request) -> str:
    """The client's own number of what it sends; "" for none. Raises Wrong."""
    key = request.headers.get("idempotency-key", "")
    if not _OWN_NUMBER.fullmatch(key):
        raise bad(
            "Idempotency-Key", "tối đa 200 ký tự ASCII in được", "at most 200 printable ASCII characters"
        )
    return key


async def _hold(api: Interface, request: Request, partner: Partner | None) -> None:
    """Count the call: what a partner hands in by its own limit, everything else by address."""
    if partner and request.method == "POST":
        await api.limits.allow("open311-sends", partner.code, partner.hourly, 60)
        return
    address = partner.code if partner else request.client.host if request.client else ""
    await api.limits.allow("open311-reads", address, READS, MINUTES)


def _check_jurisdiction(api: Interface, inputs: Inputs) -> None:
    """Ours is the only one; an empty one is none, and without a setting any is ours."""
    if api.jurisdiction and inputs.one("jurisdiction_id") not in {"", api.jurisdiction}:
        raise unknown("jurisdiction_id")


def _errors(request: Request, status: int, *sentences: str) -> Response:
    OPEN311.labels("error", str(status)).inc()
    form = "json" if request.url.path.endswith(".json") else "xml"
    errors = [{"code": str(status), "description": sentence} for sentence in sentences]
    return rendered("errors", errors, form, status)


async def _on_wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, Wrong)
    return _errors(request, error.status, *error.sentences)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _errors(request, error.status_code, "không có địa chỉ hoặc phương thức này / nothing here")


async def _on_too_often(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooOften)
    answer = _errors(request, 429, f"quá nhiều lần, thử lại sau {error.minutes} phút / too often")
    answer.headers["retry-after"] = str(60 * error.minutes)
    return answer


async def _later(request: Request, error: Exception) -> Response:
    log("open311_put_off", kind=type(error).__name__, method=request.method)
    answer = _errors(
        request, 503, "chưa xác nhận được, xin gửi lại y như cũ / not confirmed: send the same again"
    )
    answer.headers["retry-after"] = "5"
    return answer


async def _on_error(request: Request, error: Exception) -> Response:
    log("open311_failed", level=logging.ERROR, error=error, method=request.method)
    return _errors(request, 500, "lỗi hệ thống / internal error")


_HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    Wrong: _on_wrong,
    HTTPException: _on_http,
    TooOften: _on_too_often,
    **dict.fromkeys((OutOfReach, *DatabaseDown), _later),
    Exception: _on_error,
}
