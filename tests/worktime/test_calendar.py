"""What a calendar refuses, what it calls itself, and how it treats fractions of a second."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from libs.worktime.calendar import Calendar, CalendarError, OutsideCalendar, SpecialDay, WeeklyHours
from tests.support.worktime import DAYS_2026, HOUR, at, calendar, default_calendar, hours, rows

WEEK = rows(range(5), "07:30-11:30", "13:30-17:30")
DEFAULT = default_calendar()
TUESDAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("weeks", "days", "complaint"),
    [
        ([], [], r"week is empty: no weekly hours are in force on 2025-12-01"),
        (
            rows([0], "08:00-12:00", "11:00-15:00"),
            [],
            r"weekday 0 .*08:00:00-12:00:00 and 11:00:00-15:00:00 overlap",
        ),
        (rows([0], "12:00-08:00"), [], r"weekday 0 .*opens 12:00:00 is not before closes 08:00:00"),
        (rows([0], "12:00-12:00"), [], r"is not before"),
        (rows([0], "12:00-00:00"), [], r"24:00 is written END_OF_DAY"),
        (rows([7], "08:00-12:00"), [], r"weekday 7: a weekday is 0 \(Monday\) to 6"),
        (
            rows([0], "08:00-12:00", season=("2026-05-01", "2026-04-01")),
            [],
            r"valid_from 2026-05-01 is after",
        ),
        (rows([0], "08:00-12:00", season=("2025-12-01", "2026-04-01")), [], r"in force on 2026-04-02"),
        (
            [*WEEK, *rows([2], "11:00-12:00", season=("2026-05-01", "2026-06-01"))],
            [],
            r"2026-05-01: .*overlap",
        ),
        ([WeeklyHours(0, time(8, tzinfo=UTC), time(9))], [], r"wall-clock times in whole seconds"),
        ([WeeklyHours(0, time(8, 0, 0, 5), time(9))], [], r"wall-clock times in whole seconds"),
        (WEEK, [SpecialDay(TUESDAY, "closed")] * 2, r"special day 2026-03-03: given twice"),
        (WEEK, [SpecialDay(date(2206, 3, 3), "closed")], r"special day 2206-03-03: outside the calendar"),
        (WEEK, [SpecialDay(TUESDAY, "shut")], r"kind 'shut' is neither"),  # type: ignore[arg-type]
        (
            WEEK,
            [SpecialDay(TUESDAY, "closed", hours=hours("08:00-09:00"))],
            r"closed day has neither hours nor",
        ),
        (WEEK, [SpecialDay(TUESDAY, "open", hours=hours("08:00-09:00"), like=4)], r"hours or like, not both"),
        (WEEK, [SpecialDay(TUESDAY, "open", hours=())], r"special day 2026-03-03: an open day needs hours"),
        (WEEK, [SpecialDay(TUESDAY, "open", hours=hours("09:00-08:00"))], r"special day 2026-03-03: opens"),
        (WEEK, [SpecialDay(TUESDAY, "open", like=6)], r"like weekday 6, which has no hours"),
    ],
)
def test_a_wrong_definition_is_refused_by_the_name_of_what_is_wrong(
    weeks: list[WeeklyHours], days: list[SpecialDay], complaint: str
) -> None:
    with pytest.raises(CalendarError, match=complaint):
        calendar(weeks, days)


@pytest.mark.parametrize("zone", ["Asia/Thanh_Hoa", "", "../etc/passwd", "Asia"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(CalendarError, match="unknown time zone"):
        calendar(WEEK, zone=zone)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-31", "2026-01-01"), ("0001-01-01", "2026-01-01"), ("2026-01-01", "9999-12-31")],
)
def test_a_range_that_is_none_is_refused(first: str, last: str) -> None:
    with pytest.raises(CalendarError, match="no range of days"):
        calendar(WEEK, first=first, last=last)


def test_a_calendar_without_one_open_hour_is_refused() -> None:
    with pytest.raises(CalendarError, match="no working hour at all from 2026-03-07 to 2026-03-08"):
        calendar(WEEK, first="2026-03-07", last="2026-03-08")


@pytest.mark.parametrize(
    "ask",
    [
        lambda c, t: c.add(t, HOUR),
        lambda c, t: c.add(t, 0),
        lambda c, t: c.between(at("2026-03-02 10:30"), t),
        lambda c, t: c.between(t, at("2026-03-02 10:30")),
        lambda c, t: c.work(t),
        lambda c, t: c.is_open(t),
        lambda c, t: c.next_open(t),
    ],
)
def test_a_naive_time_and_a_time_outside_are_refused_by_every_question(
    ask: Callable[[Calendar, datetime], object],
) -> None:
    with pytest.raises(CalendarError, match="names no time zone"):
        ask(DEFAULT, datetime(2026, 3, 2, 10, 30))  # noqa: DTZ001  (a naive time is what is refused)
    for outside in (at("2025-11-30 23:59:59"), at("2027-01-01 00:00:01")):
        with pytest.raises(OutsideCalendar, match="covers 2025-12-01 to 2026-12-31"):
            ask(DEFAULT, outside)


def test_a_deadline_after_the_last_loaded_day_is_never_guessed() -> None:
    assert DEFAULT.add(at("2026-12-31 16:30"), HOUR) == at("2026-12-31 17:30")
    with pytest.raises(OutsideCalendar, match="covers 2025-12-01 to 2026-12-31"):
        DEFAULT.add(at("2026-12-31 16:30"), HOUR + 1)
    with pytest.raises(OutsideCalendar, match="nothing opens after"):
        DEFAULT.next_open(at("2026-12-31 17:30"))
    with pytest.raises(OutsideCalendar):
        DEFAULT.instant(-1)


def test_the_very_ends_of_the_calendar_still_belong_to_it() -> None:
    assert DEFAULT.work(at("2025-12-01 00:00")) == 0
    assert DEFAULT.instant(0) == at("2025-12-01 00:00")
    assert DEFAULT.work(at("2027-01-01 00:00")) == DEFAULT.done[-1]


def test_negative_seconds_and_a_reversed_span_are_refused() -> None:
    with pytest.raises(CalendarError, match="cannot add -1 seconds"):
        DEFAULT.add(at("2026-03-02 10:30"), -1)
    with pytest.raises(CalendarError, match="is after"):
        DEFAULT.between(at("2026-03-02 10:30"), at("2026-03-02 10:29"))


def test_adding_nothing_gives_the_instant_itself_even_at_night() -> None:
    for start in (at("2026-03-02 10:30:00.25"), at("2026-03-01 03:00")):
        assert DEFAULT.add(start, 0) == start


def test_an_instant_inside_a_second_counts_as_the_beginning_of_that_second() -> None:
    start = at("2026-03-02 10:30:00.999999")
    due = DEFAULT.add(start, 8 * HOUR)
    assert due == at("2026-03-03 10:30:00")
    assert DEFAULT.between(start, due) == 8 * HOUR
    assert DEFAULT.between(start, due + timedelta(microseconds=999_999)) == 8 * HOUR
    assert DEFAULT.add(start, 1) > start


def test_the_opening_instant_is_open_and_the_closing_instant_is_not() -> None:
    moments = ("07:29:59", "07:30:00", "11:29:59.999999", "11:30:00", "13:30:00", "17:30:00")
    assert [DEFAULT.is_open(at(f"2026-03-02 {moment}")) for moment in moments] == [
        False, True, True, False, True, False,
    ]  # fmt: skip


def test_the_version_is_the_same_for_the_same_content_in_any_order() -> None:
    assert calendar(WEEK[::-1], DAYS_2026[::-1]) == calendar(WEEK, DAYS_2026)


@pytest.mark.parametrize(
    "other",
    [
        calendar(WEEK, DAYS_2026[1:]),
        calendar(WEEK, [*DAYS_2026[1:], SpecialDay(date(2026, 1, 1), "closed", name="Tết Tây")]),
        calendar(WEEK[1:], DAYS_2026),
        calendar(WEEK, DAYS_2026, last="2026-12-30"),
        calendar(WEEK, DAYS_2026, zone="Asia/Bangkok"),
    ],
    ids=["a day less", "another name", "an interval less", "a shorter range", "another zone"],
)
def test_the_version_differs_when_anything_the_calendar_says_differs(other: Calendar) -> None:
    assert other.version != calendar(WEEK, DAYS_2026).version
