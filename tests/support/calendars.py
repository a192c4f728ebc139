"""Any calendar at all: the strategies of the property tests, over two weeks in Vietnam."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import assume
from hypothesis import strategies as st

from libs.worktime.calendar import Calendar, CalendarError, OutsideCalendar, SpecialDay, WeeklyHours
from tests.support.worktime import HOUR, MinuteWalk

FIRST, LAST = date(2026, 2, 11), date(2026, 2, 24)
BEGIN = int(datetime(2026, 2, 10, 17, tzinfo=UTC).timestamp())
RANGE = 14 * 24 * HOUR

Hours = tuple[tuple[time, time], ...]
Definition = tuple[list[WeeklyHours], list[SpecialDay]]

starts = st.integers(BEGIN, BEGIN + RANGE)
budgets = st.integers(0, 30 * HOUR)
minutes = st.integers(0, RANGE // 60).map(lambda minute: BEGIN + 60 * minute)
pauses = st.lists(st.tuples(minutes, minutes).map(lambda ends: (min(ends), max(ends))), max_size=4)


@st.composite
def day_hours(draw: st.DrawFn, least: int = 0) -> Hours:
    """Up to three intervals of whole minutes that may touch, the last perhaps ending at 24:00."""
    count = draw(st.integers(least, 3))
    ends = sorted(draw(st.lists(st.integers(0, 1440), min_size=2 * count, max_size=2 * count, unique=True)))
    clock = [time.max if end == 1440 else time(end // 60, end % 60) for end in ends]
    return tuple(zip(clock[::2], clock[1::2], strict=True))


@st.composite
def seasons(draw: st.DrawFn) -> list[WeeklyHours]:
    """One week for ever, or one until a day and another from the next day on."""
    last_day = draw(st.none() | st.dates(FIRST, LAST - timedelta(days=1)))
    if last_day is None:
        return [WeeklyHours(d, *span) for d in range(7) for span in draw(day_hours())]
    bounds = ((None, last_day), (last_day + timedelta(days=1), None))
    return [WeeklyHours(d, *span, *bound) for bound in bounds for d in range(7) for span in draw(day_hours())]


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    entries = st.tuples(st.dates(FIRST, LAST), st.none() | st.just(()) | day_hours(1))
    days = [
        SpecialDay(day, "open", hours=hours) if hours != () else SpecialDay(day, "closed")
        for day, hours in draw(st.lists(entries, max_size=4, unique_by=lambda entry: entry[0]))
    ]
    return draw(seasons()), days


def compiled(definition: Definition) -> Calendar:
    """The calendar of the definition; one without any hour is none, so the example is left out."""
    weeks, days = definition
    assume(weeks)
    try:
        return Calendar.compile(
            id="any", zone="Asia/Ho_Chi_Minh", weeks=weeks, days=days, first=FIRST, last=LAST
        )
    except CalendarError as error:
        assume("no working hour at all" not in str(error) and "week is empty" not in str(error))
        raise


def walked(definition: Definition) -> MinuteWalk:
    return MinuteWalk(*definition, FIRST, LAST)


def added(calendar: Calendar, start: int, seconds: int) -> int | None:
    try:
        return int(calendar.add(moment(start), seconds).timestamp())
    except OutsideCalendar:
        return None


def moment(at: int, microsecond: int = 0) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(microsecond=microsecond)
