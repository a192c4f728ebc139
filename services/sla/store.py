"""All SQL of cases and clocks: the projection of CASES, and what is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, Table, delete, exists, func, select, update

from libs.contracts.sidefacts import ClockFact
from libs.runtime.database import reading, table, upsert, writing
from libs.runtime.logs import log
from libs.runtime.projection import Applied
from services.sla.clock import Clock, PackOf, Sheet, fire
from services.sla.domain import Case, follow
from services.sla.effects import EFFECT, note
from services.sla.tables import CaseRow, ClockRow, Link

LINK, CASE, CLOCK = (table(model) for model in (Link, CaseRow, ClockRow))

PROJECTION: tuple[Table, ...] = (LINK, CASE, CLOCK, EFFECT)
"""What a rebuild drops and refills; facts that were published already are recognised by their subject."""

PAGE = 500
"""Clocks fired in one transaction."""


@dataclass(frozen=True)
class Fired:
    """What one page of due clocks came to: how many, and the coordinate of the oldest of them."""

    taken: int
    oldest: int


class Store:
    """Cases and clocks, on SQLite (one process) or PostgreSQL (any number)."""

    def __init__(self, engine: Engine, pack_of: PackOf) -> None:
        self._engine = engine
        self._pack_of = pack_of

    def apply(self, connection: Connection, facts: Sequence[Applied]) -> None:
        """Change the clocks of these cases, and note what there is to be said, in one transaction."""
        before = self._cases(connection, sorted({one.ref.case_id for one in facts}))
        after = dict(before)
        said: list[ClockFact] = []
        for one in facts:
            id_ = one.ref.case_id
            after[id_], more = follow(after[id_], one.fact, one.seq, self._pack_of)
            said += more
        self._keep(connection, before, after)
        note(connection, said)

    def forget(self, connection: Connection, case_ids: Sequence[str]) -> None:
        """Delete all that came from these cases."""
        for each in (CASE, CLOCK, EFFECT):
            connection.execute(delete(each).where(each.c.case_id.in_(case_ids)))

    def _cases(self, connection: Connection, ids: Sequence[str]) -> dict[str, Case]:
        cases = {id_: Case(id_, {}) for id_ in ids}
        for row in connection.execute(select(CASE).where(CASE.c.case_id.in_(ids))):
            cases[row.case_id] = Case(row.case_id, {}, row.slip, row.agency, row.field, row.urgent)
        found = connection.execute(
            select(CLOCK.c.case_id, CLOCK.c.data)
            .where(CLOCK.c.case_id.in_(ids))
            .order_by(CLOCK.c.case_id, CLOCK.c.clock)
            .with_for_update()
        )
        for row in found:
            clock = Clock.model_validate_json(row.data)
            case = cases[row.case_id]
            cases[row.case_id] = replace(case, clocks={**case.clocks, clock.id: clock})
        return cases

    def _keep(self, connection: Connection, before: dict[str, Case], after: dict[str, Case]) -> None:
        changed = [case for id_, case in after.items() if case != before[id_]]
        columns = ("case_id", "slip", "agency", "field", "urgent")
        rows = [{name: getattr(case, name) for name in columns} for case in changed]
        upsert(connection, CASE, rows, key=["case_id"])
        _put(
            connection,
            (
                clock
                for case in changed
                for clock in case.clocks.values()
                if before[case.case_id].clocks.get(clock.id) != clock
            ),
        )

    def hours_in_use(self) -> list[str]:
        """The hours in which some clock still has something to say; one look into the index for each."""
        found: list[str] = []
        with reading(self._engine) as connection:
            while True:
                query = select(func.min(CLOCK.c.hours)).where(CLOCK.c.next_at.is_not(None))
                if found:
                    query = query.where(CLOCK.c.hours > found[-1])
                if (hours := connection.execute(query).scalar()) is None:
                    return found
                found.append(hours)

    def is_due(self, hours: str, now: int) -> bool:
        """Whether anything in these hours is due by this coordinate; takes no lock."""
        with reading(self._engine) as connection:
            return connection.execute(_due(hours, now, 1)).first() is not None

    def fire(self, hours: str, counted: Sheet, now: int, limit: int = PAGE) -> Fired:
        """Take the clocks of these hours that are due by `now`, oldest first, and note what they say.

        Other replicas pass over the rows in hand. A row that cannot be judged is set aside as broken.
        """
        with writing(self._engine) as connection:
            query = _due(hours, now, limit).with_for_update(skip_locked=True, of=CLOCK)
            rows = connection.execute(query).all()
            clocks: list[Clock] = []
            said: list[ClockFact] = []
            for row in rows:
                fired, more = _fired(connection, row, counted, now)
                clocks += fired
                said += more
            _put(connection, clocks)
            note(connection, said)
        return Fired(len(rows), rows[0].next_at if rows else now)

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


def _put(connection: Connection, clocks: Iterable[Clock]) -> None:
    rows = [
        {
            "case_id": clock.case_id,
            "clock": clock.id,
            "kind": clock.kind,
            "state": clock.state,
            "hours": clock.hours,
            "next_at": clock.next_at,
            "data": clock.model_dump_json(),
        }
        for clock in clocks
    ]
    upsert(connection, CLOCK, rows, key=["case_id", "clock"])


def _due(hours: str, now: int, limit: int) -> Select[Any]:
    """Oldest first, of cases that are not parked: a parked case may have been answered."""
    parked = exists().where(LINK.c.case_id == CLOCK.c.case_id, LINK.c.parked != "")
    return (
        select(CLOCK.c.case_id, CLOCK.c.clock, CLOCK.c.kind, CLOCK.c.next_at, CLOCK.c.data)
        .where(CLOCK.c.hours == hours, CLOCK.c.next_at <= now, ~parked)
        .order_by(CLOCK.c.next_at)
        .limit(limit)
    )


def _fired(
    connection: Connection, row: Row[Any], counted: Sheet, now: int
) -> tuple[list[Clock], list[ClockFact]]:
    """The clock of one row after its firing; a bad row stops nobody else's clock."""
    try:
        clock, said = fire(Clock.model_validate_json(row.data), counted, now)
    except ValueError as error:
        log("clock_set_aside", error=error, case_id=row.case_id, clock=row.clock)
        bad = (CLOCK.c.case_id == row.case_id) & (CLOCK.c.clock == row.clock)
        connection.execute(update(CLOCK).where(bad).values(state="broken", next_at=None))
        return [], []
    return [clock], said
