"""Field suggestion: trained at import, three candidates with a margin, never a decision."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.places.fields import FieldModel
from libs.places.text import fold
from tests.support.places import entries, examples, model, rows

FIELDS = {*(f"F{number:02d}" for number in range(1, 11)), "OOS", "UNCLEAR"}


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


@pytest.mark.parametrize("text", ["Hỗ trợ lao động tự do", "Xe khách chạy lại chưa", "Ủng hộ gạo, mì tôm"])
def test_a_text_without_marks_is_understood_too(text: str) -> None:
    assert model().suggest(text).ranked[0][0] == model().suggest(fold(text)).ranked[0][0]


def test_unknown_words_leave_the_decision_to_a_person() -> None:
    assert model().suggest("zzz qqq").margin == 0
    assert model().suggest("").margin == 0


def test_training_twice_gives_the_same_model_and_one_class_is_enough() -> None:
    text = "xin gạo cho khu phong tỏa"
    assert FieldModel.train(examples()).suggest(text) == model().suggest(text)
    assert FieldModel.train([("xin gạo", "F06")]).suggest(text).ranked[0][0] == "F06"


def test_a_correction_by_an_operator_is_learnt() -> None:
    text = "xin giấy thông hành qua ngõ hẹp"
    before = model().suggest(text).ranked[0][0]
    taught = next(field for field in sorted(FIELDS) if field != before)
    assert FieldModel.train([*examples(), *[(text, taught)] * 3]).suggest(text).ranked[0][0] == taught


@given(st.text())
def test_no_text_breaks_the_suggestion(text: str) -> None:
    assert 0 <= model().suggest(text).margin <= 1


def test_a_model_without_examples_is_refused() -> None:
    with pytest.raises(ValueError, match="example"):
        FieldModel.train([])


def test_nine_tenths_of_the_questions_teach_the_field_of_the_last_tenth() -> None:
    asked = [(entry.question, entry.field) for entry in entries()]
    taught = examples()[len(asked) :]
    first = among = sure = right = 0
    for part in range(10):
        known = [example for at, example in enumerate(asked) if at % 10 != part]
        trained = FieldModel.train([*known, *taught])
        for text, field in asked[part::10]:
            suggestion = trained.suggest(text)
            hit = suggestion.ranked[0][0] == field
            first += hit
            among += field in {code for code, _ in suggestion.ranked}
            sure += suggestion.margin >= 0.2
            right += hit and suggestion.margin >= 0.2
    assert first / len(asked) > 0.74
    assert among / len(asked) > 0.93
    assert right / sure > 0.93
    assert sure / len(asked) > 0.3


def test_a_suggestion_names_the_words_that_speak_for_it_as_they_were_written() -> None:
    model = FieldModel.train(
        [
            ("đèn đường hỏng", "F07"),
            ("xe buýt chậm", "F07"),
            ("lịch tiêm vắc xin", "F04"),
            ("tiêm mũi hai", "F04"),
        ]
    )
    why = model.why("Bao giờ xã tôi TIÊM VẮC XIN mũi hai?", ("F04", "F07"))
    assert "tiêm" in " ".join(why["F04"]).lower() and len(why["F04"]) <= 3
    assert not why["F07"]
