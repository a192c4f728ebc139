"""What is due: asked by one look into an index, taken oldest first, shared by all replicas."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select, tuple_, update

from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import CaseRef
from libs.runtime.database import reading, writing
from libs.runtime.logs import log
from services.sla.domain.book import Book
from services.sla.domain.clock import Clock
from services.sla.domain.passing import fire
from services.sla.domain.reckoning import Sheet, sheet
from services.sla.effects import note
from services.sla.rows import (
    CLOCK,
    LINK,
    PARKED,
    Group,
    Groups,
    clock_in,
    keep_hours,
    put_clocks,
    unsaid_moves,
)

PAGE = 500
"""Clocks fired in one transaction."""

Place = tuple[int, str]


@dataclass(frozen=True)
class Fired:
    """What one page of due clocks came to: how many, and the instant at which the oldest was due."""

    taken: int
    oldest: datetime


@dataclass(frozen=True)
class Candidate:
    """A due clock's case, as far as this service has read it, and its place in the order of what is due."""

    place: Place
    ref: CaseRef
    last_seq: int


class Due:
    """The due clocks of each group of hours."""

    def __init__(self, engine: Engine, book: Book) -> None:
        self._engine = engine
        self._book = book

    def soonest(self) -> list[tuple[Group, int]]:
        """The groups in which some clock still has something to say, each with the first place it is at.

        One look into the index for each group, all in one transaction: this is asked twice a second.
        """
        found: list[tuple[int, int]] = []
        with reading(self._engine) as connection:
            while row := connection.execute(_first_after(found[-1][0] if found else -1)).first():
                found.append((row.hours, row.next_at))
            groups = Groups(connection) if found else None
        return [(groups.by_id[id_], at) for id_, at in found] if groups else []

    def hours_in_use(self) -> list[Group]:
        """The same groups without the places."""
        return [group for group, _ in self.soonest()]

    def until(self, group: Group, now: datetime) -> datetime:
        """How far this group may be fired in the calendar it has: to the change it must adopt, or to now."""
        change = None if group.change is None else self._book.next_change(group.profile, group.change)
        return min(now, change.at) if change else now

    def reached(self, group: Group, at: int, now: datetime) -> bool:
        """Whether this place in the group's hours was reached by now."""
        return at <= sheet(group.hours, self._book).coordinate(self.until(group, now))

    def is_due(self, group: Group, now: datetime) -> bool:
        """Whether anything of this group is due by now and not parked; takes no lock."""
        by = sheet(group.hours, self._book).coordinate(self.until(group, now))
        with reading(self._engine) as connection:
            return connection.execute(_due(group.id, by, 1)).first() is not None

    def candidates(self, group: Group, now: datetime, after: Place | None) -> list[Candidate]:
        """A page of what is due, in order, for asking the stream about each case; takes no lock."""
        by = sheet(group.hours, self._book).coordinate(self.until(group, now))
        query = _due(group.id, by, PAGE).add_columns(LINK.c.year, LINK.c.last_seq)
        query = query.join(LINK, LINK.c.case_id == CLOCK.c.case_id)
        if after:
            query = query.where(tuple_(CLOCK.c.next_at, CLOCK.c.case_id) > after)
        with reading(self._engine) as connection:
            return [
                Candidate((row.next_at, row.case_id), CaseRef(row.year, row.case_id), row.last_seq)
                for row in connection.execute(query)
            ]

    def fire(
        self, hours: int, now: datetime, limit: int = PAGE, *, only: Collection[str] | None = None
    ) -> Fired:
        """Take the clocks of this group that are due by `now`, oldest first, and note what they say.

        Other replicas pass over the rows in hand. A row that cannot be judged is set aside as broken.
        `only`: no other cases than these.
        """
        with writing(self._engine) as connection:
            keep_hours(connection)
            groups = Groups(connection)
            group = groups.by_id[hours]
            until, counted = self.until(group, now), sheet(group.hours, self._book)
            query = _due(hours, counted.coordinate(until), limit)
            if only is not None:
                query = query.where(CLOCK.c.case_id.in_(only))
            rows = connection.execute(query.with_for_update(skip_locked=True, of=CLOCK)).all()
            clocks: list[Clock] = []
            said: list[ClockFact] = []
            for row in rows:
                fired, more = self._fired(connection, row, groups, until)
                clocks += fired
                said += more
            where = {(row.case_id, row.clock): hours for row in rows}
            put_clocks(connection, clocks, groups, where, self._book)
            note(connection, said)
        return Fired(len(rows), _instant(counted, rows[0].next_at) if rows else now)

    def _fired(
        self, connection: Connection, row: Row[Any], groups: Groups, until: datetime
    ) -> tuple[list[Clock], list[ClockFact]]:
        """The clock of one row after its firing; a bad row stops nobody else's clock."""
        try:
            clock = clock_in(row, groups.by_id[row.hours])
            moved = unsaid_moves(clock, row.hours, groups, self._book)
            clock, said = fire(clock, self._book, until)
        except (ValueError, LookupError) as error:
            log("clock_set_aside", error=error, case_id=row.case_id, clock=row.clock)
            bad = (CLOCK.c.case_id == row.case_id) & (CLOCK.c.clock == row.clock)
            connection.execute(update(CLOCK).where(bad).values(state="broken", next_at=None))
            return [], []
        return [clock], moved + said


def _instant(counted: Sheet, coordinate: int) -> datetime:
    return counted.at(max(0, coordinate))


def _first_after(hours: int) -> Select[Any]:
    return (
        select(CLOCK.c.hours, CLOCK.c.next_at)
        .where(CLOCK.c.hours > hours, CLOCK.c.next_at.is_not(None))
        .order_by(CLOCK.c.hours, CLOCK.c.next_at)
        .limit(1)
    )


def _due(hours: int, by: int, limit: int) -> Select[Any]:
    """Oldest first, of cases that are not parked."""
    return (
        select(CLOCK)
        .where(CLOCK.c.hours == hours, CLOCK.c.next_at <= by, ~PARKED)
        .order_by(CLOCK.c.next_at, CLOCK.c.case_id)
        .limit(limit)
    )
