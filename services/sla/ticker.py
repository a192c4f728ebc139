"""Lets time act: fires the clocks that are due, never ahead of what this service has read of the cases."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext

from libs.runtime.clock import FollowingClock
from libs.runtime.database import in_thread
from libs.runtime.logs import log
from libs.runtime.projection import DatabaseDown
from libs.worktime.calendar import CalendarError
from services.sla.clock import PackOf, sheet
from services.sla.metrics import BROKEN, LAST_TICK, LATENESS, OPEN, UNUSABLE
from services.sla.store import PAGE, Store

STREAM, DURABLE = "CASES", "sla"

CATCH_UP = 5.0
"""Real seconds one tick waits for the projection; with a longer backlog it fires nothing and tries again."""

COUNT_EVERY = 30.0
"""Real seconds between two counts of the open clocks."""

SIMULATED_POLL = 0.1
"""Real seconds between two ticks under a simulated clock."""


class Ticker:
    """One endless loop; several replicas share the due clocks."""

    def __init__(
        self,
        store: Store,
        js: JetStreamContext,
        clock: FollowingClock,
        pack_of: PackOf,
        *,
        fired: Callable[[], None],
        poll: float,
        grace: float,
        catch_up: float = CATCH_UP,
    ) -> None:
        self._store = store
        self._js = js
        self._clock = clock
        self._pack_of = pack_of
        self._fired = fired
        self._poll = poll
        self._grace = timedelta(seconds=grace)
        self._catch_up = catch_up
        self._counted = 0.0

    async def run(self) -> None:
        """Tick until cancelled; survives outages of the server and of the database."""
        while True:
            try:
                if await self.tick():
                    LAST_TICK.set(time.time())
                if time.monotonic() - self._counted > COUNT_EVERY:
                    await self._count()
            except (NatsError, TimeoutError, OSError, *DatabaseDown) as error:
                log("tick_put_off", kind=type(error).__name__)
            await asyncio.sleep(SIMULATED_POLL if self._clock.simulated else self._poll)

    async def tick(self) -> bool:
        """Fire what was due at this moment, once every fact stored by now is projected; else do nothing."""
        now = self._clock.now() - self._grace
        due = await in_thread(self._due, now)
        if due and not await self._projected():
            log("tick_put_off", kind="projection behind")
            return False
        lateness = 0.0
        for hours in due:
            try:
                lateness = max(lateness, await in_thread(self._fire, hours, now))
            except (LookupError, CalendarError) as error:
                UNUSABLE.inc()
                log("hours_unusable", hours=hours, error=error)
        LATENESS.set(lateness)
        return True

    def _due(self, now: datetime) -> list[str]:
        """The hours in which a clock is due; only then is it worth asking how far the cases were read."""
        due, unusable = [], 0
        for hours in self._store.hours_in_use():
            try:
                if self._store.is_due(hours, sheet(hours, self._pack_of).coordinate(now)):
                    due.append(hours)
            except (LookupError, CalendarError) as error:
                unusable += 1
                log("hours_unusable", hours=hours, error=error)
        UNUSABLE.set(unusable)
        return due

    async def _projected(self) -> bool:
        """Whether the durable has acknowledged everything that is stored by now, soon enough."""
        last = (await self._js.stream_info(STREAM)).state.last_seq
        deadline = time.monotonic() + self._catch_up
        while True:
            info = await self._js.consumer_info(STREAM, DURABLE)
            reached = info.ack_floor.stream_seq if info.ack_floor else 0
            if reached >= last or not (info.num_pending or info.num_ack_pending):
                return True
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)

    def _fire(self, hours: str, now: datetime) -> float:
        """Everything due in these hours, page by page; the seconds by which the oldest was late."""
        counted = sheet(hours, self._pack_of)
        until = counted.coordinate(now)
        lateness = 0.0
        while self._store.is_due(hours, until):
            fired = self._store.fire(hours, counted, until)
            if not fired.taken:
                break  # another replica has them in hand
            self._fired()
            lateness = max(lateness, (now - counted.at(fired.oldest)).total_seconds())
            if fired.taken < PAGE:
                break
        return lateness

    async def _count(self) -> None:
        self._counted = time.monotonic()
        opened, broken = dict.fromkeys(("answer", "publish", "promise"), 0), 0
        for state, kind, many in await in_thread(self._store.counts):
            if state == "broken":
                broken += many
            else:
                opened[kind] = opened.get(kind, 0) + many
        BROKEN.set(broken)
        for kind, many in opened.items():
            OPEN.labels(kind).set(many)
