"""Calendars of the golden tests, and a minute-by-minute walk that knows nothing of intervals or sums."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.worktime.calendar import Calendar, SpecialDay, WeeklyHours

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = 3600

DAYS_2026 = (
    SpecialDay(date(2026, 1, 1), "closed", name="Tết Dương lịch"),
    SpecialDay(date(2026, 1, 2), "closed", name="Ngày nghỉ (thay cho ngày 10/01/2026)"),
    SpecialDay(date(2026, 1, 10), "open", name="Ngày làm bù"),
    SpecialDay(date(2026, 2, 16), "closed", name="Giao thừa Tết Nguyên Đán"),
    SpecialDay(date(2026, 2, 17), "closed", name="Tết Nguyên Đán"),
    SpecialDay(date(2026, 2, 18), "closed", name="Mùng hai Tết Nguyên Đán"),
    SpecialDay(date(2026, 2, 19), "closed", name="Mùng ba Tết Nguyên Đán"),
    SpecialDay(date(2026, 2, 20), "closed", name="Mùng bốn Tết Nguyên Đán"),
    SpecialDay(date(2026, 4, 27), "closed", name="Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"),
    SpecialDay(date(2026, 4, 30), "closed", name="Ngày Chiến thắng"),
    SpecialDay(date(2026, 5, 1), "closed", name="Ngày Quốc tế Lao động"),
    SpecialDay(date(2026, 8, 22), "open", name="Ngày làm bù"),
    SpecialDay(date(2026, 8, 31), "closed", name="Ngày nghỉ (thay cho ngày 22/08/2026)"),
    SpecialDay(date(2026, 9, 1), "closed", name="Quốc khánh"),
    SpecialDay(date(2026, 9, 2), "closed", name="Quốc khánh"),
)


def at(local: str, zone: ZoneInfo = VIETNAM) -> datetime:
    """The instant a wall clock in the zone shows as "2026-03-02 10:30"."""
    return datetime.fromisoformat(local).replace(tzinfo=zone)


def rows(weekdays: Iterable[int], *spans: str, season: tuple[str, str] | None = None) -> list[WeeklyHours]:
    """Weekly hours from spans like "07:30-11:30"."""
    valid_from, valid_to = map(date.fromisoformat, season) if season else (None, None)
    return [WeeklyHours(day, *hours(span)[0], valid_from, valid_to) for day in weekdays for span in spans]


def hours(*spans: str) -> tuple[tuple[time, time], ...]:
    ends = (span.split("-") for span in spans)
    return tuple(
        (time.fromisoformat(a), time.max if b == "24:00" else time.fromisoformat(b)) for a, b in ends
    )


def calendar(
    weeks: Sequence[WeeklyHours],
    days: Sequence[SpecialDay] = (),
    *,
    zone: str = "Asia/Ho_Chi_Minh",
    first: str = "2025-12-01",
    last: str = "2026-12-31",
) -> Calendar:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return Calendar.compile(id="test", zone=zone, weeks=weeks, days=days, first=begin, last=end)


def golden_calendar() -> Calendar:
    """Monday to Friday 07:30-11:30 and 13:30-17:00, seven and a half hours a day."""
    return calendar(rows(range(5), "07:30-11:30", "13:30-17:00"), DAYS_2026)


def default_calendar() -> Calendar:
    """The pack's default hours, Monday to Friday 07:30-11:30 and 13:30-17:30, eight hours a day."""
    return calendar(rows(range(5), "07:30-11:30", "13:30-17:30"), DAYS_2026)


class MinuteWalk:
    """The oracle: every minute of the range is open or not, and time is counted by walking them."""

    def __init__(
        self, weeks: Sequence[WeeklyHours], days: Sequence[SpecialDay], first: date, last: date
    ) -> None:
        midnight = datetime.combine(first, time.min, UTC) - timedelta(hours=7)  # no zone table
        self.begin = int(midnight.timestamp())
        self.open: list[bool] = []
        special = {entry.day: entry for entry in days}
        for ahead in range((last - first).days + 1):
            day = first + timedelta(days=ahead)
            spans = self._spans(day, weeks, special.get(day))
            worked = {minute for a, b in spans for minute in range(a, b)}
            self.open += [minute in worked for minute in range(1440)]

    @staticmethod
    def _spans(day: date, weeks: Sequence[WeeklyHours], special: SpecialDay | None) -> list[tuple[int, int]]:
        if special is not None and special.kind == "closed":
            return []
        if special is not None and special.hours is not None:
            return [(minute_of(a), minute_of(b)) for a, b in special.hours]
        held = [row for row in weeks if _holds(row, day)]
        weekday = day.weekday() if special is None else min(row.weekday for row in held)
        return [(minute_of(row.opens), minute_of(row.closes)) for row in held if row.weekday == weekday]

    def add(self, start: int, seconds: int) -> int | None:
        """Epoch second in and out; None when the range ends first."""
        at = start
        while seconds:
            minute, second = divmod(at - self.begin, 60)
            if minute >= len(self.open):
                return None
            step = min(60 - second, seconds) if self.open[minute] else 60 - second
            seconds -= step if self.open[minute] else 0
            at += step
        return at

    def between(self, a: int, b: int) -> int:
        total = 0
        while a < b:
            minute, second = divmod(a - self.begin, 60)
            step = min(60 - second, b - a)
            total += step if self.open[minute] else 0
            a += step
        return total

    def without(self, spans: Iterable[tuple[int, int]]) -> "MinuteWalk":
        """The same walk when the minutes of the pauses (epoch seconds, whole minutes) do not count."""
        other = MinuteWalk((), (), date(2000, 1, 2), date(2000, 1, 1))
        other.begin, other.open = self.begin, list(self.open)
        for begin, end in spans:
            for minute in range((begin - self.begin) // 60, (end - self.begin) // 60):
                other.open[minute] = False
        return other


def _holds(row: WeeklyHours, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)


def minute_of(at: time) -> int:
    return 1440 if at == time.max else at.hour * 60 + at.minute
