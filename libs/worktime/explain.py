"""Why a deadline falls where it falls: each stretch that was counted or skipped, in words."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import StrEnum
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from libs.worktime.calendar import Calendar, SpecialDay
from libs.worktime.definition import ONE_DAY, CalendarError, epoch
from libs.worktime.pauses import Span, held


class Why(StrEnum):
    """What a stretch was: working time, or the reason why it did not count."""

    WORK = "work"
    BEFORE_OPENING = "before opening"
    LUNCH = "lunch"
    NIGHT = "night"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one instant (UTC) to another: `seconds` counted, 0 if skipped; `special` is the special day.

    `held` is the working time that a pause kept from counting.
    """

    begin: datetime
    end: datetime
    seconds: int
    why: Why
    special: SpecialDay | None = None
    held: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """How `seconds` of working time lead from `start` to `due`, by which version of the calendar."""

    calendar: str
    version: str
    zone: str
    start: datetime
    due: datetime
    seconds: int
    stretches: tuple[Stretch, ...]

    def lines(self, language: Literal["vi", "en"]) -> list[str]:
        """One line a stretch and a last one with the deadline, in the calendar's local time."""
        words, zone = _LANGUAGES[language], ZoneInfo(self.zone)
        lines = [words.line(stretch, zone) for stretch in self.stretches]
        due, total = words.at(self.due.astimezone(zone)), words.length(self.seconds)
        return [*lines, words.deadline.format(due=due, total=total)]


