"""Pull messages from a durable consumer: return at once with whatever is there, never wait for a full batch.

nats-py's own `fetch(n)` holds messages it has already received until n have come or its time is over, as
soon as two of them arrive close together on an idle consumer (2.16.0; a burst stalled for the whole time-out).
The test `test_a_small_burst_on_an_idle_consumer_is_not_held_back` shows when this file can go.
"""

import json

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

EXPIRES = 2.0
"""Seconds a request stays open at the server."""

_IDLE = {"404", "408"}


class ConsumerGone(NatsError):
    """The server does not serve this consumer at the moment."""


class Pull:
    """One open request at a time on one durable."""

    def __init__(self, nc: Client, stream: str, durable: str, *, batch: int = 200) -> None:
        self._nc = nc
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._batch = batch
        self._credit = 0
        self._refusal = ""
        self._inbox = nc.new_inbox()
        self._subscription: Subscription | None = None

    async def fetch(self) -> list[Msg]:
        """Between 0 and `batch` messages: waits for the first (at most EXPIRES), takes what else is there.

        Raises ConsumerGone after the server refused, and nats errors while there is no connection.
        """
        if self._refusal:
            refusal, self._refusal = self._refusal, ""
            raise ConsumerGone(refusal)
        if self._subscription is None:
            self._subscription = await self._nc.subscribe(self._inbox)
        if self._credit <= 0:
            await self._ask()
        try:
            first = await self._subscription.next_msg(timeout=EXPIRES + 1)
        except TimeoutError:
            self._credit = 0  # the request was lost, e.g. in a restart of the server
            return []
        arrived = [first]
        while self._subscription.pending_msgs and len(arrived) < self._batch:
            arrived.append(await self._subscription.next_msg(timeout=1))
        return [message for message in arrived if not self._is_status(message)]

    async def _ask(self) -> None:
        request = {"batch": self._batch, "expires": int(EXPIRES * 1e9)}
        await self._nc.publish(self._next, json.dumps(request).encode(), reply=self._inbox)
        self._credit = self._batch

    def _is_status(self, message: Msg) -> bool:
        status = (message.headers or {}).get("Status", "") if not message.data else ""
        if not status:
            self._credit -= 1
            return False
        if status in _IDLE:
            self._credit = 0
        elif status != "100":
            self._credit = 0
            self._refusal = f"{status} {(message.headers or {}).get('Description', '')}"
        return True
