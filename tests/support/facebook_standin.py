"""Facebook as its partners meet it: a Graph API on loopback that takes messages, and posts its webhooks.

Windows close after a day, tags are refused, one private reply a comment, echoes come before the answer.
"""

import asyncio
import hashlib
import hmac
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
from tests.support import facebook_events
from tests.support.facebook_events import failed
from tests.support.persistence import Persistent, Posted
from tests.support.serving import serving


@dataclass(frozen=True)
class Sent:
    """A message that Facebook took: to a person, or (`comment`) as the private reply to a comment."""

    id: str
    user: str
    text: str
    comment: str = ""
    metadata: str = ""
    tag: str = ""
    attachment: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Comment:
    """A public comment of the Page below `parent`."""

    id: str
    parent: str
    text: str


@dataclass
class FacebookStandIn:
    """`graph_url` is what a partner configures (the version follows it); the rest is for the test to see."""

    url: str
    page_id: str = facebook_events.PAGE
    access_token: str = "page-token-for-tests"
    app_secret: str = facebook_events.SECRET
    hook: str = ""
    echo_first: bool = False
    receipt_first: bool = False
    proof_required: bool = True
    silence: float = 20.0
    sent: list[Sent] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    subscriptions: list[str] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.graph_url = self.url
        self.stopping = asyncio.Event()
        self._failures: deque[tuple[int | str, int]] = deque()
        self._closed: set[str] = set()
        self._replied: set[str] = set()
        self._number = itertools.count(1)

    def fail_next(self, how: int | str, times: int = 1, *, subcode: int = 0) -> None:
        """What the next `times` calls meet: a Graph error code (10, 190, 551, 613 …, with its `subcode`), a
        status from 500 to 504, "html" (a proxy's page with status 200), "silent" (done, but no answer).
        """
        self._failures.extend([(how, subcode)] * times)

    def expire_window(self, user: str) -> None:
        """As if the citizen wrote more than 24 hours ago."""
        self._closed.add(user)

    def open_window(self, user: str) -> None:
        """As if the citizen wrote just now."""
        self._closed.discard(user)

    async def post(self, content: dict[str, Any]) -> Posted:
        """A batch to the hook, as often as it takes."""
        posted = facebook_events.signed(content, secret=self.app_secret)
        self.posted.append(posted)
        if self.hook:
            await Persistent(self.hook).deliver(posted)
        return posted

    async def message(self, request: Request) -> Response:
        if refused := self._unauthorised(request):
            return refused
        how, subcode = self._failures.popleft() if self._failures else (0, 0)
        if how and how != "silent":
            return self._failed(how, subcode)
        wanted = await request.json()
        recipient, content = wanted["recipient"], wanted["message"]
        user, comment = recipient.get("id", ""), recipient.get("comment_id", "")
        if refused := self._refusal(user, comment, wanted):
            return refused
        self._replied.add(comment)
        sent = Sent(
            id=f"m_{next(self._number):012x}",
            user=user,
            text=content.get("text", ""),
            comment=comment,
            metadata=content.get("metadata", ""),
            tag=wanted.get("tag", ""),
            attachment=content.get("attachment", {}),
        )
        self.sent.append(sent)
        await self._tell(sent)
        if how == "silent":
            await asyncio.wait({asyncio.create_task(self.stopping.wait())}, timeout=self.silence)
        return JSONResponse({"recipient_id": user or facebook_events.CITIZEN, "message_id": sent.id})

    async def comment(self, request: Request) -> Response:
        if refused := self._unauthorised(request):
            return refused
        how, subcode = self._failures.popleft() if self._failures else (0, 0)
        if how:
            return self._failed(how, subcode)
        wanted = await fields(request)
        made = Comment(
            f"{facebook_events.POST}_{next(self._number)}", request.path_params["id"], wanted["message"]
        )
        self.comments.append(made)
        own = {"id": self.page_id, "name": "Tổng đài 1022"}
        change = facebook_events.comment(made.text, made.id, parent_id=made.parent, by=own)
        await self.post(facebook_events.page(facebook_events.entry(change)))
        return JSONResponse({"id": made.id})

    async def subscribe(self, request: Request) -> Response:
        if refused := self._unauthorised(request):
            return refused
        if request.method == "POST":
            self.subscriptions = (await fields(request)).get("subscribed_fields", "").split(",")
            return JSONResponse({"success": True})
        return JSONResponse({"data": [{"subscribed_fields": self.subscriptions}]})

    def _unauthorised(self, request: Request) -> Response | None:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if (request.query_params.get("access_token") or bearer) != self.access_token:
            return failed(190, "Invalid OAuth access token", status=401)
        proof = hmac.new(self.app_secret.encode(), self.access_token.encode(), hashlib.sha256).hexdigest()
        if self.proof_required and request.query_params.get("appsecret_proof") != proof:
            return failed(100, "Invalid appsecret_proof provided in the API argument")
        return None

    def _refusal(self, user: str, comment: str, wanted: dict[str, Any]) -> Response | None:
        tag, content = wanted.get("tag", ""), wanted["message"]
        if tag and tag != "HUMAN_AGENT":
            return failed(100, "Invalid parameter: this tag is no more", subcode=1893061)
        if not (user or comment) or not (content.get("text") or content.get("attachment")):
            return failed(100, "Invalid parameter")
        if len(content.get("text", "")) > 2_000:
            return failed(100, "Length of param message[text] must be less than or equal to 2000")
        if user in self._closed and not tag:
            return failed(10, "Message sent outside of allowed window", subcode=2018278)
        if comment and comment in self._replied:
            return failed(10900, "Activity already replied to")
        return None

    @staticmethod
    def _failed(how: int | str, subcode: int) -> Response:
        if how == "html" or (isinstance(how, int) and 500 <= how <= 504):
            return HTMLResponse("<html>Bad Gateway</html>", how if isinstance(how, int) else 200)
        code = how if isinstance(how, int) else 1
        status = 401 if code == 190 else 400
        return failed(code, "refused by the stand-in", subcode=subcode, status=status)

    async def _tell(self, sent: Sent) -> None:
        user = sent.user or facebook_events.CITIZEN
        if self.echo_first:
            said = facebook_events.echo(sent.text, sent.id, user)
            said["message"]["metadata"] = sent.metadata
            await self.post(facebook_events.page(facebook_events.entry(said)))
        if self.receipt_first:
            receipt = facebook_events.delivered(sent.id, person=user)
            await self.post(facebook_events.page(facebook_events.entry(receipt)))


async def fields(request: Request) -> dict[str, str]:
    """Parameters come in the address, as a form or as JSON, whatever the partner likes."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return {**request.query_params, **await request.json()}
    async with request.form() as form:
        return {**request.query_params, **{name: str(value) for name, value in form.items()}}


@asynccontextmanager
async def facebook_standin(**more: Any) -> AsyncIterator[FacebookStandIn]:
    """A running Facebook; `more` are fields of FacebookStandIn."""
    port = free_port()
    facebook = FacebookStandIn(f"http://127.0.0.1:{port}", **more)
    routes = [
        Route("/{version}/{id}/messages", facebook.message, methods=["POST"]),
        Route("/{version}/{id}/comments", facebook.comment, methods=["POST"]),
        Route("/{version}/{id}/subscribed_apps", facebook.subscribe, methods=["GET", "POST"]),
    ]
    async with serving(Starlette(routes=routes), port):
        try:
            yield facebook
        finally:
            facebook.stopping.set()
