"""Field suggestion: trained at import, three candidates with a margin, never a decision."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.places.fields import FieldModel, urgent
from tests.support.places import entries, model, rows

FIELDS = {*(f"F{number:02d}" for number in range(1, 11)), "OOS", "UNCLEAR"}
URGENT = tuple(row["words"] for row in rows("urgent_words.csv"))


def test_the_pack_teaches_every_field_and_both_classes_outside() -> None:
    counts = Counter(entry.field for entry in entries())
    assert set(counts) == FIELDS
    assert all(count >= 14 for field, count in counts.items() if field.startswith("F"))
    assert counts["OOS"] >= 25
    assert counts["UNCLEAR"] >= 10
    assert {row["status"] for row in rows("faq.csv")} == {"mẫu, chờ duyệt"}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("bình oxy y tế bán giá cắt cổ ở tiệm thuốc", "F08"),
        ("muon tiem vac xin mui hai cho nguoi gia benh nen", "F04"),
        ("tai khoan facebook dang tin sai ve dich benh", "F10"),
        ("đăng ký kết hôn cần giấy tờ gì", "OOS"),
        ("alo có ai không ạ", "UNCLEAR"),
    ],
)
def test_the_field_is_among_the_three_suggested(text: str, field: str) -> None:
    suggestion = model().suggest(text)
    assert field == suggestion.ranked[0][0]
    assert len(suggestion.ranked) == 3
    shares = [share for _, share in suggestion.ranked]
    assert shares == sorted(shares, reverse=True)
    assert suggestion.margin == pytest.approx(shares[0] - shares[1])


def test_marks_make_no_difference() -> None:
    assert model().suggest("Hỗ trợ lao động tự do") == model().suggest("ho tro lao dong tu do")


def test_unknown_words_leave_the_decision_to_a_person() -> None:
    assert model().suggest("zzz qqq").margin == 0
    assert model().suggest("").margin == 0


def test_training_twice_gives_the_same_model_and_one_class_is_enough() -> None:
    examples = [(entry.question, entry.field) for entry in entries()]
    text = "xin gạo cho khu phong tỏa"
    assert FieldModel.train(examples).suggest(text) == FieldModel.train(examples).suggest(text)
    assert FieldModel.train([("xin gạo", "F06")]).suggest(text).ranked[0][0] == "F06"


def test_a_correction_by_an_operator_is_learnt() -> None:
    text = "xin giấy thông hành qua ngõ hẹp"
    before = model().suggest(text).ranked[0][0]
    taught = next(field for field in sorted(FIELDS) if field != before)
    examples = [*((entry.question, entry.field) for entry in entries()), *[(text, taught)] * 3]
    assert FieldModel.train(examples).suggest(text).ranked[0][0] == taught


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("mẹ em khó thở, gọi ai bây giờ", True),
        ("e kho tho qua", True),
        ("nhà bên đang cháy", True),
        ("xe khách đã chạy lại chưa", False),
        ("xe khach chay lai chua", False),
        ("hỏi thủ tục hỗ trợ", False),
        ("", False),
    ],
)
def test_urgent_words_raise_a_flag(text: str, flagged: bool) -> None:
    assert urgent(text, URGENT) is flagged


@given(st.text())
def test_no_text_breaks_the_suggestion(text: str) -> None:
    suggestion = model().suggest(text)
    assert 0 <= suggestion.margin <= 1
    assert isinstance(urgent(text, URGENT), bool)


def test_a_model_without_examples_is_refused() -> None:
    with pytest.raises(ValueError, match="example"):
        FieldModel.train([])
