"""What a calendar is made of, weekly hours and special days, and how they become open intervals."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

Hours = tuple[tuple[time, time], ...]
Week = Mapping[int, Hours]

END_OF_DAY = time.max
"""Written as a closing time it means 24:00, the midnight that ends the day."""

ONE_DAY = timedelta(days=1)
DAY_SECONDS = 86_400


class CalendarError(ValueError):
    """The working calendar is defined wrongly, or was asked what it cannot answer."""


class OutsideCalendar(CalendarError):
    """The instant lies outside the days this calendar was compiled for; it never guesses."""


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """One open interval of one weekday (0 = Monday), `opens` included, `closes` not.

    A split day is two of these, a half day one. A season has its first and last day in `valid_from` and
    `valid_to`, both included; None means since ever and for ever. Hours over midnight are two intervals,
    up to END_OF_DAY and from 00:00.
    """

    weekday: int
    opens: time
    closes: time
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        after_begin = self.valid_from is None or self.valid_from <= day
        return after_begin and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from its week: closed (holiday, compensatory day) or open (a swapped Saturday).

    An open day has its own `hours`, or those of the weekday `like` in that season, or, with neither, those
    of the season's first working weekday counted from Monday. A half holiday is an open day with the hours
    that remain. `document` names the decision it rests on.
    """

    day: date
    kind: Literal["closed", "open"]
    hours: Hours | None = None
    name: str = ""
    document: str = ""
    like: int | None = None


def epoch(day: date, at: time, zone: ZoneInfo) -> int:
    """Seconds since 1970 UTC of a wall-clock time.

    One that the clocks show twice means its first showing, one that they skip the instant they jump.
    """
    if at == END_OF_DAY:
        day, at = day + ONE_DAY, time.min
    local = datetime.combine(day, at, zone)
    by_old, by_new = (int(local.replace(fold=fold).timestamp()) for fold in (0, 1))
    return by_old if by_old <= by_new else _jump(zone, by_new, by_old)


def _jump(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second that has the offset of `after` and not that of `before`."""

    def jumped(at: int) -> bool:
        return datetime.fromtimestamp(at, zone).utcoffset() == datetime.fromtimestamp(after, zone).utcoffset()

    return before + bisect_left(range(before, after), True, key=jumped)


def open_intervals(
    zone: ZoneInfo, weeks: Sequence[WeeklyHours], days: Sequence[SpecialDay], first: date, last: date
) -> list[tuple[int, int]]:
    """Open intervals in epoch seconds: ascending, apart from each other, none empty."""
    special = _by_day(days, first, last)
    merged: list[tuple[int, int]] = []
    midnight = epoch(first, time.min, zone)
    for day, week in _days(weeks, first, last):
        next_midnight = epoch(day, END_OF_DAY, zone)
        plain = midnight if next_midnight - midnight == DAY_SECONDS else None
        for opens, closes in _hours_of(day, week, special.get(day)):
            begin, end = (_edge(day, at, zone, plain) for at in (opens, closes))
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            elif begin < end:  # hours that summer time skips do not exist that day
                merged.append((begin, end))
        midnight = next_midnight
    if not merged:
        raise CalendarError(f"no working hour at all from {first} to {last}")
    return merged


def _edge(day: date, at: time, zone: ZoneInfo, midnight: int | None) -> int:
    """What `epoch` gives; on a day of 24 hours, whose midnight is given, without asking the zone."""
    if midnight is None:
        return epoch(day, at, zone)
    return midnight + (DAY_SECONDS if at == END_OF_DAY else at.hour * 3600 + at.minute * 60 + at.second)


def _days(weeks: Sequence[WeeklyHours], first: date, last: date) -> Iterator[tuple[date, Week]]:
    """Every day of the range with the week of its season; the week is made and checked once a season."""
    for row in weeks:
        _check_row(row)
    begins = {first}
    for row in weeks:
        if row.valid_from is not None:
            begins.add(row.valid_from)
        if row.valid_to is not None and row.valid_to < last:
            begins.add(row.valid_to + ONE_DAY)
    seasons = sorted(day for day in begins if first <= day <= last)
    for begin, after in pairwise([*seasons, last + ONE_DAY]):
        week = _week(weeks, begin)
        for ahead in range((after - begin).days):
            yield begin + ahead * ONE_DAY, week


def _check_row(row: WeeklyHours) -> None:
    where = f"weekly hours of weekday {row.weekday}"
    if row.weekday not in range(7):
        raise CalendarError(f"{where}: a weekday is 0 (Monday) to 6 (Sunday)")
    if row.valid_from is not None and row.valid_to is not None and row.valid_from > row.valid_to:
        raise CalendarError(f"{where}: valid_from {row.valid_from} is after valid_to {row.valid_to}")


def _week(weeks: Sequence[WeeklyHours], day: date) -> Week:
    week: dict[int, Hours] = {}
    for row in weeks:
        if row.in_force(day):
            week[row.weekday] = (*week.get(row.weekday, ()), (row.opens, row.closes))
    if not week:
        raise CalendarError(f"the week is empty: no weekly hours are in force on {day}")
    return {
        weekday: _checked(hours, f"weekly hours of weekday {weekday} in force on {day}")
        for weekday, hours in week.items()
    }


def _checked(hours: Hours, where: str) -> Hours:
    for opens, closes in hours:
        if (
            opens.tzinfo
            or closes.tzinfo
            or opens.microsecond
            or (closes.microsecond and closes != END_OF_DAY)
        ):
            raise CalendarError(f"{where}: times are wall-clock times in whole seconds")
        if opens >= closes:
            hint = " (24:00 is written END_OF_DAY)" if closes == time.min else ""
            raise CalendarError(f"{where}: opens {opens} is not before closes {closes}{hint}")
    ordered = tuple(sorted(hours))
    for (opens, closes), (next_opens, next_closes) in pairwise(ordered):
        if next_opens < closes:
            raise CalendarError(f"{where}: {opens}-{closes} and {next_opens}-{next_closes} overlap")
    return ordered


def _by_day(days: Sequence[SpecialDay], first: date, last: date) -> dict[date, SpecialDay]:
    special: dict[date, SpecialDay] = {}
    for entry in days:
        where = f"special day {entry.day}"
        if entry.day in special:
            raise CalendarError(f"{where}: given twice")
        if not first <= entry.day <= last:
            raise CalendarError(f"{where}: outside the calendar, {first} to {last}")
        if entry.kind not in {"closed", "open"}:
            raise CalendarError(f"{where}: kind {entry.kind!r} is neither 'closed' nor 'open'")
        if entry.kind == "closed" and (entry.hours is not None or entry.like is not None):
            raise CalendarError(f"{where}: a closed day has neither hours nor like")
        if entry.hours is not None and entry.like is not None:
            raise CalendarError(f"{where}: give hours or like, not both")
        special[entry.day] = entry
    return special


def _hours_of(day: date, week: Week, special: SpecialDay | None) -> Hours:
    if special is None:
        return week.get(day.weekday(), ())
    if special.kind == "closed":
        return ()
    if special.hours is None:
        like = min(week) if special.like is None else special.like
        if like not in week:
            raise CalendarError(f"special day {day}: like weekday {like}, which has no hours in that season")
        return week[like]
    if not special.hours:
        raise CalendarError(f"special day {day}: an open day needs hours")
    return _checked(special.hours, f"special day {day}")
