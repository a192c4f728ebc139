"""A changed calendar: adopted by a whole group of clocks at once, then told clock by clock.

A day that changes later than now rewrites no clock, since no coordinate moves; one that changes in the past
moves the clocks started after it by one statement for each stretch of starting times that moves alike.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from libs.contracts.packchanges import PackChange
from libs.runtime.database import reading, writing
from libs.runtime.logs import log
from libs.worktime.calendar import EPOCH
from libs.worktime.changes import first_difference
from services.sla.domain.book import Book
from services.sla.domain.reckoning import next_at
from services.sla.domain.shifts import shifts
from services.sla.effects import EFFECT, note
from services.sla.rows import (
    CLOCK,
    HOURS,
    MOVE,
    PARKED,
    Group,
    Groups,
    change_hours,
    clock_in,
    keep_hours,
    unsaid_moves,
)

PAGE = 500
"""Clocks asked in one transaction whether their limit moved."""

ENOUGH = 1_000
"""Facts waiting to be published beyond which no more moves are told: breaches must not queue behind them."""

SKEW = timedelta(hours=1)
"""By how much the clock of some writer may be ahead of the one that dated the change."""


class Changing:
    """Adopts changes of calendar and tells of them; any number of replicas, each change once."""

    def __init__(self, engine: Engine, book: Book) -> None:
        self._engine = engine
        self._book = book

    def pending(self, group: Group, now: datetime) -> PackChange | None:
        """The change this group has to adopt by now."""
        if group.change is None:
            return None
        change = self._book.next_change(group.profile, group.change)
        return change if change and change.at <= now else None

    def ready(self, group: Group, now: datetime) -> bool:
        """Whether a change is to be adopted and some clock of the group can follow it; takes no lock."""
        if (change := self.pending(group, now)) is None:
            return False
        with reading(self._engine) as connection:
            return _any(connection, self._following(group, change))

    def adopt(self, hours: int, now: datetime) -> Group | None:
        """The group as it counts in the changed calendar; None when there is nothing (more) to adopt.

        A clock that was due by the change and could not be fired yet, being parked or not read up to date,
        stays behind in a group of its own with the old calendar: it is judged by that one.
        """
        with writing(self._engine) as connection:
            change_hours(connection)
            groups = Groups(connection)
            group = groups.by_id[hours]
            change = self.pending(group, now)
            if change is None or not self._split(connection, groups, group, change):
                return None
            self._shift(connection, group, change)
            adopted = replace(group, version=change.version, change=change.number)
            now_in = {"version": adopted.version, "change": adopted.change}
            connection.execute(update(HOURS).where(HOURS.c.id == hours).values(**now_in))
            versions = {"before": group.version, "after": change.version}
            connection.execute(insert(MOVE).values(hours=hours, change=change.number, **versions))
        log("calendar_adopted", hours=group.hours, version=change.version, change=change.number)
        return adopted

    def _split(self, connection: Connection, groups: Groups, group: Group, change: PackChange) -> bool:
        """Leave behind what was due by the change; whether any clock remains that can follow it."""
        following = self._following(group, change)
        if not _any(connection, following):
            return False
        late = (CLOCK.c.hours == group.id) & CLOCK.c.next_at.is_not(None) & ~following
        if _any(connection, late):
            behind = groups.new((group.version, group.profile, group.change, group.rests))
            connection.execute(update(CLOCK).where(late).values(hours=behind))
            for move in groups.moves.get(group.id, []):  # an earlier change they may not have told of yet
                same = {**move._mapping, "hours": behind}  # noqa: SLF001  (the row as a mapping, no more)
                connection.execute(insert(MOVE).values(**same))
        return True

    def _following(self, group: Group, change: PackChange) -> ColumnElement[bool]:
        """The clocks that have nothing to say by the change any more."""
        by = self._book.calendar(group.hours).work(change.at)
        return (CLOCK.c.hours == group.id) & (CLOCK.c.next_at > by)

    def _shift(self, connection: Connection, group: Group, change: PackChange) -> None:
        """Move the coordinates of the clocks started after the first hour that changed."""
        old = self._book.calendar(group.hours)
        new = self._book.calendar(f"{change.version}/{group.profile}")
        if (difference := first_difference(old, new)) is None:
            return
        if group.rests:
            self._shift_each(connection, group, change)
            return
        if difference > change.at + SKEW:  # nothing has started so late
            return
        start = CLOCK.c.start_at
        alive = (CLOCK.c.hours == group.id) & CLOCK.c.next_at.is_not(None)
        first, last = connection.execute(select(func.min(start), func.max(start)).where(alive)).one()
        first = max(first, (difference - EPOCH) // timedelta(seconds=1))
        for shift in shifts(old, new, first, last) if first <= last else ():
            moved = CLOCK.c.next_at + shift.by + shift.slope * (start - shift.begin)
            started = (start >= shift.begin) & (start < shift.end)
            connection.execute(update(CLOCK).where(alive & started).values(next_at=moved))

    def _shift_each(self, connection: Connection, group: Group, change: PackChange) -> None:
        """Clocks that rested: a pause may hold some of the changed hours."""
        for row in connection.execute(select(CLOCK).where(CLOCK.c.hours == group.id)).all():
            try:
                clock = clock_in(row, group).counted_in(change.version, change.number)
                at = next_at(clock, self._book)
            except (ValueError, LookupError) as error:
                log("clock_set_aside", error=error, case_id=row.case_id, clock=row.clock)
                _put(connection, row, state="broken", next_at=None)
                continue
            if at != row.next_at:
                _put(connection, row, next_at=at)

    def tell(self, limit: int = PAGE) -> bool:
        """One page of clocks says whether its limit moved; False when nobody has anything to tell now.

        Where it has come to stands in the database: after a crash the next one goes on from there.
        """
        with writing(self._engine) as connection:
            keep_hours(connection)
            move = connection.execute(
                select(MOVE).order_by(MOVE.c.change, MOVE.c.hours).limit(1).with_for_update(skip_locked=True)
            ).first()
            if move is None or _waiting(connection) > ENOUGH:
                return False
            groups = Groups(connection)
            rows = connection.execute(_after(move, limit)).all()
            for row in rows:
                self._tell_one(connection, row, groups)
            mine = (MOVE.c.hours == move.hours) & (MOVE.c.change == move.change)
            if len(rows) < limit:
                connection.execute(delete(MOVE).where(mine))
            else:
                last = rows[-1]
                connection.execute(update(MOVE).where(mine).values(case_id=last.case_id, clock=last.clock))
        return True

    def _tell_one(self, connection: Connection, row: Row[Any], groups: Groups) -> None:
        try:
            said = unsaid_moves(clock_in(row, groups.by_id[row.hours]), row.hours, groups, self._book)
        except (ValueError, LookupError) as error:
            log("clock_not_asked", error=error, case_id=row.case_id, clock=row.clock)
            return
        note(connection, said)


def _after(move: Row[Any], limit: int) -> Select[Any]:
    """The next clocks of the group; a parked case says it when it is folded again."""
    place = tuple_(CLOCK.c.case_id, CLOCK.c.clock)
    return (
        select(CLOCK)
        .where(CLOCK.c.hours == move.hours, place > (move.case_id, move.clock), ~PARKED)
        .order_by(CLOCK.c.case_id, CLOCK.c.clock)
        .limit(limit)
    )


def _any(connection: Connection, which: ColumnElement[bool]) -> bool:
    return connection.execute(select(CLOCK.c.clock).where(which).limit(1)).first() is not None


def _put(connection: Connection, row: Row[Any], **values: Any) -> None:
    this = (CLOCK.c.case_id == row.case_id) & (CLOCK.c.clock == row.clock)
    connection.execute(update(CLOCK).where(this).values(**values))


def _waiting(connection: Connection) -> int:
    some = select(EFFECT.c.id).limit(ENOUGH + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
