"""The overdue board: who is late and by how much, broken promises, what came back, what nobody has."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, case, func, select

from libs.contracts.errors import Refused
from libs.packs.entries import PROVINCE
from libs.packs.model import NotInPack, Pack
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from libs.worktime.calendar import CalendarError
from services.desk import reads
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.oversight.store import LATE, REMINDER, WATCH
from services.desk.queries import Queries
from services.desk.store import CASE, seconds
from services.desk.views import Listing

What = Literal["late", "broken", "returned", "reopened", "nobody"]
WHATS: tuple[What, ...] = get_args(What)

DAY = 8 * 3600
"""Working seconds of a day."""

AGES: tuple[tuple[str, int, int | None], ...] = (
    ("d1", 0, DAY), ("d3", DAY, 3 * DAY), ("d10", 3 * DAY, 10 * DAY), ("more", 10 * DAY, None),
)  # fmt: skip
"""Age → from how many working seconds late to how many; None: without end."""

OWNERS = frozenset({"lead", "coordinator", "commune"})
"""Owners of the clocks that agencies owe; those of the desk are in nobody's cases."""


@dataclass(frozen=True)
class Wanted:
    """What part of the board is asked for; empty: all. `place`: a unit with all that lies in it."""

    agency: str = ""
    field: str = ""
    place: str = ""


@dataclass(frozen=True)
class Line:
    """An agency's late clocks by age, its broken promises, and its cases that need a look."""

    agency: str
    ages: dict[str, int]
    broken: int = 0
    returned: int = 0
    reopened: int = 0
    reminded: int = 0

    @property
    def late(self) -> int:
        return sum(self.ages.values())


@dataclass(frozen=True)
class Board:
    """`nobody`: cases of which no agency has a slip, by the queue they wait in."""

    lines: tuple[Line, ...]
    nobody: dict[str, int]

    def total(self, name: str) -> int:
        """Over all agencies: late, broken, returned, reopened, or an age."""
        return sum(one.ages[name] if name in one.ages else getattr(one, name) for one in self.lines)


@dataclass(frozen=True)
class Reminded:
    """A reminder in the history."""

    case_id: str
    code: str
    number: int
    agency: str
    at: int
    by: str
    text: str


class Boards:
    """For the arbiter and administrators; only the arbiter reminds. Raises NotAllowed, Refused."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock, queries: Queries) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock
        self._queries = queries

    async def board(self, account: Account, wanted: Wanted) -> Board:
        """The numbers of now."""
        _only(account)
        return await asyncio.to_thread(self._board, wanted)

    async def listed(
        self, account: Account, what: What, age: str, wanted: Wanted, after: str = ""
    ) -> Listing:
        """The cases behind a number, the longest waiting first."""
        _only(account)
        if what not in WHATS or (age and age not in {one[0] for one in AGES}):
            raise Refused("Trang không có", "there is no such page", field="what")
        pack, now = self._directory.pack, self._clock.now()
        return await self._queries.listing(
            lambda connection: page_behind(connection, pack, now, what, age, wanted, after)
        )

    async def history(self, account: Account, agency: str = "") -> tuple[Reminded, ...]:
        """The newest reminders, of one agency or all."""
        _only(account)

        def newest() -> tuple[Reminded, ...]:
            c = REMINDER.c
            query = select(c.case_id, c.code, c.number, c.agency, c.at, c.by, c.text)
            query = query.where(c.agency == agency) if agency else query
            with reading(self._engine) as connection:
                rows = connection.execute(query.order_by(c.at.desc(), c.case_id, c.number).limit(reads.PAGE))
                return tuple(Reminded(*row) for row in rows)

        return await asyncio.to_thread(newest)

    def _board(self, wanted: Wanted) -> Board:
        with reading(self._engine) as connection:
            return board_of(connection, self._directory.pack, self._clock.now(), wanted)


def board_of(connection: Connection, pack: Pack, now: datetime, wanted: Wanted) -> Board:
    """Every number in one look; no number depends on how many cases there ever were."""
    ages: dict[str, dict[str, int]] = {}
    for row in connection.execute(_ages(pack, now, wanted)):
        ages[row.agency] = {age: int(getattr(row, age)) for age, *_ in AGES}
    counts: dict[str, dict[str, int]] = {
        "broken": _counted(connection, LATE, LATE.c.kind == "promise", pack, wanted),
        "returned": _counted(connection, WATCH, WATCH.c.what == "returned", pack, wanted),
        "reopened": _counted(connection, WATCH, WATCH.c.what == "reopened", pack, wanted),
        "reminded": _reminded(connection, now),
    }
    nothing = dict.fromkeys((age for age, *_ in AGES), 0)
    shown = {*ages, *(agency for name in ("broken", "returned", "reopened") for agency in counts[name])}
    lines = (
        Line(agency, ages.get(agency, nothing), **{name: of.get(agency, 0) for name, of in counts.items()})
        for agency in shown
    )
    query = _where(select(CASE.c.queue, func.count()), CASE, pack, wanted)
    waiting = query.where(CASE.c.queue.in_(("triage", "arbiter"))).group_by(CASE.c.queue)
    nobody = {row[0]: row[1] for row in connection.execute(waiting)}
    return Board(tuple(sorted(lines, key=lambda one: (-one.late, -one.broken, one.agency))), nobody)


def _ages(pack: Pack, now: datetime, wanted: Wanted) -> Select[Any]:
    """One row an agency: how many of its clocks are late by how much, by the province's hours."""
    sums = [func.sum(case((_aged(pack, now, age), 1), else_=0)).label(age) for age, *_ in AGES]
    query = _where(select(LATE.c.agency, *sums), LATE, pack, wanted)
    return query.where(LATE.c.kind.in_(_owed_kinds(pack))).group_by(LATE.c.agency)


