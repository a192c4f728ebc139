"""`hotline faq import`: an agency's workbook becomes rows of faq.csv, all or none."""

import csv
import subprocess
import sys
from io import StringIO
from pathlib import Path

from libs.packs.folder import load
from tests.support.workbooks import HEAD, ROWS, xls

ROOT = Path(__file__).parents[2]
PACK = ROOT / "packs" / "thanh-hoa-2021"


def bring(folder: Path, content: bytes, *more: str) -> "subprocess.CompletedProcess[str]":
    file = folder / "bo-cau-hoi.xls"
    file.write_bytes(content)
    words = ["faq", "import", str(file), "--pack", str(PACK), "--agency", "SYT", *more]
    return subprocess.run(
        [sys.executable, "-m", "libs.cli", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_sound_workbook_becomes_rows_that_a_pack_can_hold(tmp_path: Path) -> None:
    done = bring(tmp_path, xls(HEAD[:3], *(row[:3] for row in ROWS)), "--field", "F04")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(StringIO(done.stdout)))
    assert [(row["id"], row["field"], row["agency"]) for row in rows] == [
        ("SYT-0001", "F04", "SYT"),
        ("SYT-0002", "F04", "SYT"),
    ]
    assert ",".join(rows[0]) == (PACK / "faq.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert {row["field"] for row in rows} <= {field.code for field in load(PACK).fields}


def test_one_wrong_row_leaves_everything_out_and_is_named(tmp_path: Path) -> None:
    done = bring(tmp_path, xls(HEAD, ROWS[0], [2, "Ai được hỗ trợ?", "", "F07"]))
    assert (done.returncode, done.stdout) == (1, "")
    assert "Hỏi đáp:3: error: thiếu câu trả lời" in done.stderr


def test_a_row_whose_field_nobody_named_is_not_guessed(tmp_path: Path) -> None:
    done = bring(tmp_path, xls(HEAD[:3], ROWS[0][:3]))
    assert (done.returncode, done.stdout) == (1, "")
    assert "--field" in done.stderr


def test_what_is_no_workbook_or_no_agency_gets_one_line(tmp_path: Path) -> None:
    assert bring(tmp_path, b"<html>").stderr.count("\n") == 1
    wrong = bring(tmp_path, xls(HEAD, *ROWS), "--agency", "NOBODY")
    assert wrong.returncode == 1
    assert "no agency" in wrong.stderr
