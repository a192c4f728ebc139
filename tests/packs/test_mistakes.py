"""Every mistake in a pack is refused and named with its file, line and column."""

from pathlib import Path

import pytest

from libs.packs.folder import load
from tests.support.packs import FILES, edit, places_of, small_pack

CELLS = [
    # file, what stands there, what somebody wrote, line, column
    ("channels.csv", "phone,Điện thoại", "phone,", 2, "name_vi"),
    ("channels.csv", "phone,", "điện thoại,", 2, "code"),
    ("agencies.csv", "0950 000 001", "không có", 2, "sms"),
    ("agencies.csv", "a@nho.example", "a@@nho", 2, "email"),
    ("agencies.csv", "b@nho.example", "b..c@nho.example", 3, "email"),
    ("agencies.csv", "department,1,+84", "ministry,1,+84", 3, "kind"),
    ("agencies.csv", "Sở Y tế", "=HYPERLINK(1)", 3, "name_vi"),
    ("agencies.csv", "Sở Y tế", "@SUM(A1)", 3, "name_vi"),
    ("agencies.csv", "YT,Sở Y tế,Health,department,1", "YT,Sở Y tế,Health,department,9", 3, "unit"),
    ("agencies.csv", "c@nho.example,,,", "c@nho.example,,2021-13-01,", 4, "valid_from"),
    ("agencies.csv", "c@nho.example,,,", "c@nho.example,,2021-02-01,2021-01-01", 4, "valid_to"),
    ("agencies.csv", "district,11", "district,", 4, "unit"),
    ("units.csv", "commune,11", "commune,12", 4, "parent"),
    ("units.csv", "commune,11", "commune,", 4, "parent"),
    ("units.csv", "111,Xã Đông,commune", "111,Xã Đông,village", 4, "level"),
    ("units.csv", "111,Xã Đông,commune", "111,Xã Đông,district", 4, "parent"),
    ("units.csv", "province,,", "province,1,", 2, "parent"),
    ("units.csv", "bac|h bac", "bac||h bac", 3, "aliases"),
    ("fields.csv", "optional", "maybe", 2, "place"),
    ("routes.csv", "R1,F01", "R1,F02", 2, "field"),
    ("routes.csv", "F01,district", "F01,12", 2, "place"),
    ("routes.csv", "YT|@district", "YT|@everyone", 2, "lead"),
    ("routes.csv", "YT|@district", "YT|XY", 2, "lead"),
    ("routes.csv", "YT|@district", "YT|@arbiter", 2, "lead"),
    ("routes.csv", "YT|@district", "YT|YT", 2, "lead"),
    ("routes.csv", "*,YT,TT", "*,YT,@district", 3, "offer"),
    ("routes.csv", "F01,district,YT|@district", "F01,district,YT|@commune", 2, "lead"),
    ("routes.csv", "F01,district,YT|@district", "F01,111,@commune|@everyone", 2, "lead"),
    ("routes.csv", "R2,F01,*", "R1,F01,*", 3, "id"),
    ("reasons.csv", "reject,", "refuse,", 2, "kind"),
    ("hours.csv", "mon,13:30", "monday,13:30", 3, "weekday"),
    ("hours.csv", "13:30,17:30", "13h30,17:30", 3, "opens"),
    ("hours.csv", "13:30,17:30", "17:30,13:30", 3, "closes"),
    ("hours.csv", "13:30,17:30", "11:00,17:30", 3, "opens"),
    ("days.csv", "2021-01-01,holiday", "2020-12-31,holiday", 2, "day"),
    ("days.csv", "2021-01-01,holiday", "2021-11-24,holiday", 3, "day"),
    ("days.csv", "2021-01-01,holiday", "01/01/2021,holiday", 2, "day"),
    ("days.csv", "lịch,,ok", "lịch,07:30-11:30,ok", 2, "hours"),
    ("days.csv", "lịch,,ok", "lịch,11:30-07:30,ok", 2, "hours"),
    ("days.csv", "policy_only,no", "policy_only,có thể", 3, "confirmed"),
    ("faq.csv", "Q1,F01", "Q1,F77", 2, "field"),
    ("faq.csv", "Đáp.,YT", "Đáp.,XY", 2, "agency"),
    ("faq.csv", "Hỏi?", "x" * 2001, 2, "question"),
    ("faq.csv", "Hỏi?", "Hỏi\u202eẩn", 2, "question"),
    ("landmarks.csv", "111", "222", 2, "unit_code"),
    ("old_names.csv", "11,", "22,", 2, "unit_code"),
    ("quiet_words.csv", "thống nhất,", "+thống nhất,", 2, "words"),
    ("pack.toml", "margin = 0.2", "margin = 2", 9, "margin"),
    ("pack.toml", "margin = 0.2", "margins = 0.2", 9, "margins"),
    ("pack.toml", 'arbiter = "TT"', 'arbiter = "ZZ"', 6, "arbiter"),
    ("pack.toml", "auto_slip = true", 'auto_slip = "yes"', 8, "auto_slip"),
    ("pack.toml", "Asia/Ho_Chi_Minh", "Asia/Atlantis", 4, "zone"),
    ("pack.toml", "last_day = 2022-12-31", "last_day = 2020-12-31", 11, "last_day"),
    ("pack.toml", 'arbiter = "TT"', 'arbiter = ["TT"]', 6, "arbiter"),
    ("pack.toml", "first_day = 2021-01-01", 'first_day = "2021-01-01"', 10, "first_day"),
    ("pack.toml", "first_day = 2021-01-01", "first_day = 2021-01-01T00:00:00", 10, "first_day"),
    ("pack.toml", 'id = "nho"', 'id = "nho', 1, ""),
    ("clocks.toml", "hours = 8", "hours = -8", 4, "hours"),
    ("clocks.toml", 'calendar = "province"', 'calendar = "police"', 5, "calendar"),
    ("clocks.toml", 'basis = "law"', 'basis = "habit"', 6, "basis"),
    ("clocks.toml", 'basis = "law"', 'basis = "law"\nwarn = [75, 50]', 7, "warn"),
    ("clocks.toml", "[answer]", "[reply]", 0, "answer"),
    ("letters/receipt.vi.txt", "Nội dung {code}", "Nội dung {phone}", 3, "{phone}"),
    ("letters/receipt.vi.txt", "Nội dung {code}", "Nội dung {code.__class__}", 3, "{code.__class__}"),
    ("letters/receipt.vi.txt", "Nội dung {code}", "Nội dung {code!r}", 3, "{code}"),
    ("letters/receipt.vi.txt", "Nội dung {code}", "Nội dung {code", 3, ""),
    ("letters/receipt.vi.txt", "Nội dung {code}", "", 3, ""),
    ("letters/slip.vi.txt", "Nội dung {code}", "Nội dung {answer}", 3, "{answer}"),
    ("letters/receipt.vi.txt", "1022: {code}", "Tổng đài: {code}", 5, "sms"),
    ("letters/receipt.vi.txt", "1022: {code}", "x" * 161, 5, "sms"),
    ("letters/receipt.vi.txt", "--- sms", "--- zalo", 1, ""),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "column"), CELLS)
