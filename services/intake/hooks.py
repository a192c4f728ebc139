"""The address of every channel that is delivered by HTTP: store the bytes, then say that they are taken."""

import asyncio
import time
from dataclasses import dataclass, field

from fastapi import FastAPI, Request
from fastapi.responses import Response

from libs.contracts.requests import Problem
from libs.runtime.clock import Clock
from libs.runtime.logs import log
from services.intake.body import read_bytes
from services.intake.channels.shape import Answer, Channel, Delivery, Plain, Unverified
from services.intake.limits import Limits
from services.intake.metrics import DELIVERED, HOOK_SECONDS
from services.intake.problems import Rejected
from services.intake.rawlog import RawLog
from services.intake.worker import Channels, Door

LIMIT = 3 * 1024 * 1024
"""Bytes of a delivery."""

FORGED_HOURLY = 5
"""Deliveries of a table that are kept although they are not genuine: our secret may have been mistyped."""


@dataclass
class Hooks:
    """Knows no kind of channel. `patience`: seconds until the provider hears that it must come again."""

    channels: Channels
    raw: RawLog
    clock: Clock
    patience: float
    door: Door = field(default_factory=Door)
    _forged: Limits = field(default_factory=Limits)

    def add_to(self, app: FastAPI) -> None:
        """`GET|POST /hooks/{table}` and everything below it."""
        for path in ("/hooks/{table}", "/hooks/{table}/{path:path}"):
            app.add_route(path, self.receive, methods=["GET", "POST"], include_in_schema=False)

    async def receive(self, request: Request) -> Response:
        """200 or the channel's own answer once it is durable; 4xx for what is not taken, 503: come again."""
        started = time.perf_counter()
        table = request.path_params["table"]
        if table not in self.channels:
            raise Rejected(404, "table", Problem(field="", vi="không có kênh này", en="no such channel"))
        _, channel = self.channels[table]
        delivery = Delivery(
            body=await read_bytes(request, LIMIT),
            at=self.clock.now(),
            method=request.method,
            path=request.path_params.get("path", ""),
            query=request.scope["query_string"].decode("latin-1"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw},
            peer=request.client.host if request.client else "",
        )
        try:
            if answer := channel.answer(delivery):
                return _response(answer)
            channel.verify(delivery)
        except Exception as error:
            await self._refuse(table, delivery, error)
        with self.door.knocked():
            async with asyncio.timeout(self.patience):
                new = await self.raw.keep(table, _key(channel, delivery), channel.kept(delivery))
        DELIVERED.labels(table, "stored" if new else "repeated").inc()
        HOOK_SECONDS.observe(time.perf_counter() - started)
        return Response(status_code=200)

    async def _refuse(self, table: str, delivery: Delivery, error: Exception) -> None:
        """403. A check that breaks down has not said that the delivery is genuine either."""
        DELIVERED.labels(table, "unverified" if isinstance(error, Unverified) else "broken").inc()
        log("delivery_refused", table=table, kind=type(error).__name__)
        if not self._forged.wait(table, str(time.monotonic()), FORGED_HOURLY, now=time.monotonic()):
            async with asyncio.timeout(self.patience):
                await self.raw.keep_forged(table, delivery)
        problem = Problem(field="", vi="chữ ký hoặc khóa không đúng", en="wrong signature or key")
        raise Rejected(403, "unverified", problem) from None


def _key(channel: Channel, delivery: Delivery) -> str:
    try:
        return channel.key(delivery)
    except Exception as error:  # genuine, whatever is wrong with it: its bytes are its key
        log("delivery_without_key", kind=type(error).__name__)
        return Plain("").key(delivery)


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type=answer.type)
