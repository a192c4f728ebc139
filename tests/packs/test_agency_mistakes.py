"""Successors that are not there, circles of supervisors and contacts nobody can reach are refused by line."""

from pathlib import Path

import pytest

from libs.packs.folder import load
from tests.support.packs import FILES, places_of, small_pack

AGENCIES = """\
code,name_vi,name_en,kind,unit,supervisor,merged_into,split_into,hotline,email,sms,valid_from,valid_to
TT,Sở Thông tin,Information,department,1,{TT},,,,a@nho.example,,,
YT,Sở Y tế,Health,department,1,{YT},{into},{parts},,b@nho.example,,,{end}
H11,UBND huyện Bắc,North,district,11,{H11},,,,c@nho.example,,,
MOI,Sở Mới,New,department,1,,,,,d@nho.example,,{since},
"""
AS_IT_IS = {"TT": "", "YT": "TT", "H11": "YT", "into": "MOI", "parts": "", "end": "2021-06-30"}
UNITS = "code,name_vi,level,parent,merged_into,split_into,aliases,valid_from,valid_to\n"


def agencies(**changed: str) -> str:
    return AGENCIES.format(**AS_IT_IS | {"since": "2021-07-01"} | changed)


def test_an_agency_that_ends_may_name_its_successor_of_the_next_day(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, agencies__csv=agencies())
    assert [row.merged_into for row in load(folder).agencies] == [None, "MOI", None, None]


@pytest.mark.parametrize(
    ("changed", "line", "column"),
    [
        ({"parts": "TT|MOI"}, 3, "split_into"),
        ({"end": ""}, 3, "merged_into"),
        ({"end": "", "into": "", "parts": "TT|MOI"}, 3, "split_into"),
        ({"since": "2021-07-02"}, 3, "merged_into"),
        ({"into": "", "parts": "TT|MOI", "since": "2021-08-01"}, 3, "split_into"),
        ({"into": "YT"}, 3, "merged_into"),
        ({"into": "XX"}, 3, "merged_into"),
        ({"TT": "TT"}, 2, "supervisor"),
        ({"TT": "H11"}, 2, "supervisor"),
        ({"H11": "XX"}, 4, "supervisor"),
    ],
    ids=[
        "merged and split",
        "merged and never ended",
        "split and never ended",
        "a successor that begins a day late",
        "a part that begins a month late",
        "its own successor",
        "a successor nobody knows",
        "its own supervisor",
        "supervisors in a circle",
        "a supervisor nobody knows",
    ],
)
def test_an_agency_that_cannot_be_is_named_by_its_line(
    tmp_path: Path, changed: dict[str, str], line: int, column: str
) -> None:
    assert ("agencies.csv", line, column) in places_of(
        small_pack(tmp_path, agencies__csv=agencies(**changed))
    )


def test_two_units_that_succeed_each_other_are_a_circle_and_refused_on_both_lines(tmp_path: Path) -> None:
    rows = (
        "1,Tỉnh Nhỏ,province,,,,,,\n11,Huyện Bắc,district,1,,,,,\n"
        "111,Xã Đông,commune,11,112,,,,2021-06-30\n112,Xã Tây,commune,11,111,,,,2021-06-30\n"
    )
    assert places_of(small_pack(tmp_path, units__csv=UNITS + rows)) == [
        ("units.csv", 4, "merged_into"),
        ("units.csv", 5, "merged_into"),
    ]


def test_a_code_given_out_again_may_succeed_itself(tmp_path: Path) -> None:
    rows = (
        "1,Tỉnh Nhỏ,province,,,,,,\n11,Huyện Bắc,district,1,,,,,\n"
        "111,Xã Đông,commune,11,111,,,,2021-06-30\n111,Xã Đông Tây,commune,11,,,,2021-07-01,\n"
    )
    assert load(small_pack(tmp_path, units__csv=UNITS + rows)).unit("111").name_vi == "Xã Đông Tây"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("YT,unit_head,Giám đốc,Director,e@nho.example,", "role"),
        ("YT,deputy,Phó,Deputy,,", "email"),
        ("XX,deputy,Phó,Deputy,e@nho.example,", "agency"),
    ],
    ids=["twice the same position", "no address at all", "of no agency"],
)
def test_a_contact_that_cannot_be_told_anything_is_named_by_its_line(
    tmp_path: Path, row: str, column: str
) -> None:
    folder = small_pack(tmp_path, contacts__csv=FILES["contacts.csv"] + row + "\n")
    assert places_of(folder) == [("contacts.csv", 3, column)]
