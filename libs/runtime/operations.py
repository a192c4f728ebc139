"""The endpoint for operations staff, on a port of its own: /health, /ready, /metrics."""

import asyncio
from dataclasses import dataclass, field

from nats.aio.client import Client
from nats.js.client import JetStreamContext
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from sqlalchemy import Engine, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from libs.runtime.database import reading

FAR_BEHIND = 5_000
"""Unread facts above which a projection is too old to work with."""


@dataclass
class Readiness:
    """Knows what this service needs before it may be used; asks the server rather than assuming."""

    service: str
    consumers: set[str] = field(default_factory=set)
    engine: Engine | None = None
    built: bool = False
    _nc: Client | None = None
    _js: JetStreamContext | None = None

    def connected(self, nc: Client, js: JetStreamContext) -> None:
        self._nc, self._js = nc, js

    async def problems(self) -> list[str]:
        """What is missing, one line each; empty when the service is ready."""
        if not self.built or self._nc is None or self._js is None:
            return ["starting"]
        if not self._nc.is_connected:
            return ["not connected to NATS"]
        found = [problem for stream in sorted(self.consumers) if (problem := await self._consumer(stream))]
        if self.engine is not None:
            try:
                await asyncio.to_thread(_ask, self.engine)
            except Exception as error:
                found.append(f"database: {type(error).__name__}")
        return found

    async def _consumer(self, stream: str) -> str:
        assert self._js is not None
        try:
            info = await self._js.consumer_info(stream, self.service, timeout=1)
        except Exception as error:
            return f"consumer on {stream}: {type(error).__name__}"
        pending = info.num_pending or 0
        return f"consumer on {stream}: {pending} facts behind" if pending > FAR_BEHIND else ""


def _ask(engine: Engine) -> None:
    with reading(engine) as connection:
        connection.execute(text("select 1"))


def operations_app(readiness: Readiness) -> Starlette:
    """Liveness says the process runs; readiness says it can do its job; metrics are for Prometheus."""

    async def health(_: Request) -> Response:
        return Response(status_code=204)

    async def ready(_: Request) -> Response:
        problems = await readiness.problems()
        return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)

    async def metrics(_: Request) -> Response:
        body = await asyncio.to_thread(generate_latest, REGISTRY)
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)])