def _aged(pack: Pack, now: datetime, age: str) -> ColumnElement[bool]:
    """Whether a clock's end lies as far back as this age says, in working time."""
    _, begin, end = next(one for one in AGES if one[0] == age)
    found = LATE.c.due <= seconds(_back(pack, now, begin))
    return found if end is None else found & (LATE.c.due > seconds(_back(pack, now, end)))


def _back(pack: Pack, now: datetime, by: int) -> datetime:
    """So much working time before now; the calendar's first day where it does not reach so far."""
    try:
        calendar = pack.calendar(PROVINCE)
        return calendar.instant(max(0, calendar.work(now) - by)) if by else now
    except (CalendarError, NotInPack):
        return now


def _owed_kinds(pack: Pack) -> tuple[str, ...]:
    return tuple(kind.code for kind in pack.clocks if kind.owner in OWNERS and kind.code != "promise")


def _counted(
    connection: Connection, source: Table, condition: ColumnElement[bool], pack: Pack, wanted: Wanted
) -> dict[str, int]:
    query = _where(select(source.c.agency, func.count()), source, pack, wanted).where(condition)
    return {row[0]: row[1] for row in connection.execute(query.group_by(source.c.agency)) if row[0]}


def _reminded(connection: Connection, now: datetime) -> dict[str, int]:
    """Reminders of the last 30 days."""
    c, since = REMINDER.c, seconds(now) - 30 * 86_400
    rows = connection.execute(select(c.agency, func.count()).where(c.at >= since).group_by(c.agency))
    return {row[0]: row[1] for row in rows}


def _where(query: Select[Any], source: Table, pack: Pack, wanted: Wanted) -> Select[Any]:
    """The filter, on whichever table is asked; nobody's cases are no agency's."""
    if wanted.agency and source is not CASE:
        query = query.where(source.c.agency == wanted.agency)
    if wanted.field:
        query = query.where(source.c.field == wanted.field)
    if wanted.place:
        query = query.where(source.c.place.in_(within(pack, wanted.place)))
    return query


def within(pack: Pack, place: str) -> Collection[str]:
    """The unit and all that lies in it."""
    found, last = {place}, {place}
    while last:
        last = {unit.code for unit in pack.units if unit.parent in last} - found
        found |= last
    return found


def page_behind(
    connection: Connection, pack: Pack, now: datetime, what: What, age: str, wanted: Wanted, after: str
) -> reads.Page:
    if what == "nobody":
        waiting = _where(select(*reads.LISTED), CASE, pack, wanted)
        waiting = waiting.where(CASE.c.queue.in_(("triage", "arbiter")))
        return reads.page_of(connection, waiting, (CASE.c.opened_at, CASE.c.case_id), after)
    source = WATCH if what in {"returned", "reopened"} else LATE
    columns = [column for column in reads.LISTED if column.name != "due"]
    query: Select[Any] = select(*columns, source.c.due, source.c.agency.label("owing"))
    query = query.join(source, source.c.case_id == CASE.c.case_id)
    query = _where(query, source, pack, wanted)
    if source is WATCH:
        query = query.where(WATCH.c.what == what)
    else:
        kinds: Iterable[str] = ("promise",) if what == "broken" else _owed_kinds(pack)
        query = query.where(LATE.c.kind.in_(kinds))
        query = query.where(_aged(pack, now, age)) if age and what == "late" else query
    return reads.page_of(connection, query, (source.c.due, source.c.case_id), after)


def choices(pack: Pack, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Agencies on the board, for the filter."""
    names = {one.code: one.name_vi for one in pack.agencies}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda one: one[1])


def _only(account: Account) -> None:
    if not account.active or account.role not in {"arbiter", "administrator"}:
        raise NotAllowed("Tài khoản của bạn không xem được mục này", "the coordinator and administrators")
