"""The canary: each hour a case of our own goes the real way; it is closed when every service did its part."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Engine, select

from libs.contracts.canary import CANARY
from libs.contracts.errors import HotlineError
from libs.contracts.events import CaseRejected
from libs.contracts.facts import Actor, derived_id
from libs.contracts.requests import NewRequest
from libs.contracts.subjects import CaseRef
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import FollowingClock
from libs.runtime.database import in_thread, reading
from libs.runtime.directory import Directory
from libs.runtime.logs import log
from services.desk import reads
from services.desk.domain.fold import fold
from services.desk.domain.state import CaseState
from services.desk.intake_client import IntakeClient
from services.desk.metrics import CANARY_FAILURES, CANARY_SECONDS, CANARY_SUCCESS
from services.desk.store import CANARY_LOST, CASE, LINK

SETTLE = 60.0
"""Seconds after the start until the first one: the other services may start with us."""

LOOK = 0.5
"""Seconds between two looks at how far it is."""

PATIENCE = 600.0
"""Seconds after which it is lost, or half the time to the next one."""

_WORDS = "Hồ sơ thử tự động của Tổng đài, không phải của người dân / the hotline's own test case"


class Lost(HotlineError):
    """The canary did not arrive: a service on its way is silent."""


@dataclass(frozen=True)
class Canary:
    """`every` in seconds. Any number of replicas make one case: its key is the hour's."""

    engine: Engine
    cases: CaseLog
    directory: Directory
    clock: FollowingClock
    intake: IntakeClient
    every: float
    settle: float = SETTLE

    async def run(self) -> None:
        """Until cancelled. Under a simulated clock it rests: what it tells is told to a real watch."""
        await asyncio.sleep(min(self.settle, self.every))
        while True:
            if not self.clock.simulated:
                await self._try()
            await asyncio.sleep(self.every - time.time() % self.every)

    async def _try(self) -> None:
        try:
            await self.fly()
        except Exception as error:
            stage = error.args[0] if isinstance(error, Lost) and error.args else "error"
            CANARY_FAILURES.labels(stage).inc()
            log("canary_lost", stage=stage, error=error)

    async def fly(self) -> None:
        """Send this hour's canary, see it arrive, close it. Raises Lost with the stage that never came."""
        hour = self.clock.now().timestamp() // self.every * self.every
        await self._close_those_lost(int(hour))
        began = datetime.fromtimestamp(hour, UTC).isoformat()
        accepted = await self.intake.open_case(NewRequest(text=_WORDS, channel=CANARY), f"{CANARY}-{began}")
        ref = CaseRef(accepted.year, accepted.case_id)
        await self._until_arrived(ref)
        await self._close(ref, CANARY)
        await self._told(ref)

    async def _until_arrived(self, ref: CaseRef) -> None:
        deadline = time.monotonic() + min(PATIENCE, self.every / 2)
        while stage := await in_thread(self._missing, ref.case_id):
            if time.monotonic() > deadline:
                raise Lost(stage)
            await asyncio.sleep(LOOK)

    def _missing(self, case_id: str) -> str:
        """The stage that our own projection does not show yet; none when it is there, or over already."""
        with reading(self.engine) as connection:
            found = reads.load(connection, case_id)
            if found is None or found.parked:
                return "desk"
            if found.state.status == "rejected":
                return ""
            stages = {
                "router": found.state.status == "routed",
                "sla": any(row.clock == "answer-1" for row in reads.clocks(connection, [case_id])),
                "notifier": any(row.template == CANARY for row in reads.letters(connection, case_id)),
            }
        return next((stage for stage, seen in stages.items() if not seen), "")

    async def _close(self, ref: CaseRef, reason: str) -> None:
        found = await in_thread(self._load, ref.case_id)
        assert found is not None
        fact = CaseRejected(
            event_id=derived_id(UUID(hex=ref.case_id), CaseRejected.stem()),
            case_id=ref.case_id,
            at=self.clock.now(),
            by=Actor(service="desk"),
            pack_version=self.directory.current,
            reason=reason,
        )

        def decide(state: CaseState) -> CaseRejected | None:
            return None if state.status == "rejected" else fact

        await self.cases.append(ref, found.state, found.seq, decide=decide, fold=fold)

    def _load(self, case_id: str) -> reads.Loaded | None:
        with reading(self.engine) as connection:
            return reads.load(connection, case_id)

    async def _told(self, ref: CaseRef) -> None:
        """From the facts themselves, so that every replica tells the same, also after a restart."""
        facts = [one.fact for one in await self.cases.since(ref, 0) if one.fact]
        end = next(fact for fact in facts if isinstance(fact, CaseRejected))
        if end.reason != CANARY:
            raise Lost("closed")
        took = (end.at - facts[0].at).total_seconds()
        CANARY_SECONDS.set(took)
        CANARY_SUCCESS.set(end.at.timestamp())
        log("canary_arrived", case_id=ref.case_id, seconds=round(took, 1))

    async def _close_those_lost(self, hour: int) -> None:
        """What never arrived is closed all the same: no clock of a test may run on."""
        for ref in await in_thread(self._lost, hour):
            await self._close(ref, CANARY_LOST)

    def _lost(self, hour: int) -> list[CaseRef]:
        waiting = (CASE.c.queue == CANARY) & (CASE.c.opened_at < hour)
        query = select(LINK.c.year, LINK.c.case_id).join(CASE, CASE.c.case_id == LINK.c.case_id)
        with reading(self.engine) as connection:
            return [CaseRef(*row) for row in connection.execute(query.where(waiting))]
