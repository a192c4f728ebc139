"""Urgent words raise a flag, unless they are denied or mean something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.places.text import fold
from libs.places.urgency import urgent
from tests.support.places import rows

URGENT = tuple(row["words"] for row in rows("urgent_words.csv"))
QUIET = tuple(row["words"] for row in rows("quiet_words.csv"))


@pytest.mark.parametrize(
    "text",
    [
        "mẹ em khó thở, gọi ai bây giờ",
        "e kho tho qua",
        "nhà bên đang cháy",
        "Bố tôi KHÔNG THỞ ĐƯỢC",
        "không sốt, khó thở",
        "không có ai nghe máy. Khó thở lắm rồi",
        "khong cap cuu kip thi chet mat",
        "không khó thở nhưng tức ngực",
        "cháy hàng rào nhà tôi, đám cháy to",
    ],
)
def test_an_urgent_word_raises_the_flag(text: str) -> None:
    assert urgent(text, URGENT, QUIET)


@pytest.mark.parametrize(
    "text",
    [
        "không khó thở",
        "con tôi sốt nhưng không bị khó thở",
        "hết khó thở rồi",
        "chưa thấy tức ngực",
        "khẩu trang cháy hàng",
        "mùa dịch cháy túi vì giá cao ngất ngưởng",
        "vắc xin được cấp phép khẩn cấp chưa",
    ],
)
@pytest.mark.parametrize("spelling", [str, fold])
def test_a_denied_word_or_another_meaning_raises_none(text: str, spelling: type[str]) -> None:
    assert not urgent(spelling(text), URGENT, QUIET)


@pytest.mark.parametrize(
    "text", ["xe khách đã chạy lại chưa", "xe khach chay lai chua", "hỏi thủ tục hỗ trợ", ""]
)
def test_other_words_raise_none(text: str) -> None:
    assert not urgent(text, URGENT, QUIET)


@given(st.text())
def test_no_text_breaks_the_flag(text: str) -> None:
    assert isinstance(urgent(text, URGENT, QUIET), bool)
