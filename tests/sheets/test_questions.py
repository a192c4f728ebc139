"""Agencies' workbooks as they really come: titles, merged cells, lost zeros, old fonts, wrong columns."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.sheets.legacy import from_legacy, looks_legacy
from libs.sheets.questions import Workbook, read_questions
from libs.sheets.workbook import NotAWorkbook
from tests.support.workbooks import HEAD, ROWS, xls, xlsx

FIELDS = {"F01": "Tình hình dịch bệnh", "F04": "Tiêm vắc xin", "F07": "An sinh xã hội"}

CELLS = st.one_of(st.text(max_size=30), st.floats(-1e300, 1e300), st.booleans())


def said(book: Workbook) -> list[tuple[int, str, bool]]:
    return [(remark.line, remark.column, remark.stops) for remark in book.remarks]


@pytest.mark.parametrize("content", [xls(HEAD, *ROWS), xlsx({"Hỏi đáp": [HEAD, *ROWS]})], ids=["xls", "xlsx"])
def test_a_plain_workbook_gives_its_questions_with_their_fields(content: bytes) -> None:
    book = read_questions(content, FIELDS)
    assert book.sound
    assert [(row.line, row.question, row.field) for row in book.rows] == [
        (2, "Tiêm mũi 3 ở đâu?", "F04"),
        (3, "Hỗ trợ lao động tự do thế nào?", "F07"),
    ]


def test_merged_titles_above_the_columns_are_passed_over() -> None:
    rows: list[list[Any]] = [[""] * 4, ["Thanh Hóa, ngày 1 tháng 10", "", "", ""], HEAD, *ROWS]
    book = read_questions(xls(*rows, merged=[(0, 0, 0, 3, "BỘ CÂU HỎI CỦA SỞ Y TẾ")]), FIELDS)
    assert book.sound
    assert [row.line for row in book.rows] == [4, 5]


def test_a_section_merged_over_the_row_names_the_field_of_what_follows() -> None:
    rows: list[list[Any]] = [HEAD[:3], [""] * 3, ROWS[0][:3], [""] * 3, ROWS[1][:3]]
    sections = [(1, 1, 0, 2, "I. Tiêm vắc xin"), (3, 3, 0, 2, "II. AN SINH XÃ HỘI")]
    book = read_questions(xls(*rows, merged=sections), FIELDS)
    assert [row.field for row in book.rows] == ["F04", "F07"]


def test_a_field_merged_down_several_rows_holds_for_each_of_them() -> None:
    rows: list[list[Any]] = [HEAD, [*ROWS[0][:3], ""], [*ROWS[1][:3], ""]]
    book = read_questions(xls(*rows, merged=[(1, 2, 3, 3, "Tiêm vắc xin")]), FIELDS)
    assert [row.field for row in book.rows] == ["F04", "F04"]


def test_a_telephone_number_typed_as_a_number_gets_its_zero_back_and_a_remark() -> None:
    book = read_questions(xls(HEAD, [1, "Số của trạm y tế?", 912345678, "F04"]), FIELDS)
    assert book.rows[0].answer == "0912345678"
    assert said(book) == [(2, "answer", False)]
    assert book.sound


def test_a_row_without_an_answer_stops_the_whole_workbook_and_is_named() -> None:
    book = read_questions(xls(HEAD, ROWS[0], [2, "Ai được hỗ trợ?", "", "F07"]), FIELDS)
    assert not book.sound
    assert said(book) == [(3, "answer", True)]


def test_the_same_question_twice_stops_it_also_across_sheets_and_marks() -> None:
    again = [HEAD, [1, "TIEM MUI 3 O DAU?", "Ở trạm y tế.", "F04"]]
    book = read_questions(xlsx({"Một": [HEAD, *ROWS], "Hai": again}), FIELDS)
    assert [(remark.sheet, remark.line) for remark in book.remarks if remark.stops] == [("Hai", 2)]


def test_an_unknown_field_is_said_and_left_open() -> None:
    book = read_questions(xls(HEAD, [1, "Phạt bao nhiêu?", "Theo Nghị định.", "Giao thông"]), FIELDS)
    assert book.sound
    assert (book.rows[0].field, said(book)) == ("", [(2, "field", False)])


def test_wrong_columns_are_named_with_what_the_sheet_has() -> None:
    book = read_questions(xls(["Họ tên", "Chức vụ"], ["Nguyễn Văn Mẫu", "Cán bộ"]), FIELDS)
    assert not book.sound
    assert "Họ tên, Chức vụ" in book.remarks[0].vi


def test_exchanged_columns_are_noticed() -> None:
    book = read_questions(xls(HEAD, [1, "Tại trạm y tế xã, phường nơi ở.", "Tiêm ở đâu?", "F04"]), FIELDS)
    assert said(book) == [(2, "question", False)]


def test_a_hidden_sheet_is_not_read() -> None:
    shown = [HEAD, ROWS[0]]
    book = read_questions(
        xlsx({"Một": shown, "Nháp": [HEAD, [1, "Bí mật?", "Không.", "F01"]]}, "Nháp"), FIELDS
    )
    assert [row.sheet for row in book.rows] == ["Một"]


@pytest.mark.parametrize("written", ["2021-10-05", "05/10/2021", "5.10.2021"])
def test_the_day_of_the_last_check_is_read_however_it_is_written(written: str) -> None:
    book = read_questions(xls([*HEAD[:3], "Ngày rà soát"], [1, "Hỏi gì?", "Đáp.", written]), FIELDS)
    assert str(book.rows[0].checked) == "2021-10-05"


def test_a_workbook_in_the_old_fonts_is_asked_about_and_reads_well_once_a_person_agrees() -> None:
    old = xls(["STT", "C©u hái", "C©u tr¶ lêi"], [1, "Thñ tôc cÊp giÊy phÐp ë ®©u?", "T¹i bé phËn mét cöa."])
    asked = read_questions(old, FIELDS)
    assert (asked.legacy, asked.sound) == (True, False)
    agreed = read_questions(old, FIELDS, tcvn3=True)
    assert agreed.sound
    assert agreed.rows[0].question == "Thủ tục cấp giấy phép ở đâu?"
    assert agreed.rows[0].answer == "Tại bộ phận một cửa."


@pytest.mark.parametrize(
    "text", ["Giá 5 £ và 3 ¥ một chiếc", "Đường Lê Lợi · Phường Hạc Thành", "plain text"]
)
def test_ordinary_text_is_not_taken_for_the_old_fonts(text: str) -> None:
    assert not looks_legacy(text)


def test_every_small_letter_of_the_old_fonts_is_known() -> None:
    assert from_legacy("®­êng phè Lª Lîi, ph­êng §«ng VÖ") == "đường phố Lê Lợi, phường Đông Vệ"


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"<html><table></table></html>", xls(HEAD, *ROWS)[:3000], b"a,b\n1,2\n"]
)
def test_what_is_no_workbook_gets_one_clear_sentence(content: bytes) -> None:
    with pytest.raises(NotAWorkbook, match=r"save it again|no question"):
        read_questions(content, FIELDS)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_never_breaks_the_reader(at: int, damage: bytes) -> None:
    whole = bytearray(xls(HEAD, *ROWS))
    place = at % len(whole)
    whole[place : place + len(damage)] = damage
    try:
        read_questions(bytes(whole), FIELDS)
    except NotAWorkbook:
        return


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.lists(st.one_of(st.text(max_size=30), st.floats(allow_nan=False), st.booleans()), max_size=5))
)
def test_no_sheet_whatever_it_holds_breaks_the_reader(rows: list[list[Any]]) -> None:
    clean = [
        [cell if not isinstance(cell, float) or abs(cell) < 1e300 else 0 for cell in row] for row in rows
    ]
    try:
        read_questions(xlsx({"Một": [HEAD, *clean]}), FIELDS)
    except NotAWorkbook:
        return
