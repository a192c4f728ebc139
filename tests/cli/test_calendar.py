"""`hotline calendar propose`: a year to be decided upon, and where the package is known to be wrong."""

import csv
import io
from pathlib import Path

import pytest

from libs.cli.calendars import NoProposal
from libs.cli.main import parser
from libs.packs.folder import load
from tests.support.packs import small_pack

PACK = Path(__file__).parents[2] / "packs" / "thanh-hoa-2021"


def run(*words: str) -> int:
    arguments = parser().parse_args(["calendar", "propose", *words])
    code: int = arguments.run(arguments)
    return code


def table(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def test_a_year_is_proposed_as_rows_of_days_csv_that_load(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("2022") == 0
    said = capsys.readouterr()
    assert "a named person decides" in said.err
    pack = load(small_pack(tmp_path, days__csv=said.out))
    assert {day.status for day in pack.days} == {"estimate"}
    assert all("chờ văn bản" in day.document for day in pack.days)
    kinds = {str(day.day): day.kind for day in pack.days}
    assert kinds["2022-02-01"] == "holiday"
    assert kinds["2022-01-03"] == "compensatory_off"


def test_swaps_that_the_package_knows_are_proposed_with_both_days(capsys: pytest.CaptureFixture[str]) -> None:
    run("2024")
    kinds = {row["day"]: row["kind"] for row in table(capsys.readouterr().out)}
    assert (kinds["2024-04-29"], kinds["2024-05-04"]) == ("swap_off", "swap_work")


def test_beside_the_pack_2026_shows_the_swap_the_package_lacks_and_the_day_no_law_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("2026", "--pack", str(PACK)) == 0
    said = capsys.readouterr()
    differing = {row["day"]: row["differs"] for row in table(said.out) if row["differs"]}
    assert differing == {
        "2026-01-02": "chỉ có trong gói / only in the pack",
        "2026-01-10": "chỉ có trong gói / only in the pack",
        "2026-11-24": "gói không tính / the pack does not count it",
    }
    documents = {row["day"]: row["document"] for row in table(said.out)}
    assert "25/12/2025" in documents["2026-01-02"]
    assert "2 only-in-pack" in said.err


def test_what_only_the_proposal_has_or_calls_otherwise_is_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_pack(tmp_path)
    days = "day,kind,name,hours,status,confirmed,document\n2021-05-03,holiday,Nghỉ,,ok,,12/TB\n"
    (folder / "days.csv").write_text(days, encoding="utf-8")
    run("2021", "--pack", str(folder))
    rows = {row["day"]: row for row in table(capsys.readouterr().out)}
    assert rows["2021-05-03"]["differs"] == "đề xuất ghi compensatory_off / proposed as compensatory_off"
    assert rows["2021-05-03"]["document"] == "12/TB"
    assert rows["2021-01-01"]["differs"] == "chỉ có trong đề xuất / only proposed"


def test_a_year_the_package_does_not_know_and_a_broken_pack_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NoProposal, match="knows nothing of 1500"):
        run("1500")
    assert run("2026", "--pack", str(tmp_path / "none")) == 1
    assert "there is no such folder" in capsys.readouterr().err
