"""Pull messages from a durable consumer: return at once with whatever is there, never wait for a full batch.

nats-py's own `fetch(n)` holds messages it has already received until n have come or its time is over, as
soon as two of them arrive close together on an idle consumer (2.16.0; a burst stalled all that time).
The test `test_a_small_burst_on_an_idle_consumer_is_not_held_back` shows when this file can go.
"""

import asyncio
import json
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from libs.runtime.tasks import to_its_end

EXPIRES = 2.0
"""Seconds a request stays open at the server."""

RELEASE_WITHIN = 1.0
"""Seconds for the server's word that it sends no more."""

_IDLE = {"404", "408"}


class ConsumerGone(NatsError):
    """The server does not serve this consumer at the moment."""


class Pull:
    """One open request at a time on one durable.

    `pace`: seconds from one batch to the next at least. The first message after a silence is handed out at
    once; those that follow on its heels make one batch, which costs hardly more than one message.
    """

    def __init__(self, nc: Client, stream: str, durable: str, *, batch: int = 200, pace: float = 0.0) -> None:
        self._nc = nc
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._batch = batch
        self._pace = pace
        self._credit = 0
        self._refusal = ""
        self._inbox = nc.new_inbox()
        self._subscription: Subscription | None = None
        self._arrived: list[Msg] = []
        self._handed: dict[int, Msg] = {}
        """By place in the stream: what comes once more takes the place of what was not answered."""
        self._news = asyncio.Event()
        self._last = 0.0

    async def fetch(self) -> list[Msg]:
        """Between 0 and `batch` messages: waits for the first (at most EXPIRES), takes what else is there.

        Raises ConsumerGone after the server refused, and nats errors while there is no connection.
        """
        if self._refusal:
            refusal, self._refusal = self._refusal, ""
            raise ConsumerGone(refusal)
        if self._subscription is None:
            self._subscription = await self._nc.subscribe(self._inbox, cb=self._take)
        if not self._arrived:
            await self._first()
        return await self._batch_of_them() if self._arrived else []

    async def release(self) -> None:
        """Stop: what came and was not answered is another replica's at once, not after `ack_wait`.

        Handed out or not; and so is what the server sends until it has heard of it. Whoever is asked to
        stop once more meanwhile still does it.
        """
        if self._subscription is not None:
            await to_its_end(self._give_back(self._subscription))

    async def _give_back(self, subscription: Subscription) -> None:
        with suppress(NatsError, TimeoutError, OSError):
            async with asyncio.timeout(RELEASE_WITHIN):
                await subscription.drain()  # type: ignore[no-untyped-call]
        with suppress(NatsError, OSError):  # also to a server that has not answered: it may hear it later
            for message in (*self._handed.values(), *self._arrived):
                if not message.is_acked:
                    await message.nak()

    async def _first(self) -> None:
        self._news.clear()
        if self._credit <= 0:
            await self._ask()
        try:
            async with asyncio.timeout(EXPIRES + 1):
                await self._news.wait()
        except TimeoutError:
            self._credit = 0  # the request was lost, e.g. in a restart of the server

    async def _batch_of_them(self) -> list[Msg]:
        loop = asyncio.get_running_loop()
        if (rest := self._last + self._pace - loop.time()) > 0:
            await asyncio.sleep(rest)
        self._last = loop.time()
        batch, self._arrived = self._arrived[: self._batch], self._arrived[self._batch :]
        waiting = [message for message in self._handed.values() if not message.is_acked]
        self._handed = {message.metadata.sequence.stream: message for message in waiting + batch}
        return batch

    async def _ask(self) -> None:
        request = {"batch": self._batch, "expires": int(EXPIRES * 1e9)}
        await self._nc.publish(self._next, json.dumps(request).encode(), reply=self._inbox)
        self._credit = self._batch

    async def _take(self, message: Msg) -> None:
        status = (message.headers or {}).get("Status", "") if not message.data else ""
        if status == "100":
            return
        if status:
            self._credit = 0
            if status not in _IDLE:
                self._refusal = f"{status} {(message.headers or {}).get('Description', '')}"
        else:
            self._credit -= 1
            self._arrived.append(message)
        self._news.set()
