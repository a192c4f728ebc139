"""A deadline told in words: what counted, what did not, and why."""

from libs.worktime.explain import Why, explain
from tests.support.worktime import HOUR, at, calendar, default_calendar, rows

DEFAULT = default_calendar()


def test_a_slip_at_half_past_ten_is_told_line_by_line() -> None:
    told = explain(DEFAULT, at("2026-03-02 10:30"), 4 * HOUR)
    assert told.lines("vi") == [
        "Thứ Hai 02/03/2026 10:30 – 11:30: giờ làm việc, tính 1 giờ",
        "Thứ Hai 02/03/2026 11:30 – 13:30: nghỉ trưa, không tính",
        "Thứ Hai 02/03/2026 13:30 – 16:30: giờ làm việc, tính 3 giờ",
        "Thời hạn: Thứ Hai 02/03/2026 16:30, sau 4 giờ làm việc",
    ]
    assert told.lines("en") == [
        "Mon 02/03/2026 10:30 – 11:30: working time, 1 h counted",
        "Mon 02/03/2026 11:30 – 13:30: lunch break, not counted",
        "Mon 02/03/2026 13:30 – 16:30: working time, 3 h counted",
        "Due: Mon 02/03/2026 16:30, after 4 h of working time",
    ]


def test_a_night_is_one_stretch_from_closing_to_opening() -> None:
    told = explain(DEFAULT, at("2026-03-02 16:30"), 2 * HOUR)
    assert [stretch.why for stretch in told.stretches] == [Why.WORK, Why.NIGHT, Why.WORK]
    assert told.stretches[1].end == at("2026-03-03 07:30")


def test_a_start_before_opening_waits_for_it() -> None:
    told = explain(DEFAULT, at("2026-03-02 06:00"), HOUR)
    assert [stretch.why for stretch in told.stretches] == [Why.BEFORE_OPENING, Why.WORK]


def test_a_weekend_is_told_as_one_and_holidays_by_their_names() -> None:
    told = explain(DEFAULT, at("2026-02-13 16:30"), 2 * HOUR)
    assert [stretch.why for stretch in told.stretches] == [
        Why.WORK, Why.NIGHT, Why.WEEKEND, *[Why.HOLIDAY] * 5, Why.WEEKEND, Why.BEFORE_OPENING, Why.WORK,
    ]  # fmt: skip
    lines = told.lines("vi")
    assert lines[2] == "Thứ Bảy 14/02/2026 – Chủ nhật 15/02/2026: nghỉ hằng tuần, không tính"
    assert lines[4] == "Thứ Ba 17/02/2026: ngày nghỉ (Tết Nguyên Đán), không tính"


def test_a_working_saturday_is_named_as_such() -> None:
    told = explain(DEFAULT, at("2026-01-10 10:30"), 90)
    assert told.lines("vi")[0] == (
        "Thứ Bảy 10/01/2026 10:30 – 10:31:30: giờ làm việc (Ngày làm bù), tính 1 phút 30 giây"
    )


def test_a_weekday_without_hours_is_a_weekly_day_off_not_a_holiday() -> None:
    tuesdays = calendar(rows([1], "08:00-12:00"))
    told = explain(tuesdays, at("2026-03-03 11:00"), 2 * HOUR)
    assert [stretch.why for stretch in told.stretches] == [
        Why.WORK, Why.NIGHT, Why.WEEKEND, Why.BEFORE_OPENING, Why.WORK,
    ]  # fmt: skip


def test_a_budget_of_nothing_needs_no_stretch() -> None:
    told = explain(DEFAULT, at("2026-03-01 03:00"), 0)
    assert told.stretches == ()
    assert told.lines("en") == ["Due: Sun 01/03/2026 03:00, after 0 s of working time"]


def test_an_explanation_names_the_version_it_used() -> None:
    told = explain(DEFAULT, at("2026-03-02 10:30"), HOUR)
    assert (told.calendar, told.version) == (DEFAULT.id, DEFAULT.version)
