"""Any week, any special days, any start: the calendar against a walk over every minute."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from libs.worktime.calendar import Calendar, CalendarError, OutsideCalendar, SpecialDay, WeeklyHours
from libs.worktime.explain import explain
from tests.support.worktime import HOUR, MinuteWalk

FIRST, LAST = date(2026, 2, 11), date(2026, 2, 24)
BEGIN = int(datetime(2026, 2, 10, 17, tzinfo=UTC).timestamp())
RANGE = 14 * 24 * HOUR

Definition = tuple[list[WeeklyHours], list[SpecialDay]]

prove = settings(max_examples=80, deadline=None)
starts = st.integers(BEGIN, BEGIN + RANGE)
budgets = st.integers(0, 30 * HOUR)


@st.composite
def day_hours(draw: st.DrawFn, least: int = 0) -> tuple[tuple[time, time], ...]:
    """Up to three intervals of whole minutes that may touch, the last perhaps ending at 24:00."""
    count = draw(st.integers(least, 3))
    ends = sorted(draw(st.lists(st.integers(0, 1440), min_size=2 * count, max_size=2 * count, unique=True)))
    clock = [time.max if end == 1440 else time(end // 60, end % 60) for end in ends]
    return tuple(zip(clock[::2], clock[1::2], strict=True))


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    weeks = [WeeklyHours(d, a, b) for d in range(7) for a, b in draw(day_hours())]
    entries = st.tuples(st.dates(FIRST, LAST), st.none() | st.just(()) | day_hours(1))
    days = [
        SpecialDay(day, "open", hours=hours) if hours != () else SpecialDay(day, "closed")
        for day, hours in draw(st.lists(entries, max_size=4, unique_by=lambda entry: entry[0]))
    ]
    return weeks, days


def compiled(definition: Definition) -> Calendar:
    weeks, days = definition
    assume(weeks)
    try:
        return Calendar.compile(
            id="any", zone="Asia/Ho_Chi_Minh", weeks=weeks, days=days, first=FIRST, last=LAST
        )
    except CalendarError as error:
        assume("no working hour at all" not in str(error))
        raise


def added(calendar: Calendar, start: int, seconds: int) -> int | None:
    try:
        return int(calendar.add(moment(start), seconds).timestamp())
    except OutsideCalendar:
        return None


def moment(at: int, microsecond: int = 0) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(microsecond=microsecond)


@prove
@given(definitions(), starts, budgets)
def test_adding_equals_a_walk_over_every_minute(definition: Definition, start: int, seconds: int) -> None:
    calendar = compiled(definition)
    assert added(calendar, start, seconds) == MinuteWalk(*definition, FIRST, LAST).add(start, seconds)


@prove
@given(definitions(), starts, starts)
def test_counting_equals_a_walk_over_every_minute(definition: Definition, a: int, b: int) -> None:
    a, b = sorted((a, b))
    counted = compiled(definition).between(moment(a), moment(b))
    assert counted == MinuteWalk(*definition, FIRST, LAST).between(a, b)


@prove
@given(definitions(), starts, budgets, st.integers(0, 999_999))
def test_what_was_added_is_what_is_counted(
    definition: Definition, start: int, seconds: int, fraction: int
) -> None:
    calendar = compiled(definition)
    due = added(calendar, start, seconds)
    assume(due is not None and start < BEGIN + RANGE)
    begin = moment(start, fraction)
    assert calendar.between(begin, calendar.add(begin, seconds)) == seconds


@prove
@given(definitions(), starts, starts, budgets, budgets)
def test_later_starts_and_longer_budgets_are_never_due_earlier(
    definition: Definition, a: int, b: int, short: int, long: int
) -> None:
    calendar = compiled(definition)
    (a, b), (short, long) = sorted((a, b)), sorted((short, long))
    first, last = added(calendar, a, short), added(calendar, b, long)
    assume(first is not None and last is not None)
    assert first <= last  # type: ignore[operator]


@prove
@given(definitions(), starts, budgets, budgets)
def test_a_budget_spent_in_two_parts_ends_at_the_same_instant(
    definition: Definition, start: int, one: int, two: int
) -> None:
    calendar = compiled(definition)
    whole, half = added(calendar, start, one + two), added(calendar, start, one)
    assume(whole is not None and half is not None and two)
    assert added(calendar, half, two) == whole  # type: ignore[arg-type]


@prove
@given(definitions(), starts, budgets, st.dates(FIRST, LAST))
def test_a_holiday_more_never_makes_a_deadline_earlier(
    definition: Definition, start: int, seconds: int, holiday: date
) -> None:
    weeks, days = definition
    before = added(compiled(definition), start, seconds)
    closed = [*(entry for entry in days if entry.day != holiday), SpecialDay(holiday, "closed")]
    after = added(compiled((weeks, closed)), start, seconds)
    assert after is None or (before is not None and before <= after)


@prove
@given(definitions(), st.integers(0, RANGE))
def test_an_instant_is_the_earliest_with_its_coordinate(definition: Definition, w: int) -> None:
    calendar = compiled(definition)
    w = min(w, calendar.done[-1])
    at = calendar.instant(w)
    assert calendar.work(at) == w
    if w:
        assert calendar.work(at - timedelta(seconds=1)) == w - 1


@prove
@given(definitions(), starts)
def test_next_open_is_open_and_nothing_was_open_before_it(definition: Definition, start: int) -> None:
    calendar = compiled(definition)
    try:
        opening = calendar.next_open(moment(start))
    except OutsideCalendar:
        assert calendar.work(moment(start)) == calendar.done[-1]
    else:
        assert calendar.is_open(opening)
        assert calendar.between(moment(start), opening) == 0


@prove
@given(definitions(), starts, budgets)
def test_an_explanation_adds_up_and_leaves_no_gap(definition: Definition, start: int, seconds: int) -> None:
    calendar = compiled(definition)
    assume(added(calendar, start, seconds) is not None)
    told = explain(calendar, moment(start), seconds)
    assert sum(stretch.seconds for stretch in told.stretches) == seconds
    ends = [moment(start), *(stretch.end for stretch in told.stretches)]
    assert [stretch.begin for stretch in told.stretches] == ends[:-1]
    assert ends[-1] == told.due or not seconds
    assert all(calendar.between(stretch.begin, stretch.end) == stretch.seconds for stretch in told.stretches)
