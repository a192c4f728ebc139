"""Letter templates as an administrator's form reads them: what is refused, what the preview shows."""

import pytest

from libs.packs.letters import VARIABLES
from libs.packs.model import Letter
from services.desk.domain.letters import (
    GROUPS,
    LetterErrors,
    audience,
    differences,
    digest,
    invented,
    named,
    read_cells,
    shown,
)
from tests.support.provinces import thanh_hoa

GOOD = {"subject": "Đã nhận {code}", "body": "Kính gửi Ông/Bà,\n\nMã: {code}.", "sms": "1022: da nhan {code}"}


def wrong(code: str = "receipt", **cells: str) -> list[tuple[str, str]]:
    try:
        read_cells(code, "vi", {**GOOD, **cells}, frozenset({"1022"}))
    except LetterErrors as errors:
        return [(one.field, one.vi) for one in errors.problems]
    return []


def test_a_letter_is_read_with_its_lines_and_ends_tidied() -> None:
    letter = read_cells("receipt", "vi", {**GOOD, "body": " Một\r\nHai \r\n"}, frozenset())
    assert (letter.body, letter.sms) == ("Một\nHai", GOOD["sms"])


@pytest.mark.parametrize("name", ["subject", "body", "sms"])
def test_an_unknown_variable_is_named_at_its_input_with_those_that_there_are(name: str) -> None:
    ((field, words),) = wrong(**{name: "1022 {phone}"})
    assert (field, words) == (name, "{phone}: biến không được dùng; được dùng: code, hotline, link")


@pytest.mark.parametrize("name", ["subject", "body", "sms"])
def test_braces_that_do_not_match_are_told_at_their_input(name: str) -> None:
    (field, words), *_ = wrong(**{name: "1022 {code"})
    assert field == name and "ngoặc" in words


@pytest.mark.parametrize("variable", ["name", "phone", "address", "answer"])
def test_a_letter_to_an_agency_has_no_variable_of_the_person(variable: str) -> None:
    assert wrong("slip", body=f"Xem {{{variable}}}")[0][0] == "body"


def test_a_message_with_diacritics_or_too_long_is_refused() -> None:
    assert wrong(sms="1022: đã nhận")[0] == ("sms", "tin nhắn phải viết không dấu")
    assert wrong(sms="x" * 161)[0][0] == "sms"
    assert wrong(sms="x" * 160) == []


def test_an_empty_input_and_a_mark_in_the_body_are_refused() -> None:
    assert wrong(subject=" ") == [("subject", "Vui lòng điền mục này")]
    assert wrong(body="Một\n--- sms\nHai")[0][0] == "body"


def test_a_number_of_a_person_may_not_stand_in_a_letter() -> None:
    assert "0912 345 678" in wrong(body="Gọi 0912 345 678 để hỏi.")[0][1]
    assert wrong(body="Gọi 1022 để hỏi.") == []


def test_every_letter_has_an_audience_and_every_variable_an_invented_value() -> None:
    assert {code for codes in GROUPS.values() for code in codes} == VARIABLES.keys()
    assert (audience("receipt"), audience("slip")) == ("citizen", "agency")
    for language in ("vi", "en"):
        given = invented(thanh_hoa(), language)
        assert not [name for names in VARIABLES.values() for name in names if not given.get(name)]


def test_every_letter_of_the_pack_can_be_shown() -> None:
    pack = thanh_hoa()
    for letter in pack.letters:
        found = shown(letter, pack)
        assert "{" not in found.subject + found.body + found.sms
        assert found.gsm and found.units == len(found.sms)


def test_a_message_that_takes_two_parts_with_its_values_says_so() -> None:
    letter = read_cells("answered", "vi", {**GOOD, "sms": "1022: " + "x" * 140 + " {link}"}, frozenset())
    assert shown(letter, thanh_hoa()).parts == 2


def test_names_of_no_letter_are_none() -> None:
    assert named("receipt.vi") == ("receipt", "vi")
    assert [named(one) for one in ("receipt", "receipt.fr", "nothing.vi", "../x.vi", "")] == [None] * 5


def test_two_texts_are_told_apart_line_by_line() -> None:
    old, new = (
        Letter(code="receipt", language="vi", subject="S", body=body, sms="s") for body in ("a\nb", "a\nc")
    )
    assert digest(old) != digest(new) and digest(old) == digest(old.model_copy())
    assert [one for one in differences(old, new) if one[0] != " "] == [("-", "b"), ("+", "c")]
    assert differences(old, old) == []
