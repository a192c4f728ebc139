"""Pauses cost the working time they hold, once, and never more than the limit."""

from datetime import datetime, timedelta

import pytest

from libs.worktime.calendar import CalendarError, OutsideCalendar
from libs.worktime.explain import Why, explain
from libs.worktime.pauses import cut, held, paused
from tests.support.worktime import HOUR, at, default_calendar, golden_calendar

DEFAULT = default_calendar()
GOLDEN = golden_calendar()


def span(begin: str, end: str) -> tuple[datetime, datetime]:
    return at(f"2026-03-{begin}"), at(f"2026-03-{end}")


def test_no_pause_costs_nothing() -> None:
    assert paused(DEFAULT, []) == 0
    assert paused(DEFAULT, [span("02 10:00", "02 10:00")], limit=HOUR) == 0


def test_g3_a_pause_from_closing_to_opening_costs_nothing() -> None:
    """G3: the hold was added to the start as wall-clock time."""
    assert paused(GOLDEN, [span("02 17:00", "03 07:30")]) == 0


def test_g6_a_pause_over_the_weekend_is_counted_once() -> None:
    """G6: the pause over the weekend was counted twice."""
    friday_to_monday = span("06 16:00", "09 09:00")
    assert paused(GOLDEN, [friday_to_monday]) == 2.5 * HOUR
    assert paused(GOLDEN, [friday_to_monday, friday_to_monday]) == 2.5 * HOUR


def test_pauses_that_overlap_are_one_in_whatever_order_they_came() -> None:
    one, other = span("02 08:00", "02 10:00"), span("02 09:00", "02 11:00")
    assert paused(DEFAULT, [one, other]) == paused(DEFAULT, [other, one]) == 3 * HOUR
    assert held(DEFAULT, [other, one]) == (span("02 08:00", "02 11:00"),)


def test_two_pauses_that_begin_in_the_same_minute_are_both_counted() -> None:
    short, long = span("02 08:00:10", "02 08:00:40"), span("02 08:00:50", "02 09:00:50")
    assert paused(DEFAULT, [short, long]) == HOUR + 30


def test_pauses_cost_at_most_their_limit_and_end_where_it_is_spent() -> None:
    spans = [span("02 08:00", "02 10:00"), span("02 15:00", "03 09:00")]
    assert [paused(DEFAULT, spans, hours * HOUR) for hours in (0, 1, 3, 99)] == [0, HOUR, 3 * HOUR, 6 * HOUR]
    assert held(DEFAULT, spans, 3 * HOUR) == (spans[0], span("02 15:00", "02 16:00"))


def test_a_pause_that_is_resumed_ends_there_and_a_later_one_is_gone() -> None:
    spans = [span("02 08:00", "02 10:00"), span("02 15:00", "03 09:00"), span("04 08:00", "04 09:00")]
    assert cut(spans, at("2026-03-02 16:00")) == (spans[0], span("02 15:00", "02 16:00"))
    assert cut(spans, spans[0][0]) == ()


def test_a_pause_that_runs_backwards_or_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarError, match="ends before it"):
        paused(DEFAULT, [span("02 10:00", "02 09:00")])
    with pytest.raises(OutsideCalendar):
        paused(DEFAULT, [(at("2026-12-31 10:00"), at("2027-03-01 10:00"))])


def test_a_pause_is_told_as_one_stretch_with_the_working_time_it_held() -> None:
    told = explain(DEFAULT, at("2026-03-06 15:00"), 2 * HOUR, [span("06 16:00", "09 09:00")])
    assert told.due == at("2026-03-09 10:00")
    assert told.lines("vi") == [
        "Thứ Sáu 06/03/2026 15:00 – 16:00: giờ làm việc, tính 1 giờ",
        "Thứ Sáu 06/03/2026 16:00 – Thứ Hai 09/03/2026 09:00: tạm dừng 3 giờ làm việc, không tính",
        "Thứ Hai 09/03/2026 09:00 – 10:00: giờ làm việc, tính 1 giờ",
        "Thời hạn: Thứ Hai 09/03/2026 10:00, sau 2 giờ làm việc",
    ]
    assert told.lines("en")[1] == (
        "Fri 06/03/2026 16:00 – Mon 09/03/2026 09:00: paused for 3 h of working time, not counted"
    )


def test_time_beyond_the_limit_of_pauses_counts_again_and_is_told_so() -> None:
    told = explain(DEFAULT, at("2026-03-02 08:00"), 2 * HOUR, [span("02 09:00", "02 11:00")], limit=HOUR)
    assert [(stretch.why, stretch.seconds, stretch.held) for stretch in told.stretches] == [
        (Why.WORK, HOUR, 0),
        (Why.PAUSE, 0, HOUR),
        (Why.WORK, HOUR, 0),
    ]
    assert told.due == at("2026-03-02 11:00")


@pytest.mark.parametrize("when", [("02 07:00", "02 09:00"), ("02 12:00", "02 14:00")])
def test_a_pause_before_the_start_or_after_the_end_is_not_of_this_clock(when: tuple[str, str]) -> None:
    with pytest.raises(CalendarError, match="is not of this clock"):
        explain(DEFAULT, at("2026-03-02 08:00"), HOUR, [span(*when)])


def test_a_pause_inside_a_second_is_none() -> None:
    begin = at("2026-03-02 09:00:00.2")
    told = explain(
        DEFAULT, at("2026-03-02 08:00:00.9"), 2 * HOUR, [(begin, begin + timedelta(microseconds=5))]
    )
    assert [stretch.why for stretch in told.stretches] == [Why.WORK]
