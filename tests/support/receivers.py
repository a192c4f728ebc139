"""A partner's program that takes our webhooks: it fails, is slow or repeats itself on request."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from libs.devstack.nats_server import free_port
from tests.support.serving import serving

SECRET = "khoa-cua-doi-tac-de-thu"


@dataclass
class Receiver:
    """`coming` are the next answers: a status, "slow", "redirect". `taken` is by event id, `heard` whole."""

    url: str
    coming: deque[int | str] = field(default_factory=deque)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    forged: int = 0

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        if not self._genuine(request.headers.get("x-hotline-signature", ""), body):
            self.forged += 1
            return Response(status_code=401)
        said = json.loads(body)
        self.heard.append(said)
        answer = self.coming.popleft() if self.coming else 204
        if answer == "slow":
            await asyncio.sleep(1)
        if answer == "redirect":
            return RedirectResponse("/inside", 307)
        if answer in {204, "slow"}:
            self.taken[request.headers["x-hotline-event-id"]] = said
        return Response(status_code=answer if isinstance(answer, int) else 204)

    @staticmethod
    def _genuine(signature: str, body: bytes) -> bool:
        parts = dict(one.split("=", 1) for one in signature.split(",") if "=" in one)
        said = hmac.new(SECRET.encode(), f"{parts.get('t')}.".encode() + body, hashlib.sha256).hexdigest()
        fresh = abs(time.time() - int(parts.get("t", 0))) < 300
        return fresh and hmac.compare_digest(said, parts.get("v1", ""))


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A running receiver; whatever is called beside its hook fails the signature's test."""
    port = free_port()
    program = Receiver(f"http://127.0.0.1:{port}/hook")
    routes = [Route(path, program.receive, methods=["POST"]) for path in ("/hook", "/inside")]
    async with serving(Starlette(routes=routes), port):
        yield program
