"""A letter as the text of its file, and how many parts its message takes."""

import pytest

from libs.packs.gsm import is_gsm, parts
from libs.packs.letters import read_letter, written_letter
from libs.packs.model import Letter
from tests.support.provinces import province


@pytest.mark.parametrize("name", ["thanh-hoa-2021", "thanh-hoa", "dong-nai"])
def test_every_letter_is_read_back_as_it_was_written(name: str) -> None:
    for letter in province(name).letters:
        file = f"{letter.code}.{letter.language}.txt"
        assert read_letter(file, written_letter(letter)) == (letter, [])


@pytest.mark.parametrize("variable", ["name", "phone", "address", "email", "answer", "question"])
def test_no_letter_to_an_agency_may_use_what_is_the_citizens(variable: str) -> None:
    letter = Letter(
        code="slip", language="vi", subject="Phiếu {code}", body=f"{{{variable}}}", sms="{code} moi"
    )
    _, problems = read_letter("slip.vi.txt", written_letter(letter))
    (problem,) = problems
    assert problem.field == f"{{{variable}}}" and problem.line == 3
    assert "agency, code, due, field, link, place" in problem.message_vi


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("đ" * 70, 1),
        ("đ" * 71, 2),
        ("đ" * 134, 2),
        ("đ" * 135, 3),
    ],
)
def test_a_message_is_counted_in_its_alphabet(text: str, count: int) -> None:
    assert parts(text) == count
    assert is_gsm(text) == ("đ" not in text)
