"""Reads a stream through the service's durable consumer, batch by batch, and answers for each message."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from libs.contracts.sidefacts import Dead
from libs.runtime.clock import Clock
from libs.runtime.database import in_thread
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.healing import STREAM, BrokenLinks, Healer, Told
from libs.runtime.logs import log
from libs.runtime.metrics import BATCH_SECONDS, FACTS_PARKED, FACTS_READ, PENDING
from libs.runtime.projection import DatabaseDown, Delivery, Outcome, Verdict
from libs.runtime.publishing import EXPECTED
from libs.runtime.pull import Pull
from libs.runtime.sidelog import SideLog

SOON, LATER = 0.05, 0.25
"""Pace of a stream: seconds between two batches when somebody may be waiting, and when nobody is."""

LASTING = 70
"""Deliveries of one fact after which a gap does not close by itself: with the pauses between, some 20 s."""

Work = Callable[[Sequence[Delivery]], list[Verdict]]
"""Applies a batch, in a thread; one verdict a delivery."""


class Reader:
    """One endless loop over one durable. Acknowledges only after the effect is durable."""

    def __init__(
        self,
        nc: Client,
        side: SideLog,
        clock: Clock,
        *,
        service: str,
        stream: str,
        work: Work,
        after: Callable[[], None] = lambda: None,  # called when a batch had an effect
        pace: float = 0.0,  # seconds between two batches at least
        healer: Healer | None = None,
        lasting: int = LASTING,
        caught_up: Callable[[], None] = lambda: None,  # called once, when what the database lost is back
    ) -> None:
        self._pull = Pull(nc, stream, service, pace=pace)
        self._side = side
        self._clock = clock
        self._service = service
        self._stream = stream
        self._work = work
        self._after = after
        self._healer = healer
        self._lasting = lasting
        self._caught_up = caught_up

    async def run(self) -> None:
        """Read until cancelled; survives outages of the server and of the database."""
        try:
            await self._read()
        finally:
            await self._pull.release()

    async def _read(self) -> None:
        behind = self._stream == STREAM
        while True:
            try:
                if behind:
                    await self._catch_up()
                    behind = False
                await self._handle(await self._pull.fetch())
            except DatabaseDown as error:
                log("database_awaited", stream=self._stream, kind=type(error).__name__)
                await asyncio.sleep(1)
            except (NatsError, OutcomeUnknown, TimeoutError, OSError) as error:
                log("stream_awaited", stream=self._stream, kind=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _catch_up(self) -> None:
        if self._healer:
            await self._bury_parked(await self._healer.catch_up())
        self._caught_up()

    async def _handle(self, messages: list[Msg]) -> None:
        if not messages:
            return
        deliveries = [_delivery(message) for message in messages]
        try:
            with BATCH_SECONDS.labels(self._service, self._stream).time():
                verdicts = await in_thread(self._work, deliveries)
        except DatabaseDown:
            with suppress(NatsError, OSError):  # else they come again by themselves
                for message in messages:
                    await message.nak(delay=2)
            raise
        if any(verdict.outcome is Outcome.DONE for verdict in verdicts):
            self._after()
        for message, delivery, verdict in zip(messages, deliveries, verdicts, strict=True):
            await self._answer(message, delivery, verdict)
        for outcome, many in Counter(verdict.outcome for verdict in verdicts).items():
            FACTS_READ.labels(self._service, self._stream, outcome.value).inc(many)
        PENDING.labels(self._service, self._stream).set(messages[-1].metadata.num_pending)

    async def _answer(self, message: Msg, delivery: Delivery, verdict: Verdict) -> None:
        if verdict.outcome is Outcome.GAP and message.metadata.num_delivered >= self._lasting:
            verdict = await self._healed(delivery, verdict)
        if verdict.outcome is Outcome.GAP:
            await message.nak(delay=min(0.3, 0.03 * message.metadata.num_delivered))
            return
        if verdict.outcome is Outcome.PARKED:
            await self._bury(self._stream, delivery, verdict)
        await message.ack()

    async def _healed(self, delivery: Delivery, verdict: Verdict) -> Verdict:
        """Fetch what the fact waits for: it comes again soon, and its turn has come; or it never will."""
        if self._healer is None:
            return verdict
        try:
            told = await self._healer.heal(verdict.lacks)
        except BrokenLinks as error:
            if self._stream != STREAM:
                return Verdict(Outcome.PARKED, str(error))
            return await self._healer.set_aside(delivery)
        await self._bury_parked(told)
        return verdict

    async def _bury_parked(self, told: Sequence[Told]) -> None:
        for delivery, verdict in told:
            if verdict.outcome is Outcome.PARKED:
                await self._bury(STREAM, delivery, verdict)

    async def _bury(self, stream: str, delivery: Delivery, verdict: Verdict) -> None:
        FACTS_PARKED.labels(self._service, stream).inc()
        log("fact_parked", subject=delivery.subject, seq=delivery.seq, reason=verdict.error)
        await self._side.bury(
            Dead(
                service=self._service,
                stream=stream,
                seq=delivery.seq,
                subject=delivery.subject,
                error=verdict.error[:500],
                at=self._clock.now(),
            )
        )


def _delivery(message: Msg) -> Delivery:
    return Delivery(
        subject=message.subject,
        seq=message.metadata.sequence.stream,
        predecessor=int((message.headers or {}).get(EXPECTED, 0)),
        data=message.data,
    )
