"""Any week, any special days, any start: the calendar against a walk over every minute."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from libs.worktime.calendar import Calendar, OutsideCalendar, SpecialDay, WeeklyHours
from libs.worktime.explain import explain
from tests.support.calendars import (
    BEGIN,
    FIRST,
    LAST,
    RANGE,
    Definition,
    Hours,
    added,
    budgets,
    compiled,
    day_hours,
    definitions,
    moment,
    starts,
    walked,
)

prove = settings(deadline=None)

JUMPS = {
    "Europe/Amsterdam": (date(2026, 3, 28), date(2026, 3, 30)),  # 02:00 to 03:00 is skipped
    "America/Sao_Paulo": (date(2018, 11, 3), date(2018, 11, 5)),  # midnight itself is skipped
    "Australia/Lord_Howe": (date(2026, 10, 3), date(2026, 10, 5)),  # half an hour is skipped
}


@prove
@given(definitions(), starts, budgets)
def test_adding_equals_a_walk_over_every_minute(definition: Definition, start: int, seconds: int) -> None:
    calendar = compiled(definition)
    assert added(calendar, start, seconds) == walked(definition).add(start, seconds)


@prove
@given(definitions(), starts, starts)
def test_counting_equals_a_walk_over_every_minute(definition: Definition, a: int, b: int) -> None:
    a, b = sorted((a, b))
    counted = compiled(definition).between(moment(a), moment(b))
    assert counted == walked(definition).between(a, b)


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


@prove
@given(st.sampled_from(["Europe/Amsterdam", "America/Sao_Paulo", "Australia/Lord_Howe"]), day_hours(1))
def test_where_clocks_jump_a_minute_is_worked_when_the_wall_shows_an_open_one(
    zone: str, hours: Hours
) -> None:
    first, last = JUMPS[zone]
    calendar = Calendar.compile(
        id="any",
        zone=zone,
        weeks=[WeeklyHours(weekday, *span) for weekday in range(7) for span in hours],
        days=[],
        first=first,
        last=last,
    )
    minutes = [moment(at) for at in range(calendar.begin, calendar.end, 60)]
    shown = [minute.astimezone(ZoneInfo(zone)).time() for minute in minutes]
    walked = [any(opens <= at < closes for opens, closes in hours) for at in shown]
    assert [calendar.is_open(minute) for minute in minutes] == walked
