"""`hotline due`: answers row by row, a reason for every row without one, and no guess anywhere."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from libs.cli.main import parser
from libs.cli.tables import BadTable

ROOT = Path(__file__).parents[2]
PACK = ROOT / "packs" / "thanh-hoa-2021"

Ask = Callable[..., tuple[int, list[dict[str, str]], list[str]]]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The exit code, the rows on the output and the lines on the error output for a file's content."""

    def ask(content: str | bytes, *options: str) -> tuple[int, list[dict[str, str]], list[str]]:
        file = tmp_path / "asked.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        arguments = parser().parse_args(["due", str(PACK), str(file), *options])
        code: int = arguments.run(arguments)
        said = capsys.readouterr()
        return code, list(csv.DictReader(io.StringIO(said.out))), said.err.splitlines()

    return ask


def test_it_says_when_so_many_working_seconds_end(ask: Ask) -> None:
    code, rows, said = ask(
        "id,start,working_seconds\n"
        "morning,2026-03-02T07:30:00+07:00,28800\n"
        "lunch,2026-03-02T10:30:00+07:00,14400\n"
        "saturday,2026-01-10T08:00:00+07:00,14400\n"
        "nothing,2026-03-01T03:00:00+07:00,0\n"
        "utc,2026-03-02T03:30:00Z,14400\n"
    )
    assert (code, said) == (0, [])
    assert {row["id"]: row["due"] for row in rows} == {
        "morning": "2026-03-02T17:30:00+07:00",
        "lunch": "2026-03-02T16:30:00+07:00",
        "saturday": "2026-01-10T14:00:00+07:00",
        "nothing": "2026-03-01T03:00:00+07:00",
        "utc": "2026-03-02T16:30:00+07:00",
    }


def test_it_counts_the_working_seconds_between_two_instants(ask: Ask) -> None:
    asked = "id,start,end\ntet,2026-02-13T16:30:00+07:00,2026-02-23T08:30:00+07:00\n"
    assert ask(asked) == (0, [{"id": "tet", "working_seconds": "7200"}], [])


def test_a_row_may_name_its_hours_and_the_option_names_those_of_the_others(ask: Ask) -> None:
    sunday = "2026-03-01T10:00:00+07:00,3600"
    asked = f"id,start,working_seconds,profile\na,{sunday},desk\nb,{sunday},\nc,{sunday},police\n"
    code, rows, (said,) = ask(asked)
    assert [row["due"] for row in rows] == ["2026-03-01T11:00:00+07:00", "2026-03-02T08:30:00+07:00"]
    assert code == 1
    assert said.startswith("asked.csv:4: c: pack thanh-hoa-2021-")
    assert said.endswith("has no hours profile 'police'")
    assert ask(asked, "--profile", "desk")[1][1]["due"] == "2026-03-01T11:00:00+07:00"
    with pytest.raises(BadTable, match="has no hours profile 'police'"):
        ask(asked, "--profile", "police")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("yesterday,60", "start 'yesterday' is no ISO instant"),
        (",60", "start '' is no ISO instant"),
        ("2026-03-02T08:00:00,60", "start '2026-03-02T08:00:00' has no offset"),
        ("2026-03-02,60", "start '2026-03-02' has no offset"),
        ("2199-03-02T08:00:00+07:00,60", "covers 2019-01-01 to 2027-12-31"),
        ("0001-01-01T00:00:00+14:00,0", "covers 2019-01-01 to 2027-12-31"),
        ("2018-12-31T23:59:59+07:00,60", "covers 2019-01-01 to 2027-12-31"),
        ("2027-12-31T17:00:00+07:00,1801", "covers 2019-01-01 to 2027-12-31"),
        ("2026-03-02T08:00:00+07:00,-5", "working_seconds '-5' is no whole number"),
        ("2026-03-02T08:00:00+07:00,1.5", "working_seconds '1.5' is no whole number"),
        ("2026-03-02T08:00:00+07:00,1_000", "is no whole number"),
        ("2026-03-02T08:00:00+07:00,", "working_seconds '' is no whole number"),
        ("2026-03-02T08:00:00+07:00", "working_seconds '' is no whole number"),
        ("2026-03-02T08:00:00+07:00,1,000", "'000' stands beyond the last column"),
        ("2026-03-02T08:00:00+07:00,999999999999", "lies outside"),
    ],
)
def test_a_row_without_an_answer_has_a_reason_and_the_others_are_answered(
    ask: Ask, cells: str, reason: str
) -> None:
    good = "2026-03-02T07:30:00+07:00,3600"
    code, rows, (said,) = ask(f"id,start,working_seconds\nfirst,{good}\nbad,{cells}\nlast,{good}\n")
    assert code == 1
    assert [row["id"] for row in rows] == ["first", "last"]
    assert said.startswith("asked.csv:3: bad: ")
    assert reason in said


def test_an_end_before_its_start_is_a_wrong_row(ask: Ask) -> None:
    code, rows, (said,) = ask("id,start,end\na,2026-03-02T08:00:00+07:00,2026-03-02T07:59:59+07:00\n")
    assert (code, rows) == (1, [])
    assert "is after" in said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,when\n1,2026-03-02\n", "asked.csv:1: column missing: start"),
        ("", "column missing: id, start"),
        ("id;start;working_seconds\n1;2026-03-02T08:00:00+07:00;60\n", "must be separated by commas"),
        ("id\tstart\tend\n", "must be separated by commas"),
        ("id,start\n1,2026-03-02T08:00:00+07:00\n", "give the column working_seconds or the column end"),
        ("id,start,end,working_seconds\n1,a,b,c\n", "give the column working_seconds or the column end"),
        ("id,start,start,end\n1,a,b,c\n", "column given twice: 'start'"),
        ('id,start,end\n1,"2026', "asked.csv:2: unexpected end of data"),
        ("id,start,end\nTrễ,a,b\n".encode("windows-1258", "replace").replace(b"?", b"\xfd"), "not UTF-8"),
        ("id,start,end\n".encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(ask: Ask, content: str | bytes, reason: str) -> None:
    with pytest.raises(BadTable, match=reason):
        ask(content)


def test_what_spreadsheets_add_by_themselves_does_not_matter(ask: Ask) -> None:
    row = "a, 2026-03-02T10:30:00+07:00 ,14400,,"
    content = f"\ufeffid,start ,working_seconds,,\r\n{row}\r\n,,,,\r\n\r\n".encode()
    assert ask(content) == (0, [{"id": "a", "due": "2026-03-02T16:30:00+07:00"}], [])


def test_a_file_with_a_header_alone_asks_nothing(ask: Ask) -> None:
    assert ask("id,start,working_seconds\n") == (0, [], [])


def test_answers_come_while_the_file_is_still_being_read(tmp_path: Path) -> None:
    asked = tmp_path / "asked.csv"
    os.mkfifo(asked)
    command = [sys.executable, "-m", "libs.cli", "due", str(PACK), str(asked)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with asked.open("w", encoding="utf-8") as file:
            file.write("id,start,working_seconds\n")
            file.writelines(f"case-{i},2026-03-02T10:30:00+07:00,{i}\n" for i in range(1500))
            assert [next(process.stdout) for _ in range(2)] == [
                "id,due\n",
                "case-0,2026-03-02T10:30:00+07:00\n",
            ]
        assert sum(1 for _ in process.stdout) == 1499
    assert process.returncode == 0
