"""The first instant at which two versions of a calendar no longer agree."""

from datetime import date, timedelta

import pytest

from libs.worktime.calendar import Calendar, SpecialDay
from libs.worktime.changes import first_difference
from tests.support.worktime import DAYS_2026, at, calendar, default_calendar, hours, rows

WEEK = rows(range(5), "07:30-11:30", "13:30-17:30")
DEFAULT = default_calendar()
TUESDAY, SATURDAY = date(2026, 3, 3), date(2026, 3, 7)
LATE_OPENING = SpecialDay(TUESDAY, "open", hours("09:00-11:30", "13:30-17:30"))
EARLY_CLOSING = SpecialDay(TUESDAY, "open", hours("07:30-11:30", "13:30-16:00"))
LONGER_MORNING = SpecialDay(TUESDAY, "open", hours("07:30-12:00", "13:30-17:30"))


def changed(*days: SpecialDay, last: str = "2026-12-31", first: str = "2025-12-01") -> Calendar:
    return calendar(WEEK, [*DAYS_2026, *days], first=first, last=last)


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (SpecialDay(TUESDAY, "closed"), "2026-03-03 07:30"),
        (SpecialDay(SATURDAY, "open"), "2026-03-07 07:30"),
        (LATE_OPENING, "2026-03-03 07:30"),
        (EARLY_CLOSING, "2026-03-03 16:00"),
        (LONGER_MORNING, "2026-03-03 11:30"),
        (SpecialDay(date(2026, 12, 31), "closed"), "2026-12-31 07:30"),
    ],
    ids=["a holiday", "a worked Saturday", "a late opening", "an early end", "no lunch", "the last day"],
)
def test_a_changed_day_counts_from_the_first_hour_that_differs(day: SpecialDay, since: str) -> None:
    moment = at(since)
    assert first_difference(DEFAULT, changed(day)) == first_difference(changed(day), DEFAULT) == moment
    second = timedelta(seconds=1)
    assert DEFAULT.work(moment) == changed(day).work(moment)
    assert DEFAULT.work(moment + second) != changed(day).work(moment + second)


def test_calendars_that_count_alike_do_not_differ() -> None:
    assert first_difference(DEFAULT, DEFAULT) is None
    assert first_difference(DEFAULT, changed(SpecialDay(SATURDAY, "closed"))) is None
    in_two = calendar([*rows(range(5), "07:30-09:00", "09:00-11:30", "13:30-17:30")], DAYS_2026)
    assert first_difference(DEFAULT, in_two) is None


def test_a_calendar_that_only_reaches_further_does_not_differ() -> None:
    assert first_difference(changed(last="2026-11-30"), DEFAULT) is None
    assert first_difference(DEFAULT, changed(last="2026-11-30")) is None


def test_another_origin_differs_at_once_unless_nobody_worked_before_it() -> None:
    assert first_difference(DEFAULT, changed(first="2026-01-01")) == at("2026-01-01 00:00")
    sunday = calendar(WEEK, DAYS_2026, first="2025-11-29")
    monday = calendar(WEEK, DAYS_2026, first="2025-12-01")
    assert first_difference(sunday, monday) is None


def test_calendars_that_share_no_day_differ_from_the_later_one_on() -> None:
    early = calendar(WEEK, first="2025-01-01", last="2025-01-31")
    late = calendar(WEEK, first="2026-01-01", last="2026-01-31")
    assert first_difference(early, late) == at("2026-01-01 00:00")


def test_a_season_that_begins_earlier_differs_from_its_first_day() -> None:
    def seasons(summer: str, before: str) -> Calendar:
        return calendar(
            [
                *rows(range(5), "07:30-11:30", "13:30-17:30", season=("2025-12-01", before)),
                *rows(range(5), "07:00-11:30", "13:30-17:00", season=(summer, "2026-12-31")),
            ]
        )

    moved = first_difference(seasons("2026-04-16", "2026-04-15"), seasons("2026-04-01", "2026-03-31"))
    assert moved == at("2026-04-01 07:00")
