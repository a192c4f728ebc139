"""The look-up code: spoken in threes, and no single slip of the tongue leads to another case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import parse_code, spoken, with_check_digit

numbers = st.integers(0, 99_999_999)


@given(numbers)
def test_a_code_is_nine_digits_and_can_be_typed_as_it_is_spoken(number: int) -> None:
    code = with_check_digit(number)
    assert len(code) == 9
    assert parse_code(spoken(code)) == code
    assert parse_code(f" {code[:3]}-{code[3:6]}.{code[6:]} ") == code


@given(numbers, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: int, place: int, shift: int) -> None:
    code = with_check_digit(number)
    wrong = f"{code[:place]}{(int(code[place]) + shift) % 10}{code[place + 1 :]}"
    assert parse_code(wrong) is None


@given(numbers, st.integers(0, 7))
def test_two_neighbours_swapped_are_always_found(number: int, place: int) -> None:
    code = with_check_digit(number)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or parse_code(swapped) is None


@pytest.mark.parametrize(
    "typed", ["", "12345678", "1234567890", "abcdefghi", "１２３４５６７８９", "0912345678"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert parse_code(typed) is None
