"""The working-time calendar: adding working seconds to an instant, and counting them between two.

Everything counts in whole seconds. An instant inside a second counts as the beginning of that second, so
`between(t, add(t, n)) == n` for every t; `add(t, 0)` is t itself, untouched.
"""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from libs.worktime.definition import (
    END_OF_DAY,
    CalendarError,
    OutsideCalendar,
    SpecialDay,
    WeeklyHours,
    epoch,
    open_intervals,
)

__all__ = ["END_OF_DAY", "Calendar", "CalendarError", "OutsideCalendar", "SpecialDay", "WeeklyHours"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The open hours of one profile from the day `first` to the day `last`, both included.

    `work` counts from the origin, 00:00 of `first`: versions of one calendar that keep `first` agree on the
    coordinate of every instant before the first day on which they differ. `version` is a hash of all that
    the calendar says, so equal versions give equal answers.

    `opens`, `closes`, `shift` and `done` hold one number per open interval: its ends in epoch seconds, what
    to take from an instant in it to get its coordinate, and the coordinate of its end.
    """

    id: str
    zone: str
    version: str
    first: date
    last: date
    weeks: tuple[WeeklyHours, ...] = field(repr=False, compare=False)
    days: tuple[SpecialDay, ...] = field(repr=False, compare=False)
    begin: int = field(repr=False, compare=False)
    end: int = field(repr=False, compare=False)
    opens: tuple[int, ...] = field(repr=False, compare=False)
    closes: tuple[int, ...] = field(repr=False, compare=False)
    shift: tuple[int, ...] = field(repr=False, compare=False)
    done: tuple[int, ...] = field(repr=False, compare=False)

    @classmethod
    def compile(
        cls,
        *,
        id: str,  # noqa: A002  (the calendar's own word for it)
        zone: str,
        weeks: Iterable[WeeklyHours],
        days: Iterable[SpecialDay],
        first: date,
        last: date,
    ) -> Self:
        """Check the definition and build the calendar; CalendarError names what is wrong."""
        try:
            tz, rows, special = _zone(zone), tuple(sorted(weeks, key=repr)), tuple(sorted(days, key=repr))
            if not date(1900, 1, 1) <= first <= last <= date(2200, 12, 31):
                raise CalendarError(f"first {first} to last {last} is no range of days within 1900 to 2200")
            intervals = open_intervals(tz, rows, special, first, last)
        except CalendarError as error:
            raise CalendarError(f"calendar {id!r}: {error}") from None
        shift, done, total = [], [], 0
        for opens, closes in intervals:
            shift.append(opens - total)
            total += closes - opens
            done.append(total)
        return cls(
            id=id,
            zone=zone,
            version=_version(id, zone, rows, special, first, last, intervals),
            first=first,
            last=last,
            weeks=rows,
            days=special,
            begin=epoch(first, time.min, tz),
            end=epoch(last, END_OF_DAY, tz),
            opens=tuple(opens for opens, _ in intervals),
            closes=tuple(closes for _, closes in intervals),
            shift=tuple(shift),
            done=tuple(done),
        )

    def add(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant (UTC) by which `seconds` of working time have passed since `start`.

        What ends with the working day ends at its closing time, not at the next opening.
        """
        if seconds < 0:
            raise CalendarError(
                f"calendar {self.id!r}: cannot add {seconds} seconds; ask instant() to look back"
            )
        done = self.work(start)
        return self.instant(done + seconds) if seconds else start.astimezone(UTC)

    def between(self, a: datetime, b: datetime) -> int:
        """Working seconds from a to b, a not after b."""
        before, after = self.work(a), self.work(b)
        if b < a:
            raise CalendarError(f"calendar {self.id!r}: {a.isoformat()} is after {b.isoformat()}")
        return after - before

    def work(self, t: datetime) -> int:
        """The coordinate of t: working seconds since the calendar's origin."""
        at = self._epoch(t)
        i = bisect_right(self.opens, at) - 1
        if i < 0:
            return 0
        closes = self.closes[i]
        return (at if at < closes else closes) - self.shift[i]  # noqa: FURB136  (min: a tenth of the whole)

    def instant(self, w: int) -> datetime:
        """The earliest instant (UTC) whose coordinate is w."""
        if not 0 <= w <= self.done[-1]:
            span = f"{self.first} to {self.last}, {self.done[-1]} working seconds"
            raise OutsideCalendar(f"calendar {self.id!r} covers {span}; {w} lies outside")
        at = w + self.shift[bisect_left(self.done, w)] if w else self.begin
        return datetime.fromtimestamp(at, UTC)

    def is_open(self, t: datetime) -> bool:
        """Whether t is working time; the opening instant is, the closing instant is not."""
        at = self._epoch(t)
        i = bisect_right(self.opens, at) - 1
        return i >= 0 and at < self.closes[i]

    def next_open(self, t: datetime) -> datetime:
        """The instant t itself (in UTC) if it is working time, else the next opening."""
        if self.is_open(t):
            return t.astimezone(UTC)
        i = bisect_right(self.opens, self._epoch(t))
        if i == len(self.opens):
            raise OutsideCalendar(
                f"calendar {self.id!r} ends on {self.last}: nothing opens after {t.isoformat()}"
            )
        return datetime.fromtimestamp(self.opens[i], UTC)

    def _epoch(self, t: datetime) -> int:
        try:
            since = t - EPOCH
        except TypeError:
            raise CalendarError(
                f"calendar {self.id!r}: {t!r} is not an instant: it names no time zone"
            ) from None
        at = since.days * 86_400 + since.seconds
        if not self.begin <= at <= self.end:
            raise OutsideCalendar(
                f"calendar {self.id!r} covers {self.first} to {self.last}, not {t.isoformat()}"
            )
        return at


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise CalendarError(f"unknown time zone {name!r}") from None


def _version(*content: object) -> str:
    """A hash of definition and intervals: a correction in the time zone database is a new version, too."""
    said = json.dumps(content, default=_plain, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    return asdict(value) if isinstance(value, WeeklyHours | SpecialDay) else str(value)
