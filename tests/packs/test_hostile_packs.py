"""Packs that are large on purpose are refused whole, with a line, and in little time."""

import time
from pathlib import Path

import pytest

from libs.packs.folder import load
from libs.packs.model import PackErrors, Problem
from tests.support.packs import FILES, small_pack

MANY = 5_000
SECONDS = 10.0
"""For what takes one second; before, each of these took minutes."""


def refused(folder: Path) -> list[Problem]:
    begun = time.process_time()
    with pytest.raises(PackErrors) as caught:
        load(folder)
    assert time.process_time() - begun < SECONDS
    return caught.value.problems


@pytest.mark.parametrize("last", [MANY - 1, 0])
def test_a_long_chain_or_circle_of_units_is_named_on_each_of_its_lines(tmp_path: Path, last: int) -> None:
    parents = [f"c{at - 1}" if at else f"c{last}" if last else "11" for at in range(MANY)]
    rows = "".join(f"c{at},Xã {at},commune,{parent},,,\n" for at, parent in enumerate(parents))
    problems = refused(small_pack(tmp_path, units__csv=FILES["units.csv"] + rows))
    assert {problem.file for problem in problems} == {"units.csv"}
    circle = [problem.line for problem in problems if "circle" in problem.message_en]
    assert circle == (list(range(5, MANY + 5)) if last else [])


def test_thousands_of_intervals_of_one_weekday_are_too_many(tmp_path: Path) -> None:
    rows = "".join(f"province,fri,07:30,11:30,{year}-01-01,{year}-12-31\n" for year in range(2000, 2300))
    problems = refused(small_pack(tmp_path, hours__csv=FILES["hours.csv"] + rows))
    assert ("hours.csv", 205, "weekday") in {(p.file, p.line, p.field) for p in problems}


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    with (folder / "units.csv").open("ab") as file:
        file.truncate(50_000_000)
    assert [(p.file, p.line) for p in refused(folder)] == [("units.csv", 0)]


def test_one_wrong_line_refuses_the_whole_pack(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, units__csv=FILES["units.csv"] + "112,Xã Tây,commune,99,,,\n")
    assert [(p.file, p.line, p.field) for p in refused(folder)] == [("units.csv", 5, "parent")]