@dataclass(frozen=True, slots=True)
class _Language:
    why: Mapping[Why, str]
    counted: str
    skipped: str
    deadline: str
    weekdays: tuple[str, ...]
    units: tuple[str, str, str]

    def line(self, stretch: Stretch, zone: ZoneInfo) -> str:
        counted = self.counted.format(length=self.length(stretch.seconds))
        special = stretch.special
        named = ", ".join(filter(None, (special.name, special.document))) if special else ""
        why = self.why[stretch.why].format(held=self.length(stretch.held)) + (f" ({named})" if named else "")
        span = self.span(stretch.begin.astimezone(zone), stretch.end.astimezone(zone))
        return f"{span}: {why}, {counted if stretch.seconds else self.skipped}"

    def span(self, begin: datetime, end: datetime) -> str:
        if begin.time() == end.time() == time.min:
            days = dict.fromkeys((self.day(begin), self.day(end - ONE_DAY)))
            return " – ".join(days)
        return f"{self.at(begin)} – {self.clock(end) if end.date() == begin.date() else self.at(end)}"

    def at(self, local: datetime) -> str:
        return f"{self.day(local)} {self.clock(local)}"

    def day(self, local: datetime) -> str:
        return f"{self.weekdays[local.weekday()]} {local:%d/%m/%Y}"

    @staticmethod
    def clock(local: datetime) -> str:
        return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"

    def length(self, seconds: int) -> str:
        parts = zip((seconds // 3600, seconds // 60 % 60, seconds % 60), self.units, strict=True)
        return " ".join(f"{number} {unit}" for number, unit in parts if number) or f"0 {self.units[2]}"


_LANGUAGES = {
    "vi": _Language(
        why={
            Why.WORK: "giờ làm việc",
            Why.BEFORE_OPENING: "trước giờ làm việc",
            Why.LUNCH: "nghỉ trưa",
            Why.NIGHT: "ngoài giờ làm việc",
            Why.WEEKEND: "nghỉ hằng tuần",
            Why.HOLIDAY: "ngày nghỉ",
            Why.PAUSE: "tạm dừng {held} làm việc",
        },
        counted="tính {length}",
        skipped="không tính",
        deadline="Thời hạn: {due}, sau {total} làm việc",
        weekdays=("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
        units=("giờ", "phút", "giây"),
    ),
    "en": _Language(
        why={
            Why.WORK: "working time",
            Why.BEFORE_OPENING: "before opening",
            Why.LUNCH: "lunch break",
            Why.NIGHT: "after hours",
            Why.WEEKEND: "weekly day off",
            Why.HOLIDAY: "holiday",
            Why.PAUSE: "paused for {held} of working time",
        },
        counted="{length} counted",
        skipped="not counted",
        deadline="Due: {due}, after {total} of working time",
        weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        units=("h", "min", "s"),
    ),
}


def explain(
    calendar: Calendar,
    start: datetime,
    seconds: int,
    pauses: Iterable[Span] = (),
    limit: int | None = None,
) -> Explanation:
    """The stretches from `start` to the instant at which `seconds` of working time have run.

    A pause is one stretch, nights and holidays in it included; all of them cost at most `limit` working
    seconds. Raises what `add` and `held` raise, and CalendarError for a pause outside the clock's time.
    """
    spans = held(calendar, [(_whole(begin), _whole(end)) for begin, end in pauses], limit)
    stood = 0
    for begin, end in spans:
        if begin < _whole(start) or calendar.between(start, begin) - stood >= seconds:
            raise CalendarError(
                f"calendar {calendar.id!r}: a pause from {begin} to {end} is not of this clock"
            )
        stood += calendar.between(begin, end)
    due = calendar.add(start, seconds + stood)
    return Explanation(
        calendar=calendar.id,
        version=calendar.version,
        zone=calendar.zone,
        start=start.astimezone(UTC),
        due=due,
        seconds=seconds,
        stretches=tuple(_joined(_stretches(calendar, _whole(start), due, spans))),
    )


def _stretches(
    calendar: Calendar, start: datetime, due: datetime, spans: Iterable[Span]
) -> Iterator[Stretch]:
    """Each pause as it is, and the time between them in pieces."""
    for begin, end in spans:
        yield from _pieces(calendar, start, begin)
        cost = calendar.between(begin, end)
        yield Stretch(begin.astimezone(UTC), end.astimezone(UTC), 0, Why.PAUSE, held=cost)
        start = end
    yield from _pieces(calendar, start, due)


def _whole(t: datetime) -> datetime:
    return t.replace(microsecond=0)


def _pieces(calendar: Calendar, start: datetime, until: datetime) -> Iterator[Stretch]:
    """The time between them, cut at each local midnight, opening and closing."""
    begin, end = int(start.timestamp()), int(until.timestamp())
    zone = ZoneInfo(calendar.zone)
    special = {entry.day: entry for entry in calendar.days}
    day = datetime.fromtimestamp(begin, zone).date()
    while (midnight := epoch(day, time.min, zone)) < end:
        after = epoch(day + ONE_DAY, time.min, zone)
        left, right = max(begin, midnight), min(end, after)
        edges = (*_inside(calendar.opens, left, right), *_inside(calendar.closes, left, right))
        for a, b in pairwise(sorted({left, *edges, right})):
            why = _why(calendar, (midnight, a, b, after), special.get(day))
            begins, ends = datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)
            yield Stretch(begins, ends, b - a if why is Why.WORK else 0, why, special.get(day))
        day += ONE_DAY


def _inside(edges: tuple[int, ...], left: int, right: int) -> tuple[int, ...]:
    return edges[bisect_right(edges, left) : bisect_left(edges, right)]


def _why(calendar: Calendar, span: tuple[int, int, int, int], special: SpecialDay | None) -> Why:
    """The span is the day's midnight, the piece's begin and end, and the next midnight."""
    instants = (datetime.fromtimestamp(at, UTC) for at in span)
    at_midnight, at_begin, at_end, at_next = map(calendar.work, instants)
    if at_begin < at_end:
        return Why.WORK
    if at_midnight == at_next:
        return Why.HOLIDAY if special else Why.WEEKEND
    if at_midnight == at_begin:
        return Why.BEFORE_OPENING
    return Why.NIGHT if at_end == at_next else Why.LUNCH


def _joined(pieces: Iterable[Stretch]) -> Iterator[Stretch]:
    """Neighbours of one kind made one; the morning after a working day belongs to its night."""
    last: Stretch | None = None
    for piece in pieces:
        if last is not None and _continues(last, piece):
            last = replace(last, end=piece.end, seconds=last.seconds + piece.seconds)
        else:
            if last is not None:
                yield last
            last = piece
    if last is not None:
        yield last


def _continues(last: Stretch, piece: Stretch) -> bool:
    if last.why is Why.NIGHT and piece.why is Why.BEFORE_OPENING:
        return True
    return (last.why, last.special) == (piece.why, piece.special)
