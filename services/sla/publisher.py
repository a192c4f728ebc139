"""Publishes the noted clock facts at once, again after an outage, each once in the stream."""

import asyncio
from collections.abc import Callable, Sequence

from nats.errors import Error as NatsError

from libs.contracts.sidefacts import (
    ClockArmed,
    ClockEscalated,
    ClockFact,
    ClockMissed,
    ClockMoved,
    ClockWarned,
)
from libs.packs.model import NotInPack
from libs.runtime.database import in_thread
from libs.runtime.directory import Directory
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from libs.runtime.projection import DatabaseDown
from libs.runtime.sidelog import SideLog, Written
from services.sla.effects import PAGE, Effects
from services.sla.metrics import ESCALATED, MISSED, MOVED, UNKNOWN_AGENCIES, UNPUBLISHED, WARNED

SWEEP = 5.0
"""Real seconds after which it looks without being woken: for what a killed replica left behind."""


class Publisher:
    """One endless loop; `wake` says that something was noted."""

    def __init__(
        self, effects: Effects, side: SideLog, directory: Directory, connected: Callable[[], bool]
    ) -> None:
        self._effects = effects
        self._connected = connected
        self._side = side
        self._directory = directory
        self._noted = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        """Look now; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._noted.set)

    async def run(self) -> None:
        """Publish until cancelled; survives outages of the server and of the database."""
        while True:
            self._noted.clear()
            try:
                UNPUBLISHED.set(await self._all())
            except DatabaseDown as error:
                log("database_awaited", kind=type(error).__name__)
            try:
                await asyncio.wait_for(self._noted.wait(), SWEEP)
            except TimeoutError:
                continue

    async def _all(self) -> int:
        """Publish page by page; how many are still to be published.

        A page of which the server took nothing is followed by the next one, unless the server is away.
        """
        whole = True
        while True:
            taken, confirmed = await in_thread(self._effects.publish, self._send)
            whole = whole and confirmed == taken
            if taken < PAGE or not (confirmed or self._connected()):
                return 0 if whole and taken < PAGE else await in_thread(self._effects.waiting)

    def _send(self, facts: Sequence[ClockFact]) -> Sequence[bool]:
        return asyncio.run_coroutine_threadsafe(self._publish(facts), self._loop).result()

    async def _publish(self, facts: Sequence[ClockFact]) -> Sequence[bool]:
        return await asyncio.gather(*(self._one(fact) for fact in facts))

    async def _one(self, fact: ClockFact) -> bool:
        try:
            written = await self._side.put(fact)
        except (OutcomeUnknown, NatsError, OSError, ValueError) as error:
            log("clock_fact_not_confirmed", case_id=fact.case_id, kind=type(error).__name__)
            return False
        if written is Written.NOW:
            self._count(fact)
        elif written is Written.OTHER:
            log("clock_fact_stood_already", case_id=fact.case_id, clock=fact.clock, fact=fact.token)
        return True

    def _count(self, fact: ClockFact) -> None:
        """Only what was stored this moment: after a rebuild much is said that stood already."""
        if isinstance(fact, ClockMissed):
            MISSED.labels(fact.kind, fact.agency).inc()
        elif isinstance(fact, ClockArmed):
            self._check(fact)
        for cls, counter in ((ClockWarned, WARNED), (ClockEscalated, ESCALATED), (ClockMoved, MOVED)):
            if isinstance(fact, cls):
                counter.labels(fact.kind).inc()

    def _check(self, fact: ClockFact) -> None:
        try:
            self._directory.pack.agency(fact.agency)
        except NotInPack:
            UNKNOWN_AGENCIES.inc()
            log("agency_unknown", case_id=fact.case_id, agency=fact.agency)
