"""Failures other systems had with working time (G1 to G20), and the days people look at, as tests."""

from datetime import UTC, date, timedelta

from libs.worktime.calendar import SpecialDay
from libs.worktime.pauses import cut, paused
from tests.support.worktime import (
    DAYS_2026,
    HOUR,
    at,
    calendar,
    default_calendar,
    golden_calendar,
    rows,
)

GOLDEN = golden_calendar()
DEFAULT = default_calendar()


def test_g1_a_clock_does_not_run_in_the_lunch_break() -> None:
    """G1: the clock ran on in the lunch break."""

    assert GOLDEN.add(at("2026-03-02 10:30"), 4 * HOUR) == at("2026-03-02 16:30")
    assert GOLDEN.between(at("2026-03-02 11:30"), at("2026-03-02 13:30")) == 0


def test_g2_two_blocks_on_one_day_both_count() -> None:
    """G2: of two blocks on one day only one was counted."""

    assert GOLDEN.between(at("2026-03-02 00:00"), at("2026-03-03 00:00")) == 7.5 * HOUR
    assert DEFAULT.between(at("2026-03-02 00:00"), at("2026-03-03 00:00")) == 8 * HOUR


def test_g3_a_pause_from_closing_to_opening_costs_nothing() -> None:
    """G3: the hold was added to the start as wall-clock time."""

    assert GOLDEN.between(at("2026-03-02 17:00"), at("2026-03-03 07:30")) == 0
    from_eight = calendar(rows(range(5), "08:00-12:00", "13:00-17:00"))
    assert from_eight.between(at("2026-03-02 17:00"), at("2026-03-03 08:00")) == 0


def test_g4_a_pause_resumed_and_ended_in_one_second_is_counted_whatever_came_first() -> None:
    """G4: the hold was lost when the pause and the case ended in one step."""
    pauses = [
        (at("2026-03-02 08:00"), at("2026-03-05 08:00")),
        (at("2026-03-02 09:00"), at("2026-03-04 09:00")),
    ]
    end = at("2026-03-03 09:30")
    told = {paused(GOLDEN, cut(cut(order, end), end)) for order in (pauses, pauses[::-1])}
    assert told == {paused(GOLDEN, [(at("2026-03-02 08:00"), end)])} == {9 * HOUR}


def test_g6_a_pause_over_the_weekend_counts_once_and_only_in_working_hours() -> None:
    """G6: a pause over the weekend was counted twice."""

    pause = GOLDEN.between(at("2026-03-06 16:00"), at("2026-03-09 09:00"))
    assert pause == 2.5 * HOUR
    assert GOLDEN.add(at("2026-03-06 15:00"), 4 * HOUR + pause) == at("2026-03-09 14:00")


def test_g6_splitting_a_pause_at_midnight_changes_nothing() -> None:
    """G6: a pause cut up by days was counted differently from the whole."""

    ends = [at("2026-03-06 16:00"), at("2026-03-07 00:00"), at("2026-03-08 00:00"), at("2026-03-09 09:00")]
    parts = [GOLDEN.between(ends[i], ends[i + 1]) for i in range(3)]
    assert sum(parts) == GOLDEN.between(ends[0], ends[-1])


def test_g7_a_warning_an_hour_before_the_end_falls_in_the_morning_not_at_midnight() -> None:
    """G7: the step before the end was computed as 00:00 of the next day."""

    due = GOLDEN.add(at("2026-03-02 17:00"), 4 * HOUR)
    assert due == at("2026-03-03 11:30")
    assert GOLDEN.instant(GOLDEN.work(due) - HOUR) == at("2026-03-03 10:30")


def test_g7_a_warning_that_crosses_the_night_falls_in_the_afternoon_before() -> None:
    """G7: the step before the end did not cross the night backwards."""

    due = GOLDEN.add(at("2026-03-02 14:30"), 3 * HOUR)
    assert due == at("2026-03-03 08:00")
    assert GOLDEN.instant(GOLDEN.work(due) - HOUR) == at("2026-03-02 16:30")


def test_g8_nothing_is_due_at_creation_whatever_the_zone_of_the_server(server_zone: str) -> None:
    """G8: the escalation fired at creation, the server's zone not being the calendar's."""

    start = at("2026-03-02 07:30")
    assert GOLDEN.add(start, 8 * HOUR) - start > timedelta(hours=8), server_zone


def test_g9_every_answer_is_an_aware_instant_in_utc() -> None:
    """G9: somebody in another zone saw a false breach."""

    answers = [
        GOLDEN.add(at("2026-03-02 10:30"), HOUR),
        GOLDEN.add(at("2026-03-02 10:30"), 0),
        GOLDEN.instant(0),
        GOLDEN.next_open(at("2026-03-02 10:30")),
        GOLDEN.next_open(at("2026-03-01 10:30")),
    ]
    assert {answer.tzinfo for answer in answers} == {UTC}


def test_g10_early_monday_in_vietnam_is_not_sunday() -> None:
    """G10: the local day was decided in UTC; Monday 06:30 was still Sunday."""

    assert GOLDEN.add(at("2026-03-02 06:30"), HOUR) == at("2026-03-02 08:30")


def test_g10_early_saturday_in_vietnam_is_not_friday() -> None:
    """G10: the local day was decided in UTC; Saturday 03:00 was still Friday."""

    assert GOLDEN.add(at("2026-03-07 03:00"), HOUR) == at("2026-03-09 08:30")


