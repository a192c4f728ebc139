"""Commands for people who check us by hand: no running system, plain tables, errors with a line."""

import csv
import io
from pathlib import Path

import pytest

from libs.cli.main import parser

PACK = Path(__file__).parents[2] / "packs" / "thanh-hoa-2021"


def run(*words: str) -> int:
    arguments = parser().parse_args(list(words))
    code: int = arguments.run(arguments)
    return code


def table(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def test_classify_gives_three_fields_a_margin_places_and_urgency(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = tmp_path / "asked.csv"
    asked.write_text("id,text\na,Bố tôi khó thở ở xã Quảng Lưu huyện Quảng Xương\nb,\n", encoding="utf-8")
    assert run("classify", str(PACK), str(asked)) == 0
    rows = table(capsys.readouterr().out)
    assert list(rows[0]) == ["id", "field1", "field2", "field3", "margin", "places", "urgent"]
    assert rows[0]["places"] == "406"
    assert rows[0]["urgent"] == "yes"
    assert rows[1]["urgent"] == "no"


def test_faq_search_ranks_the_entry_that_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = tmp_path / "faq.csv"
    asked.write_text(
        "id,question,answer\n"
        "1,Tiêm vắc xin ở đâu,Tiêm vắc xin tại trạm y tế xã\n"
        "2,Đăng ký xe,Đăng ký xe tại công an huyện\n",
        encoding="utf-8",
    )
    assert run("faq", "search", str(asked)) == 0
    assert table(capsys.readouterr().out) == [{"id": "1", "rank": "1"}, {"id": "2", "rank": "1"}]


def test_a_pack_is_checked_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pack", "check", str(PACK)) == 0
    for file in PACK.rglob("*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(PACK)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    with (tmp_path / "agencies.csv").open("a", encoding="utf-8") as agencies:
        agencies.write("khong hop le\n")
    capsys.readouterr()
    assert run("pack", "check", str(tmp_path)) == 1
    assert "agencies.csv:" in capsys.readouterr().err


def test_every_command_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        parser().parse_args(["--help"])
    listed = capsys.readouterr().out
    wanted = (
        "provision",
        "pack",
        "due",
        "classify",
        "faq",
        "rebuild",
        "replay",
        "journey",
        "backup",
        "restore",
    )
    assert [name for name in wanted if name not in listed] == []