def test_a_wrong_entry_is_named_with_its_file_line_and_column(
    tmp_path: Path, file: str, old: str, new: str, line: int, column: str
) -> None:
    folder = small_pack(tmp_path)
    edit(folder, file, old, new)
    assert (file, line, column) in places_of(folder)


def test_a_pack_without_mistakes_loads(tmp_path: Path) -> None:
    assert load(small_pack(tmp_path)).id == "nho"


def test_all_mistakes_are_told_at_once_and_none_that_only_follows_from_another(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    edit(
        folder, "agencies.csv", "a@nho.example", "a@@nho"
    )  # the arbiter's own row: it is still known to be meant
    edit(folder, "hours.csv", "mon,07:30", "monday,07:30")
    edit(folder, "letters/slip.en.txt", "{code}", "{name}")
    (folder / "fields.csv").unlink()
    assert places_of(folder) == [
        ("agencies.csv", 2, "email"),
        ("fields.csv", 0, ""),
        ("hours.csv", 2, "weekday"),
        ("letters/slip.en.txt", 1, "{name}"),
    ]


def test_a_circle_of_units_is_found_on_each_of_its_lines(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    edit(folder, "units.csv", "district,1,", "district,111,")
    assert {(line, column) for _, line, column in places_of(folder)} == {(3, "parent"), (4, "parent")}


def test_a_second_province_is_refused(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, units__csv=FILES["units.csv"] + "2,Tỉnh Hai,province,,,,\n")
    assert ("units.csv", 0, "level") in places_of(folder)


def test_a_code_may_come_again_only_for_other_dates(tmp_path: Path) -> None:
    early, late = "YT,Sở Y tế,Health,department,1,,,,,2021-06-30", "YT,Sở Y tế mới,Health,department,1,,,,{},"
    apart = FILES["agencies.csv"].replace(
        "YT,Sở Y tế,Health,department,1,+84 237 0000 002,b@nho.example,,,", early
    )
    folder = small_pack(tmp_path, agencies__csv=apart + late.format("2021-07-01") + "\n")
    assert load(folder).agency("YT").name_vi == "Sở Y tế mới"
    small_pack(tmp_path, agencies__csv=apart + late.format("2021-06-30") + "\n")
    assert places_of(folder) == [("agencies.csv", 5, "code")]


def test_two_committees_for_one_district_are_refused(tmp_path: Path) -> None:
    second = "H12,UBND huyện Bắc nữa,North again,district,11,,,,,\n"
    assert places_of(small_pack(tmp_path, agencies__csv=FILES["agencies.csv"] + second)) == [
        ("agencies.csv", 5, "unit")
    ]


def test_a_district_without_a_committee_is_refused_where_routes_lead_to_it(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, units__csv=FILES["units.csv"] + "12,Huyện Nam,district,1,,,\n")
    assert places_of(folder) == [("units.csv", 5, "code")]


COMMUNE_ROUTE = "R3,F01,commune,@commune,@district,\n"
COMMITTEE = "X111,UBND xã Đông,East,commune,{},,,,,\n"


def test_a_commune_without_a_committee_is_refused_where_routes_lead_to_it(tmp_path: Path) -> None:
    routes = FILES["routes.csv"] + COMMUNE_ROUTE
    assert places_of(small_pack(tmp_path, routes__csv=routes)) == [("units.csv", 4, "code")]
    agencies = FILES["agencies.csv"] + COMMITTEE.format("111")
    served = load(small_pack(tmp_path, routes__csv=routes, agencies__csv=agencies)).commune_agency("111")
    assert served and served.code == "X111"
    ended = FILES["units.csv"].replace("Xã Đông,commune,11,,,", "Xã Đông,commune,11,,,2021-06-30")
    assert load(small_pack(tmp_path, routes__csv=routes, units__csv=ended)).commune_agency("111") is None


def test_a_commune_committee_needs_its_commune_and_each_commune_has_one(tmp_path: Path) -> None:
    nowhere = FILES["agencies.csv"] + COMMITTEE.format("")
    assert places_of(small_pack(tmp_path, agencies__csv=nowhere)) == [("agencies.csv", 5, "unit")]
    twice = COMMITTEE.format("111") + COMMITTEE.format("111").replace("X111", "Y111")
    assert places_of(small_pack(tmp_path, agencies__csv=FILES["agencies.csv"] + twice)) == [
        ("agencies.csv", 6, "unit")
    ]


def test_a_field_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, fields__csv=FILES["fields.csv"] + "F02,Khác,Other,no,\n")
    assert places_of(folder) == [("fields.csv", 3, "code")]
