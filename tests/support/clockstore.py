"""The clocks' store without a server: facts written as the projection would, time passed by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from libs.contracts.events import (
    CaseFact,
)
from libs.contracts.packchanges import PackChange
from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import CaseRef
from libs.packs.model import Pack
from libs.runtime.database import reading, table, upsert, writing
from libs.runtime.projection import Applied
from services.sla.changing import Changing
from services.sla.domain.clock import Clock
from services.sla.domain.reckoning import next_at
from services.sla.due import Due
from services.sla.effects import EFFECT, Effects
from services.sla.rows import CLOCK, Groups, clock_in
from services.sla.store import Store
from services.sla.tables import Link
from tests.support.builders import make, routed, slip
from tests.support.clocks import a_book, change
from tests.support.worktime import at


class Desk:
    """Writes facts into the store as the projection would, and lets time pass."""

    def __init__(self, engine: Engine, *packs: Pack) -> None:
        self.engine = engine
        self.pack = packs[0]
        self.history: list[PackChange] = []
        self.book = a_book(*packs, history=self.history)
        self.store, self.due = Store(engine, self.book), Due(engine, self.book)
        self.changing = Changing(engine, self.book)
        self.seconds = 0.0  # the real time that the publisher knows
        self.effects = Effects(engine, lambda: self.seconds)
        self.seq = 0
        self.applied: list[Applied] = []

    def changed(self, pack: Pack, when: str, recompute: tuple[str, ...] = ("province",)) -> None:
        """Another pack is put in force; new facts are decided with it."""
        self.pack = pack
        self.history.append(change(len(self.history) + 1, pack, when, recompute))

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
        """Time passes, as the ticker lets it: in each group up to a change of calendar, then beyond it."""
        taken = 0
        for group in self.due.hours_in_use():
            while page := self.due.fire(group.id, at(when), limit).taken:
                taken += page
            if self.changing.adopt(group.id, at(when)):
                return taken + self.fire(when, limit)
        return taken

    def noted(self) -> list[str]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(EFFECT.c.subject).order_by(EFFECT.c.id)).scalars())

    def tokens(self, ref: CaseRef) -> list[str]:
        return [subject.split(".", 2)[2] for subject in self.noted() if subject.split(".")[1] == ref.case_id]

    def clocks(self) -> list[Clock]:
        """Every clock with the calendar it counts in now; its row must say where it is heard next."""
        with reading(self.engine) as connection:
            groups = Groups(connection)
            rows = connection.execute(select(CLOCK).order_by(CLOCK.c.case_id, CLOCK.c.clock)).all()
        clocks = [clock_in(row, groups.by_id[row.hours]) for row in rows]
        assert [row.next_at for row in rows] == [next_at(clock, self.book) for clock in clocks]
        return clocks

    def rows(self) -> list[str]:
        """The same as text, to be compared to the byte."""
        return [clock.model_dump_json() for clock in self.clocks()]

    def clock(self, ref: CaseRef) -> Clock:
        (clock,) = [clock for clock in self.clocks() if clock.case_id == ref.case_id]
        return clock

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