def test_g11_a_day_and_night_calendar_stays_open_at_midnight() -> None:
    """G11: a calendar open day and night was closed for the minute at midnight."""

    always = calendar(rows(range(7), "00:00-24:00"))
    assert always.between(at("2026-03-02 00:00"), at("2026-03-03 00:00")) == 1440 * 60
    assert all(always.is_open(at(t)) for t in ("2026-03-02 23:59:59", "2026-03-03 00:00", "2026-03-03 00:01"))
    assert always.add(at("2026-03-02 23:59:30"), 60) == at("2026-03-03 00:00:30")


def test_g11_a_night_shift_is_two_intervals_that_meet_at_midnight() -> None:
    """G11: the count stopped at midnight."""

    night = calendar([*rows([0], "22:00-24:00"), *rows([1], "00:00-06:00")])
    assert night.add(at("2026-03-02 23:00"), 2 * HOUR) == at("2026-03-03 01:00")


def test_g12_a_week_with_one_working_day_waits_for_it() -> None:
    """G12: with one working day a week the due date came too early."""

    tuesdays = calendar(rows([1], "08:00-12:00"))
    assert tuesdays.add(at("2026-03-03 10:00"), 8 * HOUR) == at("2026-03-17 10:00")


def test_g12_nine_days_of_tet_do_not_end_the_count() -> None:
    """G12: days on end without an opening stopped the count."""

    assert DEFAULT.add(at("2026-02-13 16:00"), 8 * HOUR) == at("2026-02-23 16:00")
    assert DEFAULT.between(at("2026-02-13 17:30"), at("2026-02-23 07:30")) == 0


def test_g20_a_reminder_is_kept_for_the_next_opening() -> None:
    """G20: the reminder went out at midnight or on a weekend."""

    assert GOLDEN.next_open(at("2026-03-07 00:00")) == at("2026-03-09 07:30")
    assert GOLDEN.next_open(at("2026-03-02 12:00")) == at("2026-03-02 13:30")
    assert GOLDEN.next_open(at("2026-03-02 10:00:00.5")) == at("2026-03-02 10:00:00.5")


def test_a_slip_that_ends_with_the_day_is_due_at_closing_not_next_morning() -> None:
    assert GOLDEN.add(at("2026-03-02 07:30"), 27_000) == at("2026-03-02 17:00")
    assert GOLDEN.add(at("2026-03-02 07:30"), 27_001) == at("2026-03-03 07:30:01")
    assert DEFAULT.add(at("2026-03-02 07:30"), 8 * HOUR) == at("2026-03-02 17:30")
    assert DEFAULT.add(at("2026-03-02 07:30"), 4 * HOUR) == at("2026-03-02 11:30")
    assert DEFAULT.add(at("2026-03-02 07:30"), 8 * HOUR + 1) == at("2026-03-03 07:30:01")


def test_a_slip_at_ten_thirty_is_due_at_half_past_ten_the_next_working_day() -> None:
    assert DEFAULT.add(at("2026-03-06 10:30"), 8 * HOUR) == at("2026-03-09 10:30")


def test_the_friday_given_for_a_saturday_is_off() -> None:
    assert DEFAULT.between(at("2026-01-02 00:00"), at("2026-01-03 00:00")) == 0
    assert DEFAULT.add(at("2025-12-31 15:30"), 8 * HOUR) == at("2026-01-05 15:30")


def test_a_case_opened_on_a_working_saturday_runs_at_once() -> None:
    assert DEFAULT.between(at("2026-01-10 00:00"), at("2026-01-11 00:00")) == 8 * HOUR
    assert DEFAULT.add(at("2026-01-10 10:00"), 8 * HOUR) == at("2026-01-12 10:00")


def test_the_saturday_worked_for_the_monday_before_quoc_khanh_runs_and_the_monday_does_not() -> None:
    assert DEFAULT.add(at("2026-08-22 15:30"), 8 * HOUR) == at("2026-08-24 15:30")
    assert DEFAULT.add(at("2026-08-21 16:30"), 2 * HOUR) == at("2026-08-22 08:30")
    assert DEFAULT.add(at("2026-08-28 16:30"), 2 * HOUR) == at("2026-09-03 08:30")


def test_a_case_opened_in_tet_begins_to_count_when_tet_is_over() -> None:
    assert DEFAULT.add(at("2026-02-18 09:00"), 8 * HOUR) == at("2026-02-23 17:30")
    assert DEFAULT.add(at("2026-02-13 17:30"), 1) == at("2026-02-23 07:30:01")


def test_an_ordinary_saturday_is_not_worked() -> None:
    assert DEFAULT.add(at("2026-01-17 10:00"), HOUR) == at("2026-01-19 08:30")


def test_a_holiday_announced_for_a_later_day_moves_no_coordinate_before_it() -> None:
    week = rows(range(5), "07:30-11:30", "13:30-17:30")
    announced = calendar(week, [*DAYS_2026, SpecialDay(date(2026, 11, 24), "closed", name="Ngày Văn hóa")])
    start, due_w = at("2026-11-23 15:30"), DEFAULT.work(at("2026-11-23 15:30")) + 8 * HOUR
    assert announced.work(start) == DEFAULT.work(start)
    assert DEFAULT.instant(due_w) == at("2026-11-24 15:30")
    assert announced.instant(due_w) == at("2026-11-25 15:30")
