"""Zalo as its partners meet it: a server on loopback that takes messages and tokens, and posts its events.

As badly behaved as the real one: failures in HTTP 200, refresh tokens that work once, eight replies in a
window, echoes and receipts that come before the answer to the call that caused them.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from libs.devstack.nats_server import free_port
from tests.support import zalo_events
from tests.support.persistence import Persistent, Posted
from tests.support.serving import serving
from tests.support.zalo_events import dead, done, failed

CLOSED, OUT_OF_QUOTA, BAD_TOKEN, BAD_INPUT, TOO_FAST = -230, -211, -216, -201, -32
REPLIES = 8


@dataclass(frozen=True)
class Sent:
    """A message that Zalo took; `kind` is the last word of the address: cs, transaction, promotion."""

    id: str
    user: str
    text: str
    kind: str = "cs"
    quoted: str = ""
    attachment: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """A ZNS message that Zalo took."""

    id: str
    phone: str
    template: str
    data: dict[str, str]
    tracking_id: str


@dataclass(frozen=True)
class Refresh:
    """One try to renew the tokens, with the refresh token that was spent on it."""

    token: str
    granted: bool


@dataclass
class ZaloStandIn:
    """`api_url`, `oauth_url` and `zns_url` are what a partner configures; the rest is for the test to see."""

    url: str
    app_id: str = zalo_events.APP
    oa_id: str = zalo_events.OA
    app_secret: str = "app-secret-for-tests"
    oa_secret: str = zalo_events.SECRET
    access_token: str = "access-0"
    refresh_token: str = "refresh-0"
    hook: str = ""
    echo_first: bool = False
    receipt_first: bool = False
    silence: float = 20.0
    sent: list[Sent] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    refreshes: list[Refresh] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.api_url = self.oauth_url = self.zns_url = self.url
        self.stopping = asyncio.Event()
        self._failures: dict[str, deque[int | str]] = {}
        self._left: dict[str, int] = {}
        self._spent: set[str] = set()
        self._accepted = {self.access_token}
        self._number = itertools.count(1)

    def fail_next(self, how: int | str, times: int = 1, *, at: str = "message") -> None:
        """What the next `times` calls meet. `at`: message, zns, upload, refresh.

        A negative number: that code in HTTP 200. 400 and above: that status. "html": a proxy's page with
        status 200. "silent": it is done, but no answer comes. "hidden" (refresh): an OAuth error in HTTP 200.
        """
        self._failures.setdefault(at, deque()).extend([how] * times)

    def expire_window(self, user: str) -> None:
        """As if the citizen wrote more than 48 hours ago."""
        self._left[user] = -1

    def use_up_replies(self, user: str) -> None:
        """As if eight replies had gone out."""
        self._left[user] = 0

    def open_window(self, user: str) -> None:
        """As if the citizen wrote just now."""
        self._left[user] = REPLIES

    def expire_token(self) -> None:
        """No access token works any more; the refresh token does."""
        self._accepted.clear()

    def revoke(self) -> None:
        """The refresh token is dead: a person must consent again."""
        self._spent.add(self.refresh_token)

    def failure(self, at: str) -> int | str:
        waiting = self._failures.get(at)
        return waiting.popleft() if waiting else 0

    def left(self, user: str) -> int:
        return self._left.get(user, REPLIES)

    async def post(self, content: dict[str, Any]) -> Posted:
        """An event to the hook, as often as it takes."""
        posted = zalo_events.signed(content, secret=self.oa_secret)
        self.posted.append(posted)
        if self.hook:
            await Persistent(self.hook).deliver(posted)
        return posted

    async def message(self, request: Request) -> Response:
        if refused := await self._refusal(request, "message"):
            return refused
        wanted = await request.json()
        user, content = wanted["recipient"].get("user_id", ""), wanted["message"]
        text, attachment = content.get("text", ""), content.get("attachment", {})
        if not user or len(text) > 2_000 or not (text or attachment):
            return failed(BAD_INPUT, "params is invalid")
        if self.left(user) < 0:
            return failed(CLOSED, "User has not interacted with the OA in the past 7 days")
        if self.left(user) == 0:
            return failed(OUT_OF_QUOTA, "Out of quota")
        self._left[user] = self.left(user) - 1
        kind, quoted = request.path_params["kind"], content.get("quote_message_id", "")
        sent = Sent(f"m{next(self._number):015x}", user, text, kind, quoted, attachment)
        self.sent.append(sent)
        await self._tell(sent)
        quota = {"quota_type": "reply", "remain": str(self._left[user]), "total": str(REPLIES)}
        return done({"message_id": sent.id, "user_id": user, "quota": quota})

    async def notice(self, request: Request) -> Response:
        if refused := await self._refusal(request, "zns"):
            return refused
        wanted = await request.json()
        if not wanted.get("phone", "").startswith("84"):
            return failed(-108, "Phone number is invalid")
        data, tracking = wanted["template_data"], wanted.get("tracking_id", "")
        made = Notice(f"z{next(self._number):015x}", wanted["phone"], wanted["template_id"], data, tracking)
        self.notices.append(made)
        if self.receipt_first:
            stamp = str(zalo_events.NOW)
            await self.post(zalo_events.receipt(made.id, delivery_time=stamp, tracking_id=tracking))
        quota = {"dailyQuota": "500", "remainingQuota": "499"}
        return done({"msg_id": made.id, "sent_time": str(zalo_events.NOW), "quota": quota})

    async def upload(self, request: Request) -> Response:
        if refused := await self._refusal(request, "upload"):
            return refused
        async with request.form() as form:
            file = form["file"]
            content = b"" if isinstance(file, str) else await file.read()
        if len(content) > (1 if request.path_params["kind"] == "image" else 5) * 1024 * 1024:
            return failed(-210, "Parameter exceeds limit")
        self.uploads.append(content)
        name = "token" if request.path_params["kind"] == "file" else "attachment_id"
        return done({name: f"upload-{len(self.uploads)}"})

    async def profile(self, request: Request) -> Response:
        refused = await self._refusal(request, "profile")
        return refused or done({"display_name": "Nguyễn Văn Mẫu", "user_id": zalo_events.CITIZEN})

    async def refresh(self, request: Request) -> Response:
        async with request.form() as form:
            token, kind = str(form.get("refresh_token", "")), form.get("grant_type")
        failure = self.failure("refresh")
        granted = (
            kind == "refresh_token"
            and request.headers.get("secret_key") == self.app_secret
            and token == self.refresh_token
            and token not in self._spent
            and failure in {0, "silent"}
        )
        self.refreshes.append(Refresh(token, granted))
        if not granted:
            return await self._failed(failure) if isinstance(failure, int) and failure >= 400 else dead()
        self._spent.add(token)
        number = next(self._number)
        self.access_token, self.refresh_token = f"access-{number}", f"refresh-{number}"
        self._accepted.add(self.access_token)
        if failure:
            await self._failed(failure)
        pair = {"access_token": self.access_token, "refresh_token": self.refresh_token}
        return JSONResponse({**pair, "expires_in": "90000"})

    async def _refusal(self, request: Request, at: str) -> Response | None:
        if request.headers.get("access_token") not in self._accepted:
            return failed(BAD_TOKEN, "Access token has expired")
        failure = self.failure(at)
        if failure == "silent" and at == "message":
            wanted = await request.json()
            user, text = wanted["recipient"]["user_id"], wanted["message"].get("text", "")
            self.sent.append(Sent(f"m{next(self._number):015x}", user, text, request.path_params["kind"]))
        return await self._failed(failure) if failure else None

    async def _failed(self, failure: int | str) -> Response:
        if failure == "silent":
            await asyncio.wait({asyncio.create_task(self.stopping.wait())}, timeout=self.silence)
        if isinstance(failure, int) and failure < 0:
            return failed(failure, "refused by the stand-in")
        return HTMLResponse("<html>Bad Gateway</html>", failure if isinstance(failure, int) else 200)

    async def _tell(self, sent: Sent) -> None:
        if self.echo_first:
            await self.post(zalo_events.echo(sent.text, sent.id, sent.user))
        if self.receipt_first:
            await self.post(zalo_events.receipt(sent.id, sent.user))


@asynccontextmanager
async def zalo_standin(**more: Any) -> AsyncIterator[ZaloStandIn]:
    """A running Zalo; `more` are fields of ZaloStandIn."""
    port = free_port()
    zalo = ZaloStandIn(f"http://127.0.0.1:{port}", **more)
    routes = [
        Route("/v3.0/oa/message/{kind}", zalo.message, methods=["POST"]),
        Route("/v2.0/oa/upload/{kind}", zalo.upload, methods=["POST"]),
        Route("/v3.0/oa/user/detail", zalo.profile),
        Route("/message/template", zalo.notice, methods=["POST"]),
        Route("/v4/oa/access_token", zalo.refresh, methods=["POST"]),
    ]
    async with serving(Starlette(routes=routes), port):
        try:
            yield zalo
        finally:
            zalo.stopping.set()
