"""Who may send us a form: our own pages only, of a reasonable size, in readable letters."""

import secrets
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.contracts.errors import HotlineError
from libs.web.signing import Signer

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_FIELD = "csrf"  # noqa: S105  the name of an input, no password
TOKEN_HEADER = "x-csrf-token"  # noqa: S105
MAX_BODY = 256 * 1024
"""Bytes; 10,000 Vietnamese letters take 90 KB in a form."""


class Unreadable(HotlineError):
    """What was sent is not UTF-8 text; `name` is the input."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


@dataclass
class Visit:
    """One request's browser: a random id in a cookie of its own, and the session if there is one."""

    signer: Signer
    id: str
    session: str
    fresh: bool
    given: str = ""
    form: dict[str, str] = field(default_factory=dict)

    def token(self) -> str:
        """The token for the forms of this page; the cookie it is bound to is set only when asked for."""
        self.given = self.given or self.signer.token(self.session or self.id)
        return self.given

    def token_fits(self, token: str) -> bool:
        return self.signer.token_fits(token, self.session or self.id)


Refuse = Callable[[Request, int, str], Response]
"""Makes the page for a refusal: (request, status, name of the input)."""


class Guard:
    """ASGI middleware before the routes: a forgotten route is guarded all the same.

    Unsafe methods need to come from the same site (Sec-Fetch-Site, else Origin) and carry the token, in the
    form or in a header. A bearer key is no cookie, so requests with one cannot be forged and pass.
    Files (up to `max_upload` bytes together, 0: none) are not read here: their token stands in the address.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        signer: Signer,
        refuse: Refuse,
        secure: bool,
        session_cookie: str = "",
        origin: str = "",
        max_body: int = MAX_BODY,
        max_upload: int = 0,
    ) -> None:
        self.app = app
        self._signer = signer
        self._refuse = refuse
        self._secure = secure
        self._cookie = "__Host-visit" if secure else "visit"
        self._session_cookie = session_cookie
        self._origin = origin
        self._max_body = max_body
        self._max_upload = max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        visit = self._visit(request)
        scope.setdefault("state", {})["visit"] = visit
        send = self._remembering(visit, send)
        if request.method in SAFE:
            await self.app(scope, receive, send)
            return
        upload = self._max_upload > 0 and _is_upload(request)
        body = b"" if upload else await _body(receive, self._max_body)
        if refusal := self._refusal(request, visit, body, upload=upload):
            await refusal(scope, receive, send)
        else:
            rest = _limited(receive, self._max_upload) if upload else _replay(body or b"", receive)
            await self.app(scope, rest, send)

    def _visit(self, request: Request) -> Visit:
        known = request.cookies.get(self._cookie, "")
        session = request.cookies.get(self._session_cookie, "") if self._session_cookie else ""
        return Visit(self._signer, known or secrets.token_urlsafe(16), session, fresh=not known)

    def _remembering(self, visit: Visit, send: Send) -> Send:
        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start" and visit.fresh and visit.given:
                cookie = f"{self._cookie}={visit.id}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("set-cookie", cookie + "; Secure" * self._secure)
            await send(message)

        return remember

    def _refusal(
        self, request: Request, visit: Visit, body: bytes | None, *, upload: bool
    ) -> Response | None:
        if body is None:
            return self._refuse(request, 413, "")
        if request.headers.get("authorization", "").startswith("Bearer "):
            return None
        if not self._same_site(request):
            return self._refuse(request, 403, "")
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            try:
                visit.form = parse_form(body)
            except Unreadable as error:
                return self._refuse(request, 400, error.name)
            except ValueError:
                return self._refuse(request, 413, "")
        token = request.headers.get(TOKEN_HEADER) or visit.form.pop(TOKEN_FIELD, "")
        if upload:
            token = token or request.query_params.get(TOKEN_FIELD, "")
        return None if visit.token_fits(token) else self._refuse(request, 403, TOKEN_FIELD)

    def _same_site(self, request: Request) -> bool:
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site is not None:
            return site in {"same-origin", "none"}
        if origin is None:  # no browser of the last ten years: the token decides
            return True
        return origin == self._origin or urlsplit(origin).netloc == request.headers.get("host")


def parse_form(body: bytes) -> dict[str, str]:
    """The inputs of a form, NFC, with plain line ends. Raises Unreadable, or ValueError for too many."""
    pairs = parse_qsl(
        body.decode("latin-1"), keep_blank_values=True, max_num_fields=200, errors="surrogateescape"
    )
    return tidied(pairs)


def tidied(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The inputs in NFC, with plain line ends. Raises Unreadable."""
    form: dict[str, str] = {}
    for name, value in pairs:
        if not (name + value).isprintable() and _broken(name + value):
            raise Unreadable(name.encode("ascii", "replace").decode()[:40])
        form[name] = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return form


def _broken(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in text)


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when it is longer than the limit."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _is_upload(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


def _limited(receive: Receive, limit: int) -> Receive:
    """The body as it comes; the page for 413 when there is more of it."""
    left = limit

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return counted


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
