"""Takes what RAW holds through its channel: words to their case, calls and reports to their streams."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from libs.contracts.calls import CallFact
from libs.contracts.deliveries import DeliveryFact
from libs.contracts.sidefacts import Dead
from libs.runtime.delivery import reason_of
from libs.runtime.errors import OutcomeUnknown, Unavailable
from libs.runtime.logs import log
from libs.runtime.metrics import FACTS_PARKED, FACTS_READ, PENDING
from libs.runtime.pull import Pull
from libs.runtime.service import Runtime
from services.intake.channels.rows import Row
from services.intake.channels.shape import Channel, Delivery, Event, Said, SetAside, Unverified
from services.intake.gathering import Gathering, Outcome, StillAway
from services.intake.late import Late
from services.intake.metrics import ACCEPTED, ADDED, EVENTS, REPEATED
from services.intake.rawlog import LARGE, STREAM, Kept, RawLog

Channels = Mapping[str, tuple[Row, Channel]]
"""Table name → its row and channel."""

WORKERS = 8
"""Deliveries at work at once: few, since those who wait for an answer at the door share the processor."""

COURTESY = 3
"""Times five milliseconds that a delivery waits while somebody waits at the door."""

TRIES = 6
"""Failures of a delivery itself after which it is put aside; outages never count."""

BUSY = 10.0
"""Seconds after which the server is told that a delivery is still being worked on."""

OUTAGE = (OutcomeUnknown, Unavailable, NatsError, TimeoutError, OSError)
_HOPELESS = (ValueError, SetAside, Unverified)


@dataclass(frozen=True)
class Taker:
    """What is done with one delivery, in the worker as in a retry by hand."""

    rt: Runtime
    channels: Channels
    raw: RawLog
    gathering: Gathering

    async def take(self, subject: str, kept: Kept, *, limited: bool = True) -> None:
        """Make durable all that follows from a delivery; again after a failure, nothing is done twice.

        Raises SetAside or Unverified when somebody must look at it; its other events are done all the same.
        """
        if kept.code not in self.channels:
            raise SetAside("no such table in channels.toml")
        row, channel = self.channels[kept.code]
        if not kept.genuine:
            channel.verify(kept.delivery)
        events, troubles = await self._parsed(channel, kept)
        for event in events:
            try:
                await self._follow(row, event, subject, kept, limited=limited)
            except SetAside as trouble:
                troubles.append(trouble)
        if troubles:
            raise min(troubles, key=lambda one: not isinstance(one, StillAway))

    async def _parsed(self, channel: Channel, kept: Kept) -> tuple[list[Event], list[SetAside]]:
        if len(kept.delivery.body) < LARGE // 8:
            return _read(channel, kept.delivery)
        return await asyncio.to_thread(_read, channel, kept.delivery)

    async def _follow(self, row: Row, event: Event, subject: str, kept: Kept, *, limited: bool) -> None:
        if isinstance(event, Said):
            try:
                outcome = await self.gathering.gather(
                    row, event, arrived=kept.delivery.at, raw=subject, limited=limited
                )
            except StillAway as error:
                _count(row, error.outcome)
                raise
            _count(row, outcome)
        elif isinstance(event, CallFact | DeliveryFact):
            await self.rt.side.write(event)
            EVENTS.labels(row.code, type(event).__name__).inc()
        else:
            EVENTS.labels(row.code, f"passed-{event.why}"[:40]).inc()


@dataclass
class Door:
    """How many providers wait for an answer at this moment: they come first."""

    waiting: int = 0

    @contextmanager
    def knocked(self) -> Iterator[None]:
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1

    async def quiet(self) -> None:
        """Return when nobody waits, but soon at any rate: under a steady rush the work goes on, too."""
        for _ in range(COURTESY):
            if not self.waiting:
                return
            await asyncio.sleep(0.005)


@dataclass
class Worker:
    """One endless loop over the durable `intake` on RAW; any number of replicas share it."""

    taker: Taker
    door: Door = field(default_factory=Door)
    tries: int = TRIES
    late: Late = field(default_factory=Late)
    _failures: dict[int, int] = field(default_factory=dict)
    _going: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Work until cancelled. A delivery is acknowledged after what follows from it is durable."""
        rt = self.taker.rt
        rt.readiness.consumers.add(STREAM)
        pull = Pull(rt.nc, STREAM, rt.service, batch=WORKERS)
        try:
            while True:
                await self._fetch(pull)
        finally:
            for task in self._going:
                task.cancel()
            await pull.release()
            await asyncio.gather(*self._going, return_exceptions=True)

    async def _fetch(self, pull: Pull) -> None:
        try:
            messages = await pull.fetch()
        except (NatsError, TimeoutError, OSError) as error:
            log("stream_awaited", stream=STREAM, kind=type(error).__name__)
            await asyncio.sleep(0.5)
            return
        for message in messages:  # begun in their order, in which one person's are then gathered
            await self.door.quiet()
            task = asyncio.create_task(self._on_message(message))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
            while len(self._going) >= WORKERS:
                await asyncio.wait(self._going, return_when=asyncio.FIRST_COMPLETED)

    async def _on_message(self, message: Msg) -> None:
        service = self.taker.rt.service
        PENDING.labels(service, STREAM).set(message.metadata.num_pending)
        busy = asyncio.create_task(_hold(message))
        try:
            outcome = await self._handle(message)
        except Exception as error:
            # no answer was possible: the server delivers it again after ack_wait
            log("delivery_left_open", subject=message.subject, error=error)
            outcome = "left"
        finally:
            busy.cancel()
        FACTS_READ.labels(service, STREAM, outcome).inc()

    async def _handle(self, message: Msg) -> str:
        seq = message.metadata.sequence.stream
        try:
            kept = await self.taker.raw.load(message.headers, message.data)
            await self.taker.take(message.subject, kept)
        except Exception as error:
            tried = message.metadata.num_delivered
            if isinstance(error, StillAway) and (pause := self.late.pause(seq, tried, now=time.monotonic())):
                await message.nak(delay=pause)
                return "late"
            if not self._give_up(seq, error):
                pause = min(30.0, 0.1 * 2 ** min(tried - 1, 10))
                log("delivery_given_back", subject=message.subject, kind=type(error).__name__, pause=pause)
                await message.nak(delay=pause)
                return "retried"
            await self._bury(message, seq, error)
            await message.ack()
            return "parked"
        self._failures.pop(seq, None)
        await message.ack()
        return "done"

    def _give_up(self, seq: int, error: Exception) -> bool:
        if isinstance(error, OUTAGE):
            return False
        self._failures[seq] = self._failures.get(seq, 0) + 1
        return isinstance(error, _HOPELESS) or self._failures[seq] >= self.tries

    async def _bury(self, message: Msg, seq: int, error: Exception) -> None:
        rt, reason = self.taker.rt, reason_of(error)
        await rt.side.bury(
            Dead(
                service=rt.service,
                stream=STREAM,
                seq=seq,
                subject=message.subject,
                error=reason,
                at=rt.clock.now(),
            )
        )
        self._failures.pop(seq, None)
        FACTS_PARKED.labels(rt.service, STREAM).inc()
        log("delivery_parked", subject=message.subject, seq=seq, reason=reason)


def _read(channel: Channel, delivery: Delivery) -> tuple[list[Event], list[SetAside]]:
    """What could be read before somebody must look at the rest."""
    events = list[Event]()
    try:
        for event in channel.parse(delivery):
            events.append(event)
    except SetAside as trouble:
        return events, [trouble]
    return events, []


async def _hold(message: Msg) -> None:
    while True:
        await asyncio.sleep(BUSY)
        await message.in_progress()


def _count(row: Row, outcome: Outcome) -> None:
    EVENTS.labels(row.code, outcome).inc()
    counter = {"opened": ACCEPTED, "added": ADDED, "repeated": REPEATED}.get(outcome)
    if counter:
        counter.labels(row.pack_code).inc()
