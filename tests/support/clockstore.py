"""The clocks' store without a server: facts written as the projection would, time passed by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from libs.contracts.events import (
    CaseFact,
)
from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import CaseRef
from libs.packs.model import Pack
from libs.runtime.database import reading, table, upsert, writing
from libs.runtime.projection import Applied
from services.sla.clock import Clock, sheet
from services.sla.effects import EFFECT, Effects
from services.sla.store import CLOCK, Store
from services.sla.tables import Link
from tests.support.builders import make, routed, slip
from tests.support.clocks import only
from tests.support.worktime import at


class Desk:
    """Writes facts into the store as the projection would, and lets time pass."""

    def __init__(self, engine: Engine, pack: Pack) -> None:
        self.engine = engine
        self.pack = pack
        self.store = Store(engine, only(pack))
        self.effects = Effects(engine)
        self.seq = 0
        self.applied: list[Applied] = []

    def fact(self, ref: CaseRef, cls: type[CaseFact], when: str, **fields: Any) -> Applied:
        self.seq += 1
        return Applied(ref, self.seq, make(cls, ref, at=at(when), pack_version=self.pack.version, **fields))

    def slip(self, ref: CaseRef, when: str | datetime, number: int = 1) -> Applied:
        self.seq += 1
        instant = at(when) if isinstance(when, str) else when
        paper = slip(number, "YT", field="F01")
        return Applied(ref, self.seq, routed(ref, at=instant, pack_version=self.pack.version, slip=paper))

    def write(self, *facts: Applied) -> None:
        self.applied += facts
        with writing(self.engine) as connection:
            self.store.apply(connection, facts)

    def fire(self, when: str, limit: int = 500) -> int:
        taken = 0
        for hours in self.store.hours_in_use():
            counted = sheet(hours, self.store._pack_of)
            while page := self.store.fire(hours, counted, counted.coordinate(at(when)), limit).taken:
                taken += page
        return taken

    def noted(self) -> list[str]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(EFFECT.c.subject).order_by(EFFECT.c.id)).scalars())

    def tokens(self, ref: CaseRef) -> list[str]:
        return [subject.split(".", 2)[2] for subject in self.noted() if subject.split(".")[1] == ref.case_id]

    def rows(self) -> list[tuple[Any, ...]]:
        with reading(self.engine) as connection:
            return [
                tuple(row)
                for row in connection.execute(select(CLOCK).order_by(CLOCK.c.case_id, CLOCK.c.clock))
            ]

    def clock(self, ref: CaseRef) -> Clock:
        with reading(self.engine) as connection:
            data = select(CLOCK.c.data).where(CLOCK.c.case_id == ref.case_id)
            return Clock.model_validate_json(connection.execute(data).scalar_one())

    def park(self, ref: CaseRef, reason: str) -> None:
        row = {"case_id": ref.case_id, "year": ref.year, "last_seq": self.seq, "parked": reason}
        with writing(self.engine) as connection:
            upsert(connection, table(Link), [row], key=["case_id"])

    def published(self) -> list[ClockFact]:
        """Publishes everything that was noted; what was sent, in order."""
        sent: list[ClockFact] = []

        def send(facts: Sequence[ClockFact]) -> list[bool]:
            sent.extend(facts)
            return [True] * len(facts)

        while self.effects.publish(send)[0]:
            pass
        return sent

    def bodies(self) -> list[str]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(EFFECT.c.body)).scalars())
