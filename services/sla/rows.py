"""Cases and clocks as rows, and the groups of hours between a clock and its calendar."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, Table, select, text

from libs.contracts.sidefacts import ClockFact
from libs.runtime.database import is_parked, table, upsert
from libs.runtime.errors import Unavailable
from libs.worktime.calendar import EPOCH
from services.sla.domain.book import Book
from services.sla.domain.case import Case
from services.sla.domain.clock import WALL_CLOCK, Clock
from services.sla.domain.reckoning import next_at, reckon
from services.sla.domain.speech import say_moved
from services.sla.effects import EFFECT
from services.sla.tables import CaseRow, ClockRow, HoursRow, Link, MoveRow

LINK, CASE, CLOCK, HOURS, MOVE = (table(model) for model in (Link, CaseRow, ClockRow, HoursRow, MoveRow))

PROJECTION: tuple[Table, ...] = (LINK, CASE, CLOCK, HOURS, MOVE, EFFECT)
"""What a rebuild drops and refills; facts that were published already are recognised by their subject."""

PARKED = (
    select(LINK.c.case_id).where(LINK.c.case_id == CLOCK.c.case_id, is_parked(LINK)).correlate(CLOCK).exists()
)
"""Whether the case of a clock is parked: it may have been answered, so nothing is said of it."""

IN_COLUMNS = {"case_id", "id", "kind", "state", "hours", "change"}

SHARED, ALONE = "select pg_advisory_xact_lock_shared(102201)", "select pg_advisory_xact_lock(102201)"


def keep_hours(connection: Connection) -> None:
    """Until this transaction ends no group adopts another calendar; comes before any lock on a clock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(SHARED))


def change_hours(connection: Connection) -> None:
    """Wait until nobody works with the groups, and keep them to ourselves until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(ALONE))


@dataclass(frozen=True)
class Group:
    """A row of `sla_hours`."""

    id: int
    profile: str
    version: str
    change: int | None
    rests: bool

    @property
    def hours(self) -> str:
        return f"{self.version}/{self.profile}" if self.profile else WALL_CLOCK


Key = tuple[str, str, int | None, bool]


class Groups:
    """All groups, as one transaction sees them; makes those that are missing.

    Two replicas that make the same one at once do no harm: it is the same row.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        found = connection.execute(select(HOURS).order_by(HOURS.c.id))
        self.by_id = {row.id: Group(row.id, row.profile, row.version, row.change, row.rests) for row in found}
        self.moves: dict[int, list[Row[Any]]] = {}
        for move in connection.execute(select(MOVE).order_by(MOVE.c.hours, MOVE.c.change)):
            self.moves.setdefault(move.hours, []).append(move)

    def of(self, clock: Clock, at_present: int | None) -> int:
        """The group for this clock: the one it is in if that still fits, else one that is not just moving."""
        key = _key(clock)
        if at_present is not None and _as_key(self.by_id[at_present]) == key:
            return at_present
        fits = (id_ for id_, group in self.by_id.items() if _as_key(group) == key and id_ not in self.moves)
        return next(fits, None) or self.new(key)

    def new(self, key: Key) -> int:
        """One more group. Its id follows from what it is, so that a rebuild finds the same one again."""
        version, profile, change, rests = key
        id_ = next(id_ for id_ in map(partial(_id, key), count()) if id_ not in self.by_id)
        values = {"id": id_, "version": version, "profile": profile, "change": change, "rests": rests}
        upsert(self._connection, HOURS, [values], key=["id"], keep=True)
        self.by_id[id_] = Group(id_, profile, version, change, rests)
        return id_


def _id(key: Key, number: int) -> int:
    """A small number out of what the group is; a group of the same kind may stand already: the next one."""
    return int.from_bytes(sha256(repr((key, number)).encode()).digest()[:4]) >> 1


def _key(clock: Clock) -> Key:
    version, _, profile = clock.hours.rpartition("/")
    if clock.state != "running" or not profile:
        return version, profile, None, False
    return version, profile, clock.change, bool(clock.pauses)


def _as_key(group: Group) -> Key:
    return group.version, group.profile, group.change, group.rests


def clock_in(row: Row[Any], group: Group) -> Clock:
    """The clock of a row. Raises ValueError when the row is damaged."""
    data = json.loads(row.data)
    if not isinstance(data, dict):
        raise ValueError("no clock")  # noqa: TRY004  (a damaged row is a bad value, whatever its type)
    columns = {"case_id": row.case_id, "id": row.clock, "kind": row.kind, "state": row.state}
    return Clock.model_validate({**data, **columns, "hours": group.hours, "change": group.change or 0})


def unsaid_moves(clock: Clock, group: int, groups: Groups, book: Book) -> list[ClockFact]:
    """What this clock has not perhaps said yet of the changes that its group adopted.

    Raises Unavailable when another replica adopted one that this one has not heard of yet.
    """
    said: list[ClockFact] = []
    numbered = {change.number: change for change in book.history()} if group in groups.moves else {}
    for move in groups.moves.get(group, []):
        if move.change not in numbered:
            raise Unavailable
        before = clock.counted_in(move.before, move.change)
        after = clock.counted_in(move.after, move.change)
        said += say_moved(after, reckon(before, book), reckon(after, book), numbered[move.change])
    return said


def load(
    connection: Connection, ids: Sequence[str], groups: Groups
) -> tuple[dict[str, Case], dict[Any, int]]:
    """These cases with their clocks, locked, and the group of each clock by (case, clock)."""
    cases = {id_: Case(case_id=id_) for id_ in ids}
    for row in connection.execute(select(CASE).where(CASE.c.case_id.in_(ids))):
        cases[row.case_id] = Case.model_validate({**json.loads(row.data), "case_id": row.case_id})
    found = connection.execute(
        select(CLOCK)
        .where(CLOCK.c.case_id.in_(ids))
        .order_by(CLOCK.c.case_id, CLOCK.c.clock)
        .with_for_update()
    )
    where: dict[Any, int] = {}
    clocks: dict[str, dict[str, Clock]] = {id_: {} for id_ in ids}
    for row in found:
        where[row.case_id, row.clock] = row.hours
        clocks[row.case_id][row.clock] = clock_in(row, groups.by_id[row.hours])
    return {id_: case.with_(clocks=in_order(clocks[id_].values())) for id_, case in cases.items()}, where


def in_order(clocks: Iterable[Clock]) -> dict[str, Clock]:
    """As they were started, so that what they say together comes in one order, live and in a rebuild."""
    return {one.id: one for one in sorted(clocks, key=lambda one: (one.case_seq, one.id))}


def put_cases(connection: Connection, cases: Iterable[Case]) -> None:
    rows = [
        {
            "case_id": case.case_id,
            "data": case.model_dump_json(exclude={"case_id", "clocks"}, exclude_defaults=True),
        }
        for case in cases
    ]
    upsert(connection, CASE, rows, key=["case_id"])


def put_clocks(
    connection: Connection, clocks: Iterable[Clock], groups: Groups, where: dict[Any, int], book: Book
) -> None:
    """Write these clocks; `where` knows the group of those that stood already."""
    rows = [
        {
            "case_id": clock.case_id,
            "clock": clock.id,
            "kind": clock.kind,
            "state": clock.state,
            "hours": groups.of(clock, where.get((clock.case_id, clock.id))),
            "start_at": (clock.start - EPOCH) // timedelta(seconds=1),
            "next_at": next_at(clock, book),
            "data": clock.model_dump_json(exclude=IN_COLUMNS, exclude_defaults=True),
        }
        for clock in clocks
    ]
    upsert(connection, CLOCK, rows, key=["case_id", "clock"])
