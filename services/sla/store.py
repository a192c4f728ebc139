"""The projection of CASES: clocks follow the facts of their case; and what is counted of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, func, select

from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import CaseRef
from libs.runtime.database import reading
from libs.runtime.projection import Applied
from services.sla.domain.book import Book
from services.sla.domain.case import Case
from services.sla.domain.clock import Clock
from services.sla.domain.following import follow
from services.sla.effects import EFFECT, note
from services.sla.metrics import IGNORED
from services.sla.rows import (
    CASE,
    CLOCK,
    LINK,
    PARKED,
    PROJECTION,
    Groups,
    keep_hours,
    load,
    put_cases,
    put_clocks,
    unsaid_moves,
)

__all__ = ["CLOCK", "PROJECTION", "Known", "Store"]


@dataclass(frozen=True)
class Known:
    """A case as this service knows it after its fact `last_seq`; None when its rows cannot be read."""

    ref: CaseRef
    last_seq: int
    case: Case | None


class Store:
    """Cases and clocks, on SQLite (one process) or PostgreSQL (any number)."""

    def __init__(self, engine: Engine, book: Book) -> None:
        self._engine = engine
        self._book = book

    def apply(self, connection: Connection, facts: Sequence[Applied]) -> None:
        """Change the clocks of these cases, and note what there is to be said, in one transaction."""
        keep_hours(connection)
        groups = Groups(connection)
        before, where = load(connection, sorted({one.ref.case_id for one in facts}), groups)
        said = self._moved(before.values(), groups, where)
        after = dict(before)
        for one in facts:
            id_ = one.ref.case_id
            after[id_], more = follow(after[id_], one.fact, one.seq, self._book)
            said += more
        changed = [case for id_, case in after.items() if case != before[id_]]
        put_cases(connection, changed)
        put_clocks(connection, _changed_clocks(before, changed), groups, where, self._book)
        note(connection, said)
        IGNORED.inc(sum(after[id_].ignored - case.ignored for id_, case in before.items()))

    def _moved(
        self, cases: Iterable[Case], groups: Groups, where: dict[tuple[str, str], int]
    ) -> list[ClockFact]:
        """What these clocks still have to say of a changed calendar, before anything else happens to them."""
        return [
            fact
            for case in cases
            for clock in case.clocks.values()
            if (group := where[case.case_id, clock.id]) in groups.moves
            for fact in unsaid_moves(clock, group, groups, self._book)
        ]

    def forget(self, connection: Connection, case_ids: Sequence[str]) -> None:
        """Delete all that came from these cases."""
        for each in (CASE, CLOCK, EFFECT):
            connection.execute(delete(each).where(each.c.case_id.in_(case_ids)))

    def counts(self) -> list[tuple[str, str, int]]:
        """(state, kind, how many) of the clocks that are not closed."""
        state, kind = CLOCK.c.state, CLOCK.c.kind
        query = (
            select(state, kind, func.count())
            .where(state.in_(("running", "missed", "broken")))
            .group_by(state, kind)
        )
        with reading(self._engine) as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def oldest(self, kinds: Iterable[str]) -> dict[str, int]:
        """Kind → start of its oldest running clock, in epoch seconds; one look into the index for each."""
        found: dict[str, int] = {}
        with reading(self._engine) as connection:
            for kind in kinds:
                start: int | None = connection.execute(_oldest(kind)).scalar()
                if start is not None:
                    found[kind] = start
        return found

    def open_cases(self, after: str, limit: int) -> list[Known]:
        """A page of the cases that still owe something and are not parked, by id, with all their clocks."""
        owing = (
            select(CLOCK.c.case_id)
            .where(CLOCK.c.case_id > after, CLOCK.c.state.in_(("running", "missed")), ~PARKED)
            .group_by(CLOCK.c.case_id)
            .order_by(CLOCK.c.case_id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            groups = Groups(connection)
            ids = list(connection.execute(owing).scalars())
            cases = _readable(connection, ids, groups)
            links = connection.execute(select(LINK).where(LINK.c.case_id.in_(ids))).all()
        refs = {row.case_id: (CaseRef(row.year, row.case_id), row.last_seq) for row in links}
        return [Known(*refs[id_], cases.get(id_)) for id_ in ids if id_ in refs]


def _readable(connection: Connection, ids: Sequence[str], groups: Groups) -> dict[str, Case]:
    """These cases without those of which a row is damaged: it stops nobody else's audit."""
    try:
        return load(connection, ids, groups)[0]
    except (ValueError, LookupError):
        one_by_one = (_readable(connection, [id_], groups) for id_ in ids) if len(ids) > 1 else ()
        return {id_: case for found in one_by_one for id_, case in found.items()}


def _oldest(kind: str) -> Select[Any]:
    return select(func.min(CLOCK.c.start_at)).where(CLOCK.c.state == "running", CLOCK.c.kind == kind)


def _changed_clocks(before: dict[str, Case], changed: Iterable[Case]) -> list[Clock]:
    return [
        clock
        for case in changed
        for clock in case.clocks.values()
        if before[case.case_id].clocks.get(clock.id) != clock
    ]
