"""Fetches the recordings of calls when they are ready, minutes later if need be, and puts them into FILES.

The address that a telephone system gives is as good as a key: it stays in CALLS, and no line of a log and no
page repeats it.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from libs.contracts.calls import CallRecordingReady, CallRecordingStored
from libs.contracts.casevalues import Attached
from libs.contracts.facts import Actor, derived_id
from libs.contracts.sidefacts import Dead
from libs.contracts.subjects import decode
from libs.files.expiry import belongs_to, keep_until
from libs.files.files import Files, id_of
from libs.files.kinds import SOUNDS, kind_of
from libs.runtime.delivery import reason_of
from libs.runtime.logs import log
from libs.runtime.metrics import FACTS_PARKED
from libs.runtime.pull import Pull
from libs.runtime.service import Runtime
from services.intake.channels.telephony import SERVICE, CallRow
from services.intake.media import Allowed, NotFetched, fetch
from services.intake.metrics import RECORDINGS
from services.intake.worker import OUTAGE, TRIES, Channels

STREAM = "CALLS"
AT_ONCE = 2
"""Recordings being fetched at the same time: each lies in memory as a whole."""

WAITING = 16
"""Recordings taken over at once."""

PAUSES = (5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0)
"""Seconds after each failure; after the last one, some 16 hours in all, the recording is given up."""

AWAY = 5.0
"""Seconds until the next try when it is our own store that does not answer; counts for nothing."""

WITHIN = 120.0
"""Seconds for one recording."""

BUSY = 10.0
"""Seconds after which the server is told that somebody is still at it."""

_FINAL = frozenset({"refused-address", "too-large", "infected", "unscanned"})


@dataclass
class Recordings:
    """One endless loop over the durable `intake` on CALLS; any number of replicas share it.

    `limits` is what every fetch starts from; hosts and size are the row's own.
    """

    rt: Runtime
    channels: Channels
    files: Files
    pauses: tuple[float, ...] = PAUSES
    limits: Allowed = field(default_factory=lambda: Allowed((), seconds=WITHIN, pauses=()))
    away: float = AWAY
    _failures: dict[int, int] = field(default_factory=dict)
    _defects: dict[int, int] = field(default_factory=dict)
    _going: set[asyncio.Task[None]] = field(default_factory=set)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self) -> None:
        """Work until cancelled. A recording is acknowledged when its `recording-stored` is durable."""
        self.rt.readiness.consumers.add(STREAM)
        pull = Pull(self.rt.nc, STREAM, self.rt.service, batch=WAITING)
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
        for message in messages:
            task = asyncio.create_task(self._on_message(message))
            self._going.add(task)
            task.add_done_callback(self._going.discard)

    async def _on_message(self, message: Msg) -> None:
        holding = asyncio.create_task(_hold(message))
        try:
            async with self._turns:
                pause = await self._handle(message)
        except Exception as error:
            pause = await self._failed(message, error)
        finally:
            holding.cancel()
        with suppress(NatsError, TimeoutError, OSError):  # else it is delivered again
            await (message.nak(delay=pause) if pause else message.ack())

    async def _failed(self, message: Msg, error: Exception) -> float:
        """An outage is waited for; a defect is tried TRIES times, then a pointer is left for a person."""
        seq = message.metadata.sequence.stream
        log("recording_put_off", subject=message.subject, kind=type(error).__name__)
        if isinstance(error, OUTAGE):
            return self.away
        defects = self._defects[seq] = self._defects.get(seq, 0) + 1
        if defects < TRIES:
            return self.away
        try:
            await self._park(message, seq, reason_of(error))
        except OUTAGE:
            return self.away
        self._defects.pop(seq)
        return 0

    async def _park(self, message: Msg, seq: int, reason: str) -> None:
        rt, about = self.rt, message.subject
        at = rt.clock.now()
        await rt.side.bury(
            Dead(service=rt.service, stream=STREAM, seq=seq, subject=about, error=reason, at=at)
        )
        FACTS_PARKED.labels(rt.service, STREAM).inc()
        RECORDINGS.labels("parked").inc()
        log("recording_parked", subject=about, seq=seq, reason=reason)

    async def _handle(self, message: Msg) -> float:
        """Seconds until the next try, 0 when there is nothing more to do."""
        try:
            ready = decode(message.subject, message.data)
        except ValueError:  # of a newer version, or damaged: no later try would change that
            ready = None
        if not isinstance(ready, CallRecordingReady):
            RECORDINGS.labels("unreadable").inc()
            return 0
        seq = message.metadata.sequence.stream
        file = await self._fetched(ready)
        if file.lost and file.lost not in _FINAL:
            failures = self._failures[seq] = self._failures.get(seq, 0) + 1
            if failures <= len(self.pauses):
                return self.pauses[failures - 1]
        self._failures.pop(seq, None)
        await self.rt.side.write(self._stored(ready, file))
        RECORDINGS.labels(file.lost or "stored").inc()
        if file.lost:
            log("recording_lost", call=ready.call, leg=ready.leg, why=file.lost)
        return 0

    async def _fetched(self, ready: CallRecordingReady) -> Attached:
        """The file as it is kept; `lost` says why there is none (yet). Raises OutcomeUnknown."""
        row, key = self._row(ready), f"recording {ready.call} {ready.leg}"
        if row is None:
            return Attached(id=id_of(key, 0, b""), lost="no-such-channel")
        allowed = replace(
            self.limits, hosts=row.recording_hosts, private=row.recording_private, limit=row.recording_bytes
        )
        try:
            content = await fetch(ready.source, allowed)
        except NotFetched as error:
            return Attached(id=id_of(key, 0, b""), lost=error.reason)
        if kind_of(content) not in SOUNDS:  # a page that asks to log in, or to wait
            return Attached(id=id_of(key, 0, content), lost="refused-type")
        file = await self.files.put(content, key=key, limit=row.recording_bytes)
        if not file.lost:
            await belongs_to(self.files.store, file.id, ready.call)
        if row.recording_days and not file.lost:
            await keep_until(
                self.files.store, file.id, (ready.at + timedelta(days=row.recording_days)).date()
            )
        return file

    def _row(self, ready: CallRecordingReady) -> CallRow | None:
        row, _ = self.channels.get(ready.system, (None, None))
        return row if isinstance(row, CallRow) else None

    def _stored(self, ready: CallRecordingReady, file: Attached) -> CallRecordingStored:
        row = self._row(ready)
        return CallRecordingStored(
            **_same(ready),
            event_id=derived_id(ready.event_id, "recording-stored"),
            at=self.rt.clock.now(),
            by=Actor(service=SERVICE),
            cause=ready.event_id,
            pack_version=self.rt.directory.current,
            file=file,
            seconds=ready.seconds,
            keep_days=row.recording_days if row else 0,
        )


def _same(ready: CallRecordingReady) -> Mapping[str, str]:
    names = ("call", "leg", "system", "direction", "caller", "caller_raw", "dialled", "extension", "queue")
    return {name: getattr(ready, name) for name in names}


async def _hold(message: Msg) -> None:
    while True:
        await asyncio.sleep(BUSY)
        await message.in_progress()
