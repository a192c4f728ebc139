"""Reads a stream through the service's durable consumer, batch by batch, and answers for each message."""

import asyncio
from collections.abc import Callable, Sequence

from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext

from libs.contracts.permissions import inbox
from libs.contracts.sidefacts import Dead
from libs.runtime.clock import Clock
from libs.runtime.logs import log
from libs.runtime.metrics import BATCH_SECONDS, FACTS_PARKED, FACTS_READ, PENDING
from libs.runtime.projection import DatabaseDown, Delivery, Outcome, Verdict
from libs.runtime.publishing import EXPECTED
from libs.runtime.sidelog import SideLog

BATCH = 200
WAIT = 5.0
"""Seconds a fetch stays open; it returns as soon as one message is there."""

Work = Callable[[Sequence[Delivery]], list[Verdict]]
"""Applies a batch, in a thread; one verdict a delivery."""


class Reader:
    """One endless loop over one durable. Acknowledges only after the effect is durable."""

    def __init__(
        self,
        js: JetStreamContext,
        side: SideLog,
        clock: Clock,
        *,
        service: str,
        stream: str,
        work: Work,
        after: Callable[[], None] = lambda: None,  # called when a batch had an effect
    ) -> None:
        self._js = js
        self._side = side
        self._clock = clock
        self._service = service
        self._stream = stream
        self._work = work
        self._after = after

    async def run(self) -> None:
        """Read until cancelled; survives outages of the server and of the database."""
        subscription: JetStreamContext.PullSubscription | None = None
        while True:
            try:
                subscription = subscription or await self._js.pull_subscribe_bind(
                    consumer=self._service,
                    stream=self._stream,
                    inbox_prefix=f"{inbox(self._service)}.".encode(),
                )
                await self._handle(await subscription.fetch(BATCH, timeout=WAIT))
            except TimeoutError:
                continue
            except DatabaseDown as error:
                log("database_awaited", stream=self._stream, kind=type(error).__name__)
                await asyncio.sleep(1)
            except (NatsError, ConnectionClosedError, OSError) as error:
                log("stream_awaited", stream=self._stream, kind=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _handle(self, messages: list[Msg]) -> None:
        if not messages:
            return
        deliveries = [_delivery(message) for message in messages]
        try:
            with BATCH_SECONDS.labels(self._service, self._stream).time():
                verdicts = await asyncio.to_thread(self._work, deliveries)
        except DatabaseDown:
            for message in messages:
                await message.nak(delay=2)
            raise
        for message, delivery, verdict in zip(messages, deliveries, verdicts, strict=True):
            await self._answer(message, delivery, verdict)
        PENDING.labels(self._service, self._stream).set(messages[-1].metadata.num_pending)
        if any(verdict.outcome is Outcome.DONE for verdict in verdicts):
            self._after()

    async def _answer(self, message: Msg, delivery: Delivery, verdict: Verdict) -> None:
        FACTS_READ.labels(self._service, self._stream, verdict.outcome.value).inc()
        if verdict.outcome is Outcome.GAP:
            await message.nak(delay=min(5.0, 0.05 * 2 ** min(7, message.metadata.num_delivered - 1)))
            return
        if verdict.outcome is Outcome.PARKED:
            FACTS_PARKED.labels(self._service, self._stream).inc()
            log("fact_parked", subject=delivery.subject, seq=delivery.seq, reason=verdict.error)
            await self._side.bury(
                Dead(
                    service=self._service,
                    stream=self._stream,
                    seq=delivery.seq,
                    subject=delivery.subject,
                    error=verdict.error[:500],
                    at=self._clock.now(),
                )
            )
        await message.ack()


def _delivery(message: Msg) -> Delivery:
    return Delivery(
        subject=message.subject,
        seq=message.metadata.sequence.stream,
        predecessor=int((message.headers or {}).get(EXPECTED, 0)),
        data=message.data,
    )
