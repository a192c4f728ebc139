"""Search of questions and answers: from the second letter, with and without marks, all words before some."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.places.answers import AnswerIndex, Entry
from libs.places.text import fold
from tests.support.places import entries

INDEX = AnswerIndex(entries())
SMALL = AnswerIndex(
    [
        Entry("street", "F07", "Đường nào đang mở", ""),
        Entry("male", "F04", "Dương tính thì làm gì", ""),
        Entry("card", "F10", "Quét căn cước công dân ở chốt", ""),
        Entry("tests", "F04", "Giá xét nghiệm nhanh", "Giá niêm yết tại nơi làm"),
        Entry("prices", "F08", "Giá rau tăng", "Kiểm tra giá"),
    ]
)


def found(query: str) -> list[str]:
    return [hit.entry.id for hit in SMALL.search(query)]


@pytest.mark.parametrize("spelling", [str, fold, str.upper])
def test_every_question_finds_itself_among_the_first_five(spelling: Callable[[str], str]) -> None:
    lost = [
        entry.id
        for entry in entries()
        if entry.field.startswith("F")
        and entry.id not in {hit.entry.id for hit in INDEX.search(spelling(entry.question), limit=5)}
    ]
    assert lost == []


def test_search_begins_with_the_second_letter() -> None:
    assert SMALL.search("x") == []
    assert found("xé") == found("xe") == ["tests"]


def test_the_last_word_is_completed_only_while_it_is_typed() -> None:
    assert found("xet ngh") == ["tests"]
    assert "tests" not in found("ngh ")


def test_marks_prefer_the_word_that_was_meant() -> None:
    assert found("đường")[0] == "street"
    assert found("dương ")[0] == "male"
    assert set(found("duong")) == {"street", "male"}


def test_entries_with_every_word_come_before_those_with_some() -> None:
    assert found("giá xét nghiệm")[0] == "tests"
    assert found("gia rau")[0] == "prices"


def test_a_long_entry_that_happens_to_hold_a_long_question_does_not_come_before_the_one_about_it() -> None:
    question = "mẹ tôi ở quê lên thăm con thì khai báo y tế ở đâu"
    others = [Entry(f"{at}", "F99", "", "Con lên quê thăm mẹ tôi thì ở đâu") for at in range(20)]
    about = Entry("about", "F02", "", "Khai báo y tế: khai báo y tế tại trạm y tế nơi đến")
    long = Entry("long", "F99", "", f"{'nói chuyện khác ' * 200} {' '.join(question.split()[::-1])}")
    index = AnswerIndex([*others, about, long])
    assert index.search(question)[0].entry == about


def test_abbreviations_find_what_they_stand_for() -> None:
    assert found("cccd")[0] == "card"
    assert found("xn")[0] == "tests"


def test_nothing_is_found_for_nothing() -> None:
    assert found("") == found("   ") == found("?!") == []
    assert AnswerIndex([]).search("giá") == []
    assert AnswerIndex([Entry("empty", "F01", "", "")]).search("giá") == []


def test_courtesies_do_not_count() -> None:
    assert found("cho em hỏi giá rau") == found("giá rau")


@given(st.text())
def test_no_query_breaks_the_search(query: str) -> None:
    hits = INDEX.search(query, limit=3)
    assert len(hits) <= 3
