"""Any pauses in any calendar: against a walk in which the paused minutes do not count."""

from datetime import date
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from libs.worktime.calendar import Calendar, CalendarError, SpecialDay
from libs.worktime.changes import first_difference
from libs.worktime.explain import Why, explain
from libs.worktime.pauses import Span, cut, paused
from libs.worktime.shares import shares
from tests.support.calendars import (
    BEGIN,
    FIRST,
    LAST,
    RANGE,
    Definition,
    budgets,
    compiled,
    definitions,
    moment,
    pauses,
    starts,
    walked,
)

Pauses = list[tuple[int, int]]

prove = settings(deadline=None)
limits = st.none() | budgets


def spans(pauses: Pauses) -> list[Span]:
    return [(moment(begin), moment(end)) for begin, end in pauses]


def due(calendar: Calendar, start: int, seconds: int, pauses: Pauses, limit: int | None = None) -> int:
    """When a clock with these pauses is due; left out if that lies outside or a pause comes after it."""
    try:
        told = explain(calendar, moment(start), seconds, spans(pauses), limit)
    except CalendarError:
        assume(False)
        raise
    return int(told.due.timestamp())


@st.composite
def paused_clocks(draw: st.DrawFn) -> tuple[int, int, Pauses]:
    """A start, a budget, and pauses that begin while the clock may well be running."""
    start = BEGIN + 60 * draw(st.integers(0, 7 * 24 * 60))
    drawn = draw(st.lists(st.tuples(st.integers(0, 8 * 60), st.integers(1, 24 * 60)), min_size=1, max_size=3))
    pauses = [(start + 60 * offset, start + 60 * (offset + length)) for offset, length in drawn]
    return start, draw(st.integers(1, 8 * 3600)), pauses


@prove
@given(definitions(), pauses)
def test_pauses_cost_the_open_minutes_in_any_of_them(definition: Definition, pauses: Pauses) -> None:
    cost = paused(compiled(definition), spans(pauses))
    whole, walk = (BEGIN, BEGIN + RANGE), walked(definition)
    assert cost == walk.between(*whole) - walk.without(pauses).between(*whole)


@prove
@given(definitions(), pauses, limits, st.randoms(use_true_random=False))
def test_the_order_of_pauses_and_saying_one_twice_change_nothing(
    definition: Definition, pauses: Pauses, limit: int | None, chance: Random
) -> None:
    shuffled = [*pauses, *pauses[:1]]
    chance.shuffle(shuffled)
    calendar = compiled(definition)
    assert paused(calendar, spans(shuffled), limit) == paused(calendar, spans(pauses), limit)


@prove
@given(definitions(), pauses, starts, limits)
def test_a_pause_split_at_any_instant_costs_the_same(
    definition: Definition, pauses: Pauses, at: int, limit: int | None
) -> None:
    split = [
        part
        for begin, end in pauses
        for part in ((begin, max(begin, min(at, end))), (max(begin, min(at, end)), end))
    ]
    calendar = compiled(definition)
    assert paused(calendar, spans(split), limit) == paused(calendar, spans(pauses), limit)


@prove
@given(definitions(), pauses, budgets)
def test_a_limit_takes_nothing_below_it_and_lets_nothing_above_it(
    definition: Definition, pauses: Pauses, limit: int
) -> None:
    calendar = compiled(definition)
    assert paused(calendar, spans(pauses), limit) == min(limit, paused(calendar, spans(pauses)))


@prove
@given(definitions(), pauses, starts)
def test_cut_pauses_and_what_was_cut_off_make_the_whole(
    definition: Definition, pauses: Pauses, at: int
) -> None:
    calendar, until = compiled(definition), moment(at)
    rest = [(max(begin, until), end) for begin, end in spans(pauses) if end > until]
    kept = paused(calendar, cut(spans(pauses), until))
    assert kept + paused(calendar, rest) == paused(calendar, spans(pauses))


@prove
@given(definitions(), paused_clocks())
def test_a_paused_clock_is_due_when_a_walk_without_the_paused_minutes_ends(
    definition: Definition, clock: tuple[int, int, Pauses]
) -> None:
    start, seconds, pauses = clock
    ends = due(compiled(definition), start, seconds, pauses)
    assert ends == walked(definition).without(pauses).add(start, seconds)


@prove
@given(definitions(), paused_clocks(), limits, st.dates(FIRST, LAST))
def test_a_holiday_more_never_makes_a_paused_deadline_earlier(
    definition: Definition, clock: tuple[int, int, Pauses], limit: int | None, holiday: date
) -> None:
    weeks, days = definition
    closed = [*(entry for entry in days if entry.day != holiday), SpecialDay(holiday, "closed")]
    before = due(compiled(definition), *clock, limit)
    assert before <= due(compiled((weeks, closed)), *clock, limit)


@prove
@given(definitions(), paused_clocks(), limits)
def test_an_explanation_with_pauses_adds_up_and_leaves_no_gap(
    definition: Definition, clock: tuple[int, int, Pauses], limit: int | None
) -> None:
    start, seconds, pauses = clock
    calendar = compiled(definition)
    due(calendar, *clock, limit)
    told = explain(calendar, moment(start), seconds, spans(pauses), limit)
    ends = [moment(start), *(stretch.end for stretch in told.stretches)]
    assert [stretch.begin for stretch in told.stretches] == ends[:-1]
    assert ends[-1] == told.due
    assert sum(stretch.seconds for stretch in told.stretches) == seconds
    held = sum(stretch.held for stretch in told.stretches if stretch.why is Why.PAUSE)
    assert held == paused(calendar, spans(pauses), limit)


@prove
@given(definitions(), st.lists(st.tuples(st.sampled_from("abc"), starts), min_size=1, max_size=6), starts)
def test_shares_add_up_to_the_whole(
    definition: Definition, holdings: list[tuple[str, int]], end: int
) -> None:
    calendar = compiled(definition)
    ordered = [(holder, moment(since)) for holder, since in sorted(holdings, key=lambda one: one[1])]
    until = max(moment(end), ordered[-1][1])
    held = shares(calendar, ordered, until)
    assert sum(held.values()) == calendar.between(ordered[0][1], until)
    assert min(held.values()) >= 0


@prove
@given(definitions(), definitions())
def test_two_calendars_part_at_the_first_minute_that_only_one_works(
    one: Definition, other: Definition
) -> None:
    found = first_difference(compiled(one), compiled(other))
    pairs = zip(walked(one).open, walked(other).open, strict=True)
    first = next((minute for minute, (a, b) in enumerate(pairs) if a != b), None)
    assert found == (None if first is None else moment(BEGIN + 60 * first))
