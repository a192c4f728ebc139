"""Hours of a pack: the province's, an agency's own, those of a season, and the days people ask about."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from libs.packs.folder import load
from libs.packs.model import Pack
from tests.support.packs import edit, small_pack
from tests.support.provinces import thanh_hoa

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = 3600
AGENCIES = """\
code,name_vi,name_en,kind,unit,hours,email
TT,Sở Thông tin,Information,department,1,,a@nho.example
YT,Sở Y tế,Health,department,1,police,b@nho.example
H11,UBND huyện Bắc,North,district,11,,c@nho.example
"""
HOURS = """\
profile,weekday,opens,closes,holidays,valid_from,valid_to
province,mon,07:30,11:30,,,2021-04-15
province,mon,07:00,11:00,,2021-04-16,
police,mon,08:00,12:00,,,
police,sat,08:00,11:00,,,
desk,mon,00:00,24:00,no,,
"""
DAYS = """\
day,kind,name,hours,status,confirmed,document,profiles
2021-01-11,holiday,Lễ,,ok,,,
2021-01-18,holiday,Ngày truyền thống,,ok,,,police
2021-01-23,swap_work,Làm bù,09:00-10:00,ok,,,province
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def worked(pack: Pack, day: str) -> list[float]:
    """Hours that day of the province, the police and the desk."""
    begin, end = at(f"{day} 00:00"), at(f"{day} 23:59:59.5")
    profiles = ("province", "police", "desk")
    return [round(pack.calendar(profile).between(begin, end) / HOUR, 3) for profile in profiles]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    folder = small_pack(tmp_path, agencies__csv=AGENCIES, hours__csv=HOURS, days__csv=DAYS)
    edit(folder, "clocks.toml", 'calendar = "province"', 'calendar = "@owner"')
    return load(folder)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2021-01-04", [4, 4, 24]),
        ("2021-01-09", [0, 3, 0]),
        ("2021-01-11", [0, 0, 24]),
        ("2021-01-18", [4, 0, 24]),
        ("2021-01-23", [1, 3, 0]),
    ],
    ids=[
        "an ordinary Monday",
        "a Saturday",
        "a holiday that the desk does not keep",
        "a day off for one profile alone",
        "a Saturday worked by one profile alone",
    ],
)
def test_each_profile_keeps_its_own_hours_and_days(pack: Pack, day: str, hours: list[float]) -> None:
    assert worked(pack, day) == pytest.approx(hours, abs=0.001)


def test_a_season_begins_on_its_first_day(pack: Pack) -> None:
    openings = [pack.calendar().next_open(at(f"2021-04-{day} 00:00")) for day in (12, 19)]
    assert openings == [at("2021-04-12 07:30"), at("2021-04-19 07:00")]


def test_a_clock_in_the_owners_hours_counts_in_the_provinces_when_they_have_none(pack: Pack) -> None:
    kind = pack.clock("answer")
    assert [pack.hours_of(kind, owner) for owner in ("YT", "TT", "nobody")] == [
        "police",
        "province",
        "province",
    ]
    assert pack.hours_of(pack.clock("publish"), "YT") == "province"


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-02-13 15:30", "2026-02-23 15:30"),  # nine days of Tết
        ("2026-02-17 00:00", "2026-02-23 17:30"),  # New Year's night
        ("2025-12-31 15:30", "2026-01-05 15:30"),  # Friday 2 January is off …
        ("2026-01-09 15:30", "2026-01-10 15:30"),  # … Saturday 10 January is worked
        ("2026-01-10 10:30", "2026-01-12 10:30"),  # a case opened on that Saturday
        ("2026-01-17 10:30", "2026-01-19 17:30"),  # an ordinary Saturday
        ("2026-08-22 07:30", "2026-08-22 17:30"),  # the worked Saturday before Quốc khánh
        ("2026-08-28 15:30", "2026-09-03 15:30"),  # Monday 31 August is off for it
        ("2026-04-24 15:30", "2026-04-28 15:30"),  # Giỗ Tổ on a Sunday, Monday instead
    ],
)
def test_eight_working_hours_across_the_days_of_2026(start: str, due: str) -> None:
    calendar = thanh_hoa().calendar()
    assert calendar.add(at(start), 8 * HOUR) == at(due)
    assert calendar.between(at(start), at(due)) == 8 * HOUR
