"""A citizen's word finds what the office wrote with another; the word that was said comes first."""

import pytest

from libs.places.answers import AnswerIndex, Entry
from libs.places.synonyms import SYNONYMS

OFFICIAL = AnswerIndex(
    [
        Entry("vaccination", "F04", "Đăng ký tiêm chủng", "Lịch tiêm chủng do trạm y tế báo."),
        Entry("symptoms", "F04", "Triệu chứng thường gặp", "Sốt, đau rát họng."),
        Entry("deaths", "F01", "Số ca tử vong", "Công bố hằng ngày."),
        Entry("nausea", "F04", "Buồn nôn sau khi ăn", "Nghỉ ngơi, uống nước."),
        Entry("aid", "F05", "Hỗ trợ người thất nghiệp", "Nộp hồ sơ tại xã."),
        Entry("again", "F10", "Cấp lại giấy phép", "Nộp đơn tại bộ phận một cửa."),
    ]
)


def found(query: str) -> list[str]:
    return [hit.entry.id for hit in OFFICIAL.search(query)]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("tiêm ngừa ", "vaccination"),
        ("tiem ngua ", "vaccination"),
        ("dấu hiệu ", "symptoms"),
        ("chết ", "deaths"),
        ("mất việc ", "aid"),
        ("trợ cấp", "aid"),
        ("giup do ", "aid"),
        ("làm lại giấy phép", "again"),
        ("đăng kí tiêm ngừa ở đâu ", "vaccination"),
    ],
)
def test_a_citizens_word_finds_what_the_office_calls_otherwise(said: str, wanted: str) -> None:
    assert found(said)[0] == wanted


def test_the_word_that_was_said_comes_before_another_of_its_meaning() -> None:
    index = AnswerIndex(
        [Entry("other", "F04", "Nơi tiêm chủng", ""), Entry("said", "F04", "Nơi tiêm ngừa", "")]
    )
    assert [hit.entry.id for hit in index.search("tiêm ngừa ")] == ["said", "other"]


def test_what_was_found_by_another_word_of_the_same_meaning_was_not_sought_in_vain() -> None:
    assert [(hit.entry.id, hit.share) for hit in OFFICIAL.search("dấu hiệu ", limit=1)] == [("symptoms", 1.0)]


def test_one_syllable_without_marks_may_be_many_words_and_stands_for_itself() -> None:
    assert found("ói ") == ["nausea"]
    assert found("oi ") == []


def test_words_of_one_meaning_find_each_other() -> None:
    one_way = [
        (word, other) for word, others in SYNONYMS.items() for other in others if word not in SYNONYMS[other]
    ]
    assert one_way == []
    assert [word for word in SYNONYMS if len(word.split()) > 2] == []
