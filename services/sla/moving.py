"""Tells, page by page in the background, which limits a changed calendar moved; and counts the clocks."""

import asyncio
from collections.abc import Callable

from libs.runtime.clock import FollowingClock
from libs.runtime.database import in_thread
from libs.runtime.logs import log
from libs.runtime.projection import DatabaseDown
from services.sla.changing import Changing
from services.sla.metrics import BROKEN, OLDEST, OPEN, PENDING
from services.sla.store import Store

IDLE = 1.0
"""Real seconds until the next look when there is nothing to tell."""

COUNT_EVERY = 30.0
"""Real seconds between two counts of the open clocks."""


async def keep_telling(changing: Changing, told: Callable[[], None]) -> None:
    """Until cancelled; survives outages of the database."""
    while True:
        try:
            while await in_thread(changing.tell):
                told()
        except DatabaseDown as error:
            log("database_awaited", kind=type(error).__name__)
        await asyncio.sleep(IDLE)


class Counting:
    """Keeps the gauges of the clocks right."""

    def __init__(self, store: Store, clock: FollowingClock) -> None:
        self._store = store
        self._clock = clock
        self._kinds: set[str] = set()

    async def run(self) -> None:
        """Until cancelled; survives outages of the database."""
        while True:
            try:
                await self.count()
            except DatabaseDown as error:
                log("clocks_not_counted", kind=type(error).__name__)
            await asyncio.sleep(COUNT_EVERY)

    async def count(self) -> None:
        """Count once. A kind that was seen before and has no clocks any more counts as none."""
        opened, running, broken = dict.fromkeys(self._kinds, 0), dict.fromkeys(self._kinds, 0), 0
        for state, kind, many in await in_thread(self._store.counts):
            self._kinds.add(kind)
            if state == "broken":
                broken += many
                continue
            opened[kind] = opened.get(kind, 0) + many
            running[kind] = running.get(kind, 0) + (many if state == "running" else 0)
        BROKEN.set(broken)
        oldest = await in_thread(self._store.oldest, sorted(self._kinds))
        now = self._clock.now().timestamp()
        for kind in self._kinds:
            OPEN.labels(kind).set(opened.get(kind, 0))
            PENDING.labels(kind).set(running.get(kind, 0))
            OLDEST.labels(kind).set(max(0.0, now - oldest[kind]) if kind in oldest else 0.0)
