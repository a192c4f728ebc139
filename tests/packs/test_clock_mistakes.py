"""A kind of clock that cannot run as its table says is refused with the line of the key that is wrong."""

from pathlib import Path

import pytest

from libs.packs.folder import load
from tests.support.packs import FILES, places_of, problems_of, small_pack

PART = """
[part]
name_vi = "Phần việc"
name_en = "Part"
owner = "coordinator"
per = "coordinator"
starts = ["routed"]
meets = ["contributed"]
cancels = ["returned"]
hours = 6
within = "answer"
calendar = "province"
ladder = [{ at = 100, tell = ["officer"] }]
pauses = ["waiting"]
pause_hours = 2
basis = "policy"
clause = "Điều 3.5"
"""
HEAD = FILES["clocks.toml"].count("\n") + 2
"""The line of `[part]`."""

REASONS = FILES["reasons.csv"] + "pause,waiting,Chờ,Waiting,\n"

WRONG = [
    ('starts = ["routed"]', 'starts = ["rooted"]', 5, "starts"),
    ('meets = ["contributed"]', 'meets = ["finished"]', 6, "meets"),
    ('meets = ["contributed"]', "meets = []", 6, "meets"),
    ('starts = ["routed"]', "starts = []", 5, "starts"),
    ('cancels = ["returned"]', 'cancels = ["contributed"]', 7, "cancels"),
    ('calendar = "province"', 'calendar = "police"', 10, "calendar"),
    ('within = "answer"', 'within = "reply"', 9, "within"),
    ('within = "answer"', 'within = "part"', 9, "within"),
    ('tell = ["officer"]', 'tell = ["mayor"]', 11, "ladder"),
    ("at = 100", "at = 0", 11, "ladder"),
    ('pauses = ["waiting"]', 'pauses = ["sleeping"]', 12, "pauses"),
    ('pauses = ["waiting"]', 'pauses = ["out-of-scope"]', 12, "pauses"),
    ("pause_hours = 2\n", "", 0, "pause_hours"),
    ('basis = "policy"', 'basis = "law"', 12, "pauses"),
    ('owner = "coordinator"', 'owner = "lead"', 4, "per"),
    ('per = "coordinator"', 'per = "occasion"', 4, "per"),
    ('starts = ["routed"]', 'starts = ["opened"]', 5, "starts"),
    ('owner = "coordinator"\nper = "coordinator"', 'owner = "commune"\nper = "occasion"', 5, "starts"),
    ('owner = "coordinator"\nper = "coordinator"', 'owner = "police"\nper = "occasion"', 5, "starts"),
    ('owner = "coordinator"', 'owner = "mayor"', 3, "owner"),
    ('meets = ["contributed"]', 'meets = ["contributed", "added"]', 6, "meets"),
    ('cancels = ["returned"]', 'cancels = ["added"]', 7, "cancels"),
    ("hours = 6", "hours = 0.0001", 8, "hours"),
]


@pytest.mark.parametrize(("old", "new", "line", "key"), WRONG, ids=[new or old for old, new, _, _ in WRONG])
def test_a_wrong_key_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, key: str) -> None:
    assert old in PART
    clocks = FILES["clocks.toml"] + PART.replace(old, new)
    folder = small_pack(tmp_path, clocks__toml=clocks, reasons__csv=REASONS)
    assert ("clocks.toml", HEAD + line, key) in places_of(folder)


def test_the_clocks_of_the_law_are_numbered_by_their_slip(tmp_path: Path) -> None:
    """`answer-2` is the clock of slip 2 wherever it is asked for, not the second one of its kind."""
    clocks = FILES["clocks.toml"].replace('per = "slip"', 'per = "occasion"', 1)
    assert ("clocks.toml", 9, "per") in places_of(small_pack(tmp_path, clocks__toml=clocks))


def test_the_same_kind_without_a_mistake_loads(tmp_path: Path) -> None:
    pack = load(small_pack(tmp_path, clocks__toml=FILES["clocks.toml"] + PART, reasons__csv=REASONS))
    assert pack.clock("part").within == "answer"


def test_kinds_within_each_other_in_a_circle_are_all_named(tmp_path: Path) -> None:
    kinds = {"part": "other", "other": "third", "third": "part"}
    tables = [PART.replace("[part]", f"[{kind}]").replace('"answer"', f'"{kinds[kind]}"') for kind in kinds]
    folder = small_pack(tmp_path, clocks__toml=FILES["clocks.toml"] + "".join(tables), reasons__csv=REASONS)
    told = problems_of(folder)
    lines = [HEAD + 9 + turn * PART.count("\n") for turn in range(3)]
    assert [(problem.line, problem.field) for problem in told] == [(line, "within") for line in lines]


def test_a_promise_starts_only_with_what_promises_an_instant(tmp_path: Path) -> None:
    clocks = FILES["clocks.toml"].replace('["progress-promised"]', '["verifying"]')
    assert {key for _, _, key in places_of(small_pack(tmp_path, clocks__toml=clocks))} == {"starts"}
