"""Folding: one encoding, one tone placement, with and without marks."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.places.text import agrees, canonical, expand, fold, nfc, syllables


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("hoà", "hòa"),
        ("HOÀ", "HÒA"),
        ("Thuý", "Thúy"),
        ("khoẻ", "khỏe"),
        ("uỷ", "ủy"),
        ("kí", "ký"),
        ("Kĩ", "Kỹ"),
        ("bác sĩ", "bác sỹ"),
        ("quý", "quý"),
        ("hoàn", "hoàn"),
        ("thi", "thi"),
        ("Đông Sơn", "Đông Sơn"),
    ],
)
def test_a_word_has_one_spelling(written: str, kept: str) -> None:
    assert canonical(written) == kept


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Đường  ĐÔNG\n Sơn", "duong dong son"),
        ("Ngọc Lặc", "ngoc lac"),
        ("ƯỚC, ưởợẵễỵ", "uoc, uooaey"),
        ("", ""),
    ],
)
def test_folding_leaves_neither_marks_nor_double_blanks(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_decomposed_input_reads_like_composed_input() -> None:
    text = "Xã Quảng Lưu, huyện Quảng Xương, đường số 3"
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    assert nfc(decomposed) == text
    assert fold(decomposed) == fold(text)
    assert syllables(decomposed) == syllables(text)


def test_short_forms_of_chat_are_written_out() -> None:
    assert expand(["k", "dc", "cccd", "huyen"]) == ["khong", "duoc", "can", "cuoc", "cong", "dan", "huyen"]


@pytest.mark.parametrize(
    ("written", "meant", "fits"),
    [("đông", "đông", True), ("dong", "đông", True), ("đồng", "đông", False), ("động", "đông", False)],
)
def test_a_word_may_lack_marks_but_not_bear_others(written: str, meant: str, fits: bool) -> None:
    assert agrees(written, meant) is fits


@given(st.text())
def test_no_text_breaks_the_folding(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert canonical(canonical(text)) == canonical(text)
    assert all(token for token in expand(syllables(text)))
