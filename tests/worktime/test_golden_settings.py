"""Failures other systems had with summer time (G27) and with settings they ignored (G28), as tests."""

from datetime import date
from zoneinfo import ZoneInfo

from libs.worktime.calendar import SpecialDay
from tests.support.worktime import HOUR, at, calendar, hours, rows


def test_g27_a_european_calendar_keeps_its_hours_through_summer_time() -> None:
    """G27: hours shifted with summer time."""

    amsterdam = ZoneInfo("Europe/Amsterdam")
    office = calendar(rows(range(7), "09:00-17:00"), zone="Europe/Amsterdam")
    assert office.add(at("2026-03-28 16:00", amsterdam), 2 * HOUR) == at("2026-03-29 10:00", amsterdam)
    assert office.add(at("2026-10-24 16:00", amsterdam), 2 * HOUR) == at("2026-10-25 10:00", amsterdam)


def test_g27_the_day_of_the_change_has_23_or_25_hours() -> None:
    """G27: every day was taken for 24 hours."""

    amsterdam = ZoneInfo("Europe/Amsterdam")
    always = calendar(rows(range(7), "00:00-24:00"), zone="Europe/Amsterdam")
    spring = always.between(at("2026-03-29 00:00", amsterdam), at("2026-03-30 00:00", amsterdam))
    autumn = always.between(at("2026-10-25 00:00", amsterdam), at("2026-10-26 00:00", amsterdam))
    assert (spring, autumn) == (23 * HOUR, 25 * HOUR)


def test_g27_hours_inside_the_skipped_hour_do_not_exist_that_day() -> None:
    """G27: an hour that does not exist was counted."""

    amsterdam = ZoneInfo("Europe/Amsterdam")
    night = calendar(rows(range(7), "02:00-03:00"), zone="Europe/Amsterdam")
    assert night.between(at("2026-03-29 00:00", amsterdam), at("2026-03-30 00:00", amsterdam)) == 0
    assert night.between(at("2026-03-30 00:00", amsterdam), at("2026-03-31 00:00", amsterdam)) == HOUR


def test_g27_an_end_inside_the_skipped_hour_is_the_instant_of_the_jump() -> None:
    """G27: half an hour that the clocks jumped over was counted."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    midnights = [at(f"2026-03-{day} 00:00", amsterdam) for day in (29, 30)]
    for span, worked in (("02:15-02:45", 0), ("01:00-02:30", HOUR), ("02:30-05:00", 2 * HOUR)):
        assert calendar(rows(range(7), span), zone="Europe/Amsterdam").between(*midnights) == worked


def test_g27_an_hour_that_the_clocks_show_twice_is_worked_twice() -> None:
    """G27: the repeated hour was counted once."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    night = calendar(rows(range(7), "00:00-04:00"), zone="Europe/Amsterdam")
    assert night.between(at("2026-10-25 00:00", amsterdam), at("2026-10-25 05:00", amsterdam)) == 5 * HOUR


def test_g28_a_season_changes_the_hours_from_its_first_day_to_its_last() -> None:
    """G28: the season was stored and ignored."""

    summer = rows(range(5), "07:00-11:30", "13:30-17:00", season=("2026-04-16", "2026-10-15"))
    spring = rows(range(5), "07:30-11:30", "13:30-17:30", season=("2025-12-01", "2026-04-15"))
    winter = rows(range(5), "07:30-11:30", "13:30-17:30", season=("2026-10-16", "2026-12-31"))
    year = calendar([*summer, *spring, *winter])
    openings = [year.next_open(at(f"{day} 00:00")) for day in ("2026-04-15", "2026-04-16", "2026-10-15")]
    assert openings == [at("2026-04-15 07:30"), at("2026-04-16 07:00"), at("2026-10-15 07:00")]
    assert year.next_open(at("2026-10-16 00:00")) == at("2026-10-16 07:30")


def test_g28_a_season_of_one_day_is_that_day() -> None:
    """G28: a season's last day was not part of it."""

    before = rows(range(5), "07:30-11:30", season=("2025-12-01", "2026-03-02"))
    after = rows(range(5), "07:30-11:30", season=("2026-03-04", "2026-12-31"))
    year = calendar([*before, *rows(range(5), "09:00-10:00", season=("2026-03-03", "2026-03-03")), *after])
    assert year.add(at("2026-03-02 10:30"), 3 * HOUR) == at("2026-03-04 08:30")


def test_g28_an_open_day_follows_the_weekday_it_names() -> None:
    """G28: the weekday that a worked Saturday stands for was ignored."""

    week = [*rows(range(4), "07:30-11:30", "13:30-17:30"), *rows([4], "07:30-11:30")]
    saturday = date(2026, 3, 7)
    like_friday = calendar(week, [SpecialDay(saturday, "open", like=4)])
    like_monday = calendar(week, [SpecialDay(saturday, "open")])
    assert like_friday.between(at("2026-03-07 00:00"), at("2026-03-08 00:00")) == 4 * HOUR
    assert like_monday.between(at("2026-03-07 00:00"), at("2026-03-08 00:00")) == 8 * HOUR


def test_g28_a_half_holiday_keeps_the_hours_it_names() -> None:
    """G28: a half holiday was a whole one."""

    half = SpecialDay(date(2026, 3, 3), "open", hours=hours("07:30-11:30"), name="Nghỉ buổi chiều")
    short = calendar(rows(range(5), "07:30-11:30", "13:30-17:30"), [half])
    assert short.add(at("2026-03-03 10:30"), 2 * HOUR) == at("2026-03-04 08:30")


def test_g28_a_half_saturday_is_worked_every_week() -> None:
    """G28: a half day was a whole one or none."""

    half = calendar([*rows(range(5), "07:30-11:30", "13:30-17:30"), *rows([5], "07:30-11:30")])
    assert half.add(at("2026-03-06 17:00"), HOUR) == at("2026-03-07 08:00")
