"""What a changed calendar would do: deadlines computed before and after, and which running clocks move."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.worktime.calendar import Calendar
from libs.worktime.changes import first_difference
from libs.worktime.pauses import Span, paused

ONE_DAY = timedelta(days=1)
AFTERNOON = time(16, 0)
LOOK_BACK = 60
"""Days in which the last working day before a change is looked for."""


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that runs and is not due yet; `limit`: working seconds its pauses may cost, None for no limit.

    `within`: the kind whose running clock in the same case it may not outlast.
    """

    case_id: str
    clock: str
    kind: str
    agency: str
    start: datetime
    due: datetime
    budget: int
    profile: str
    pauses: tuple[Span, ...] = ()
    limit: int | None = None
    within: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A clock and the instant its time would end instead."""

    clock: Running
    to: datetime

    @property
    def later(self) -> timedelta:
        """How much later; below zero for earlier."""
        return self.to - self.clock.due


def moves(clocks: Iterable[Running], calendar_of: Callable[[str], Calendar], now: datetime) -> list[Move]:
    """The clocks that would move, the one that was due first at the head.

    The deadline is a function of start, budget, pauses and calendar alone. What is due by now has been
    judged, or is being judged, and never moves.
    """
    running = [one for one in clocks if one.due > now]
    dues = {(one.case_id, one.clock): _due(one, calendar_of(one.profile)) for one in running}
    outer: dict[tuple[str, str], datetime] = {}
    for one in running:
        outer[one.case_id, one.kind] = dues[one.case_id, one.clock]
    found = []
    for one in running:
        due = dues[one.case_id, one.clock]
        if one.within:
            due = min(due, outer.get((one.case_id, one.within), due))
        if due != one.due:
            found.append(Move(one, due))
    return sorted(found, key=lambda move: (move.clock.due, move.clock.case_id, move.clock.clock))


def _due(clock: Running, calendar: Calendar) -> datetime:
    rest = paused(calendar, clock.pauses, clock.limit) if clock.pauses else 0
    return calendar.add(clock.start, clock.budget + rest)


@dataclass(frozen=True)
class Example:
    """A deadline for a slip sent at `start`, by the calendar in force and by the changed one."""

    what: str
    start: datetime
    before: datetime
    after: datetime


def changed_from(old: Mapping[str, Calendar], new: Mapping[str, Calendar]) -> dict[str, datetime]:
    """Profile → the first instant from which it counts differently; what stays the same is left out."""
    differs = {name: first_difference(old[name], new[name]) for name in old if name in new}
    return {name: at for name, at in differs.items() if at}


def examples(
    old: Calendar, new: Calendar, budget: int, *, now: datetime, changed: datetime, chosen: datetime | None
) -> tuple[Example, ...]:
    """Three slips: one now, one at 16:00 of the last working day before the change, one as chosen.

    By default the third is sent at 08:00 of the changed day. Raises CalendarError outside the calendar.
    """
    zone = ZoneInfo(old.zone)
    day = changed.astimezone(zone).date()
    third = chosen or datetime.combine(day, time(8), zone)
    starts = [("Phiếu gửi ngay bây giờ", now)]
    if before := _last_working_afternoon(old, changed, zone):
        starts.append(("Phiếu gửi lúc 16:00 ngày làm việc cuối trước thay đổi", before))
    starts.append(("Phiếu gửi vào lúc bạn chọn", third))
    return tuple(
        Example(what, at.astimezone(UTC), old.add(at, budget), new.add(at, budget)) for what, at in starts
    )


def _last_working_afternoon(calendar: Calendar, changed: datetime, zone: ZoneInfo) -> datetime | None:
    day = changed.astimezone(zone).date()
    for back in range(1, LOOK_BACK):
        earlier = day - back * ONE_DAY
        if earlier < calendar.first:
            return None
        midnight, at = (datetime.combine(earlier, clock, zone) for clock in (time.min, AFTERNOON))
        if calendar.between(midnight, midnight + ONE_DAY):
            return at
    return None
