"""Which running clocks a changed calendar moves: by start, budget, pauses and calendar alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from libs.packs.entries import Day
from libs.packs.model import Pack
from libs.packs.revise import revise
from libs.worktime.calendar import Calendar
from services.desk.domain.calendars import Draft, changes, difference, seasons, week_lines
from services.desk.domain.moves import Running, changed_from, examples, moves
from tests.support.provinces import thanh_hoa

HOUR = timedelta(hours=1)
NINE = datetime(2026, 9, 16, 2, 0, tzinfo=UTC)
"""09:00 on a Wednesday; the Thursday after it becomes a holiday."""

OFF = Day(day=date(2026, 9, 17), kind="holiday", name="Ngày nghỉ bão", status="ok")
OLD: Pack = thanh_hoa()
NEW = revise(OLD, days=(*OLD.days, OFF))


def clock(start: datetime = NINE, budget: int = 28_800, **fields: Any) -> Running:
    defaults: dict[str, Any] = {
        "case_id": "a" * 32,
        "clock": "answer-1",
        "kind": "answer",
        "agency": "SYT",
        "due": OLD.calendar().add(start, budget),
        "profile": "province",
    }
    return Running(start=start, budget=budget, **{**defaults, **fields})


def new_calendar(profile: str) -> Calendar:
    return NEW.calendar(profile)


def test_a_clock_over_the_new_holiday_moves_by_a_day_and_one_that_ends_before_it_stays() -> None:
    moving, staying = clock(), clock(NINE - 4 * HOUR, 7_200, clock="accept-1")
    assert [(one.clock, one.later) for one in moves([moving, staying], new_calendar, NINE)] == [
        (moving, 24 * HOUR)
    ]


def test_what_is_due_by_now_is_judged_and_never_moves() -> None:
    judged = clock(due=NINE)
    assert moves([judged], new_calendar, NINE) == []
    assert len(moves([judged], new_calendar, NINE - timedelta(seconds=1))) == 1


def test_the_clock_that_was_due_first_stands_first() -> None:
    minute = timedelta(minutes=1)
    clocks = [clock(NINE - ago * minute, clock=f"answer-{ago}") for ago in (5, 40, 9)]
    found = moves(clocks, new_calendar, NINE)
    assert [one.clock.clock for one in found] == ["answer-40", "answer-9", "answer-5"]


def test_pauses_count_in_the_new_calendar_and_only_up_to_their_limit() -> None:
    span = (NINE + HOUR, NINE + 29 * HOUR)  # until 14:00 on Thursday
    cost = OLD.calendar().between(*span)
    due = OLD.calendar().add(NINE, 28_800 + cost)
    (free,) = moves([clock(due=due, pauses=(span,))], new_calendar, NINE)
    assert free.to == NEW.calendar().add(NINE, 28_800 + NEW.calendar().between(*span))
    limited = clock(due=OLD.calendar().add(NINE, 28_800 + 3_600), pauses=(span,), limit=3_600)
    (one,) = moves([limited], new_calendar, NINE)
    assert one.to == NEW.calendar().add(NINE, 28_800 + 3_600)


def test_a_part_stays_inside_the_time_of_the_answer_also_when_both_move() -> None:
    whole = clock(NINE - HOUR / 2)
    due = min(whole.due, OLD.calendar().add(NINE, 28_800))
    part = clock(NINE, 28_800, clock="part-1-1", kind="part", within="answer", due=due)
    found = {one.clock.clock: one.to for one in moves([part, whole], new_calendar, NINE)}
    assert found["part-1-1"] == found["answer-1"] == NEW.calendar().add(whole.start, 28_800)


def test_only_profiles_that_count_differently_are_named_and_from_when() -> None:
    profiles = ("province", "desk")
    old, new = ({name: pack.calendar(name) for name in profiles} for pack in (OLD, NEW))
    assert changed_from(old, new) == {"province": datetime(2026, 9, 17, 0, 30, tzinfo=UTC)}
    assert changed_from(old, old) == {}


def test_three_examples_a_slip_now_one_on_the_last_working_afternoon_and_one_as_chosen() -> None:
    changed = datetime(2026, 9, 17, 0, 30, tzinfo=UTC)
    shown = examples(
        OLD.calendar(), NEW.calendar(), 28_800, now=NINE - 48 * HOUR, changed=changed, chosen=NINE + 24 * HOUR
    )
    assert [one.start for one in shown] == [NINE - 48 * HOUR, NINE + 7 * HOUR, NINE + 24 * HOUR]
    assert [one.before == one.after for one in shown] == [True, False, False]
    assert shown[1].after - shown[1].before == 24 * HOUR


def test_the_last_working_afternoon_is_looked_for_over_a_whole_week_of_holidays() -> None:
    changed = datetime(2026, 2, 22, 17, 30, tzinfo=UTC)  # after Tết: 16 to 20 February are holidays
    shown = examples(OLD.calendar(), NEW.calendar(), 28_800, now=NINE, changed=changed, chosen=None)
    assert shown[1].start == datetime(2026, 2, 13, 9, 0, tzinfo=UTC)


def test_a_draft_travels_in_an_address_and_says_what_it_changes() -> None:
    draft = Draft().with_day(OFF.day, OFF).with_day(date(2026, 9, 2), None)
    assert Draft.unpacked(draft.packed()) == draft
    assert len(draft.packed()) < 300
    assert [one.text for one in changes(draft, OLD)] == [
        "Bỏ 02/09/2026: nghỉ lễ, tết, Quốc khánh",
        "Thêm 17/09/2026: nghỉ lễ, tết, Ngày nghỉ bão",
    ]
    assert changes(draft.without("2026-09-17").without("2026-09-02"), OLD) == ()
    assert Draft.unpacked(Draft().packed()) == Draft()


def test_the_difference_of_two_packs_makes_the_one_of_the_other() -> None:
    found = difference(OLD, NEW)
    assert found == Draft(days={OFF.day: OFF})
    assert set(found.days_of(OLD)) == set(NEW.days) and found.hours_of(OLD) == NEW.hours


def test_a_week_is_told_by_neighbouring_days_with_the_same_hours() -> None:
    (season,) = seasons(row for row in OLD.hours if row.profile == "province")
    assert week_lines(season) == (
        ("Thứ Hai – Thứ Sáu", "07:30–11:30, 13:30–17:30"),
        ("Thứ Bảy – Chủ nhật", "nghỉ"),
    )
    (desk,) = seasons(row for row in OLD.hours if row.profile == "desk")
    assert week_lines(desk) == (("Thứ Hai – Chủ nhật", "cả ngày đêm"),)
