"""Closes gaps that would never close by themselves: the projection's database went back in time.

After a restored dump or a lost commit, facts that the server holds for acknowledged are not in the database:
nobody delivers them again, and whatever follows from them waits. They are fetched along the links.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nats.js.api import RawStreamMsg
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import Engine, func, select

from libs.contracts.errors import HotlineError
from libs.contracts.subjects import case_ref, is_erasure
from libs.runtime.database import in_thread, reading, writing
from libs.runtime.logs import log
from libs.runtime.metrics import GAPS_HEALED
from libs.runtime.projection import CaseProjection, Delivery, Outcome, Verdict, in_transaction
from libs.runtime.publishing import EXPECTED

STREAM = "CASES"
PAGE = 200
IN_FLIGHT = 1_000
"""How far facts may overtake each other: what one durable delivers before the first is acknowledged."""


class BrokenLinks(HotlineError):
    """The links do not lead from this fact to what the projection has read: a fact between them is gone."""


Told = tuple[Delivery, Verdict]


@dataclass(frozen=True)
class Healer:
    """Fetches what one projection of CASES lacks, and applies it by the projection's own rule."""

    js: JetStreamContext
    service: str
    engine: Engine
    projection: CaseProjection

    async def heal(self, lacks: int) -> list[Told]:
        """Apply the fact `lacks` and all before it that are missing, in order, in one transaction.

        Returns the facts with their outcomes; none when it was there already. Raises BrokenLinks.
        """
        missing = await self._missing(lacks)
        if not missing:
            return []
        told = await self._applied(missing)
        GAPS_HEALED.labels(self.service).inc()
        log("gap_healed", case_id=case_ref(missing[-1].subject).case_id, seq=lacks, facts=len(missing))
        return told

    async def set_aside(self, delivery: Delivery) -> Verdict:
        """Park the case of a fact that can never be applied, unless its turn has come meanwhile."""
        return await in_thread(self._set_aside, delivery)

    async def catch_up(self) -> list[Told]:
        """At the start: read again what the server holds for acknowledged and the database has lost."""
        floor = (await self.js.consumer_info(STREAM, self.service)).ack_floor
        acknowledged = floor.stream_seq if floor else 0
        furthest = await in_thread(self._furthest)
        if furthest >= acknowledged:
            return []
        log("database_behind", read=furthest, acknowledged=acknowledged)
        told, page = list[Told](), list[Delivery]()
        for seq in range(max(1, furthest - IN_FLIGHT), acknowledged + 1):
            page += [found] if (found := await self._fetched(seq)) else []
            if len(page) == PAGE or seq == acknowledged:
                told += await self._applied(page)
                page = []
        log("database_caught_up", facts=sum(verdict.outcome is Outcome.DONE for _, verdict in told))
        return [one for one in told if one[1].outcome is Outcome.PARKED]

    async def _applied(self, facts: Sequence[Delivery]) -> list[Told]:
        verdicts = await in_thread(in_transaction, self.engine, self.projection, facts)
        return list(zip(facts, verdicts, strict=True))

    async def _missing(self, lacks: int) -> list[Delivery]:
        newest = await self._fetched(lacks)
        if newest is None:
            raise BrokenLinks
        last = await in_thread(self._last, case_ref(newest.subject).case_id)
        missing: list[Delivery] = []
        one: Delivery | None = newest
        while one and one.seq > last:
            missing.append(one)
            if one.predecessor == last or is_erasure(one.subject):
                return missing[::-1]
            one = await self._fetched(one.predecessor) if one.predecessor else None
        if missing:
            raise BrokenLinks
        return []

    async def _fetched(self, seq: int) -> Delivery | None:
        try:
            return _delivery(await self.js.get_msg(STREAM, seq=seq, direct=True), seq)
        except NotFoundError:
            return None

    def _last(self, case_id: str) -> int:
        columns = self.projection.link.c
        with reading(self.engine) as connection:
            query = select(columns.last_seq).where(columns.case_id == case_id)
            return int(connection.execute(query).scalar() or 0)

    def _furthest(self) -> int:
        with reading(self.engine) as connection:
            return int(connection.execute(select(func.max(self.projection.link.c.last_seq))).scalar() or 0)

    def _set_aside(self, delivery: Delivery) -> Verdict:
        with writing(self.engine) as connection:
            (verdict,) = self.projection.on(connection, [delivery])
            if verdict.outcome is not Outcome.GAP:
                return verdict
            return self.projection.set_aside(connection, delivery, f"gap before {delivery.seq}")


def _delivery(message: RawStreamMsg, seq: int) -> Delivery:
    predecessor = int((message.headers or {}).get(EXPECTED, 0))
    return Delivery(message.subject or "", seq, predecessor, message.data or b"")
