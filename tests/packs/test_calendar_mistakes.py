"""Working hours, special days and swaps that cannot be are refused with the line that is wrong."""

from datetime import date
from pathlib import Path

import pytest

from libs.packs.entries import Day
from libs.packs.model import PackErrors
from libs.packs.revise import revise
from tests.support.packs import FILES, edit, places_of, problems_of, small_pack
from tests.support.provinces import thanh_hoa

HOURS = "profile,weekday,opens,closes,holidays,valid_from,valid_to\n"
DAYS = "day,kind,name,hours,status,confirmed,document,profiles\n"
PROVINCE = "province,mon,07:30,11:30,,,\nprovince,tue,07:30,11:30,,,\n"

WRONG_HOURS = [
    ("province,mon,07:30,11:30,,,2021-06-30\nprovince,tue,07:30,11:30,,,2021-03-31\n", 2, "valid_to"),
    ("province,mon,07:30,11:30,,2021-02-01,\n", 2, "valid_from"),
    ("province,mon,07:30,11:30,,,2021-04-15\nprovince,mon,07:00,11:30,,2021-05-01,\n", 2, "valid_to"),
    (PROVINCE + "police,sat,08:00,11:30,,,2021-12-31\n", 4, "valid_to"),
    (PROVINCE + "province,wed,07:30,11:30,no,,\n", 4, "holidays"),
    ("police,mon,07:30,11:30,,,\n", 0, "profile"),
    (PROVINCE + "province,tue,11:00,17:30,,,\n", 4, "opens"),
    (PROVINCE + "province,tue,11:00,17:30,,2021-05-01,2021-05-31\n", 4, "opens"),
    (PROVINCE + "province,wed,11:00,11:00,,,\n", 4, "closes"),
]


@pytest.mark.parametrize(
    ("rows", "line", "column"),
    WRONG_HOURS,
    ids=[
        "the week ends before the pack",
        "the week begins after the pack",
        "days between two seasons",
        "another profile ends",
        "holidays kept on some weekdays",
        "no hours of state agencies",
        "two intervals overlap",
        "a season overlaps the year",
        "an interval of nothing",
    ],
)
def test_a_week_that_is_empty_or_overlaps_is_named_by_its_line(
    tmp_path: Path, rows: str, line: int, column: str
) -> None:
    folder = small_pack(tmp_path, hours__csv=HOURS + rows)
    assert ("hours.csv", line, column) in places_of(folder)


def test_the_day_without_hours_is_said(tmp_path: Path) -> None:
    (problem,) = problems_of(small_pack(tmp_path, hours__csv=HOURS + WRONG_HOURS[0][0]))
    assert "2021-07-01" in problem.message_vi
    assert "profile 'province' has no hours at all on 2021-07-01" in problem.message_en


WRONG_DAYS = [
    ("2021-06-07,swap_off,Nghỉ,,ok,,,\n", [(2, "kind")]),
    ("2021-06-05,swap_work,Làm bù,,ok,,,\n", [(2, "kind")]),
    ("2021-06-07,swap_off,Nghỉ,,ok,,,\n2021-08-07,swap_work,Làm bù,,ok,,,\n", [(2, "kind"), (3, "kind")]),
    (
        "2021-06-07,swap_off,N,,ok,,,\n2021-06-08,swap_off,N,,ok,,,\n2021-06-12,swap_work,B,,ok,,,\n",
        [(3, "kind")],
    ),
    ("2021-06-07,swap_off,Nghỉ,,ok,,,\n2021-06-12,swap_work,Làm bù,,ok,no,,\n", [(2, "kind")]),
    ("2021-06-07,swap_off,Nghỉ,,ok,,,\n2021-06-08,swap_work,Làm bù,,ok,,,\n", [(3, "day")]),
    ("2021-06-06,swap_off,Nghỉ,,ok,,,\n2021-06-12,swap_work,Làm bù,,ok,,,\n", [(2, "day")]),
    ("2021-06-07,holiday,Lễ,,ok,,,police\n", [(2, "profiles")]),
]


@pytest.mark.parametrize(
    ("rows", "wrong"),
    WRONG_DAYS,
    ids=[
        "a day off that nobody works for",
        "a Saturday worked for nothing",
        "sixty-one days apart",
        "one Saturday for two days off",
        "the Saturday was not confirmed",
        "a working day worked",
        "a day off given for a Sunday",
        "a profile that is not there",
    ],
)
def test_a_swap_that_is_none_is_named_by_its_lines(
    tmp_path: Path, rows: str, wrong: list[tuple[int, str]]
) -> None:
    folder = small_pack(tmp_path, days__csv=DAYS + rows)
    assert places_of(folder) == [("days.csv", line, column) for line, column in wrong]


@pytest.mark.parametrize(
    ("last_day", "newest", "clock"),
    [("2021-11-29", "2021-11-24", "answer"), ("2021-12-06", "2021-12-06", "publish")],
    ids=["six hours left where eight are needed", "the newest day is the last"],
)
def test_a_calendar_that_ends_before_a_clock_could_is_refused(
    tmp_path: Path, last_day: str, newest: str, clock: str
) -> None:
    """The small province works eight hours on Mondays and four on Tuesdays."""
    days = DAYS + f"{newest},holiday,Lễ,,ok,,,\n"
    hours = FILES["hours.csv"].replace("13:30,17:30", "13:30,15:30")
    folder = small_pack(tmp_path, days__csv=days, hours__csv=hours)
    edit(folder, "pack.toml", "last_day = 2022-12-31", f"last_day = {last_day}")
    told = problems_of(folder)
    assert {(problem.file, problem.line, problem.field) for problem in told} == {
        ("pack.toml", 11, "last_day")
    }
    assert any(f"a clock '{clock}' begun after {newest}" in problem.message_en for problem in told)


def test_pauses_and_late_steps_need_days_too(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, days__csv=DAYS + "2021-11-24,holiday,Lễ,,ok,,,\n")
    edit(folder, "pack.toml", "last_day = 2022-12-31", "last_day = 2021-11-29")
    edit(folder, "clocks.toml", "hours = 8", 'hours = 8\nladder = [{ at = 101, tell = ["officer"] }]')
    assert places_of(folder) == [("pack.toml", 11, "last_day")]


def test_a_day_put_beyond_the_last_one_is_a_mistake_and_no_crash() -> None:
    far = Day(day=date(2031, 1, 1), kind="holiday", name="Lễ", status="policy_only")
    with pytest.raises(PackErrors, match="outside the pack's 2019-01-01 to 2027-12-31"):
        revise(thanh_hoa(), days=(*thanh_hoa().days, far))
