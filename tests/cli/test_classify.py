"""`hotline classify` on files as people have them: odd encodings, long texts, broken rows."""

import csv
import io
from pathlib import Path

import pytest

from libs.cli.main import parser
from libs.cli.tables import BadTable

PACKS = Path(__file__).parents[2] / "packs"


def classified(
    file: Path, capsys: pytest.CaptureFixture[str], pack: str = "thanh-hoa-2021", code: int = 0
) -> list[dict[str, str]]:
    arguments = parser().parse_args(["classify", str(PACKS / pack), str(file)])
    assert arguments.run(arguments) == code
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


@pytest.mark.parametrize(
    ("pack", "places"),
    [
        ("thanh-hoa-2021", ["395", "380|381", ""]),
        ("thanh-hoa", ["15520", "14797|14812", ""]),
        ("dong-nai", ["741", "", "731"]),
    ],
)
def test_places_are_districts_where_the_pack_has_them_and_else_communes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pack: str, places: list[str]
) -> None:
    file = tmp_path / "asked.csv"
    file.write_text(
        'id,text\n1,"xã Xuân Hòa, huyện Thọ Xuân"\n2,phường Ba Đình\n3,"p. Trảng Dài, Biên Hòa, mẹ khó thở"\n'
    )
    rows = classified(file, capsys, pack)
    assert [row["places"] for row in rows] == places
    assert [row["urgent"] for row in rows] == ["no", "no", "yes"]
    assert list(rows[0]) == ["id", "field1", "field2", "field3", "margin", "places", "urgent"]


def test_marks_line_ends_quotes_empty_and_endless_texts_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "asked.csv"
    long = "xe khách về Nga Sơn chạy lại chưa " * 6_000
    file.write_bytes(
        b"\xef\xbb\xbf"
        + f'text,id,note\r\n"hỏi ""giá""\r\nkhẩu trang",a,x\r\n,b,\r\n\r\n{long},c,\r\n'.encode()
    )
    rows = classified(file, capsys)
    assert [(row["id"], row["places"]) for row in rows] == [("a", ""), ("b", ""), ("c", "401")]
    assert [float(row["margin"]) for row in rows][1] == 0
    assert rows[0]["field1"] == "F08"
    assert rows[2]["field1"] == "F07"


def test_a_row_with_a_comma_too_many_is_named_and_the_others_are_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "asked.csv"
    file.write_text("id,text\n1,giá rau tăng, ai quản lý\n2,giá rau tăng\n")
    arguments = parser().parse_args(["classify", str(PACKS / "thanh-hoa-2021"), str(file)])
    assert arguments.run(arguments) == 1
    printed = capsys.readouterr()
    assert "asked.csv:2: 1:" in printed.err
    assert [line[:2] for line in printed.out.splitlines()[1:]] == ["2,"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"asked.csv:1: column missing: id, text"),
        (b"id;text\n1;a\n", r"asked.csv:1: the columns must be separated by commas"),
        (b"id,words\n1,a\n", r"asked.csv:1: column missing: text"),
        (b'id,text\n1,a\n2,"open\n', r"asked.csv:3: "),
        ("id,text\n1,giá rau\n2,Tiền\n".encode() + b"3,\xd0\xf4ng\n", r"asked.csv:4: not UTF-8"),
        ("id,text\n1,giá\n".encode("utf-16"), r"asked.csv:1: not UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "asked.csv"
    file.write_bytes(content)
    arguments = parser().parse_args(["classify", str(PACKS / "thanh-hoa-2021"), str(file)])
    with pytest.raises(BadTable, match=said):
        arguments.run(arguments)
