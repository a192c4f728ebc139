"""The public text: no name, address, number or address of anybody; what is found is named."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.errors import Refused
from libs.contracts.events import Person
from services.desk.domain import inputs
from services.desk.domain.masking import masked_state
from services.desk.domain.privacy import find_personal, redact
from tests.support.builders import CITIZEN
from tests.support.desks import OFFICER, OPERATOR, RULES, case_in, tell, told

PUBLIC = RULES.public_words

BAD = [
    ("Ông Nguyễn Văn Mẫu đã gọi", "name"),
    ("NGUYEN VAN MAU đã gọi", "name"),
    ("nguyễn  văn\nmẫu", "name"),
    ("Anh Mẫu đã được hướng dẫn", "name"),
    ("bà Mẫu cho biết", "name"),
    ("Tại thôn 3, xã Quảng Lưu, huyện Quảng Xương có rác", "address"),
    ("Gọi số 0912 345 678", "phone"),
    ("Gọi 0912.345.678 nhé", "phone"),
    ("Gọi +84912345678", "phone"),
    ("Gọi 84 912 345 678", "phone"),
    ("Máy bàn 0237.3852.246", "phone"),
    ("Thư: nguyen.van.mau@dan.example", "email"),
    ("Thư: ai.do+x@co.quan.example", "email"),
    ("CCCD 038091001234", "id"),
    ("CMND 171234567", "id"),
    ("CMND 171 234 567", "id"),
    ("CCCD 138 091 001 234", "id"),
    ("Xe 36A-123.45", "plate"),
    ("Xe 36B1 12345", "plate"),
    ("Xe 29-H1 123.45", "plate"),
]

GOOD = [
    "Cây xanh trên đường Lê Lợi đã được cắt tỉa ngày 03/03/2026.",
    "Gọi tổng đài 1022 hoặc 0237 0000 001 để được hướng dẫn.",
    "Theo Quyết định số 3797/QĐ-UBND ngày 30/9/2021.",
    "Mức hỗ trợ 100.000.000 đồng, đợt hai 150 000 000 đồng.",
    "Từ 07:30 đến 11:30, từ 13:30 đến 17:30.",
    "Giờ làm việc: 07.30-11.30 13.30-17.30.",
    "Mẫu đơn có tại UBND xã.",
    "Lấy mẫu nước tại 3 điểm, kết quả 0,05 mg/l.",
    "Ngày 2026-03-02 lúc 08:00, hồ sơ 12 trang.",
    "",
]


@pytest.mark.parametrize(("text", "kind"), BAD)
def test_personal_data_is_found_and_named(text: str, kind: str) -> None:
    found = find_personal(text, CITIZEN, PUBLIC)
    assert [one.kind for one in found] == [kind]
    assert all(text[one.start : one.end] == one.words for one in found)


@pytest.mark.parametrize("text", GOOD)
def test_ordinary_public_words_pass(text: str) -> None:
    assert find_personal(text, CITIZEN, PUBLIC) == []


@pytest.mark.parametrize(("text", "_kind"), BAD)
def test_redacting_leaves_nothing_to_find(text: str, _kind: str) -> None:
    clean = redact(text, CITIZEN, PUBLIC)
    assert "[…]" in clean
    assert find_personal(clean, CITIZEN, PUBLIC) == []


def test_a_name_of_one_word_is_found_as_it_is_written_only() -> None:
    lan = Person(name="Lan")
    assert find_personal("Chị gái Lan gọi", lan)[0].words == "Lan"
    assert find_personal("Dịch lan rộng", lan) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Gọi lại +1 415-555-2671 sau 18 giờ", "phone"),
        ("Máy lẻ 385 2246", "phone"),
        ("Nhà 12 LÊ LỢI ngập nước", "address"),
    ],
)
def test_the_senders_own_number_and_door_are_found_even_where_they_look_like_nothing(
    text: str, kind: str
) -> None:
    abroad = Person(phone="+14155552671", phone_raw="3852246", address="12 Lê Lợi, phường Lam Sơn")
    assert [one.kind for one in find_personal(text, abroad, PUBLIC)] == [kind]
    assert find_personal("Đường Lê Lợi, phường Lam Sơn, thôn 3", abroad, PUBLIC) == []


@pytest.mark.parametrize("field", ["question", "answer"])
@pytest.mark.parametrize("status", ["answered", "answered_by_phone", "answered_at_desk"])
def test_publishing_personal_data_is_refused_with_what_was_found(field: str, status: str) -> None:
    texts = {"question": "Hỏi", "answer": "Đáp", field: "Gọi 0912 345 678"}
    who = OPERATOR if status == "answered_at_desk" else OFFICER
    with pytest.raises(Refused) as refusal:
        told(case_in(status), who, tell(inputs.Publish, **texts))
    assert refusal.value.field == field
    assert "0912 345 678" in refusal.value.vi and "số điện thoại" in refusal.value.vi


def test_withholding_needs_a_ground_of_the_pack() -> None:
    with pytest.raises(Refused, match="not in the pack"):
        told(case_in("answered"), OFFICER, tell(inputs.Withhold, ground="out-of-scope"))
    assert (
        told(case_in("answered"), OFFICER, tell(inputs.Withhold, ground="secrecy-asked")).token == "withheld"
    )


@pytest.mark.parametrize("status", ["routed", "promised", "answered", "answered_at_desk", "published"])
def test_a_masked_case_holds_nothing_of_the_person(status: str) -> None:
    state = case_in(status)
    told_all = state.model_copy(
        update={"text": f"Tôi là {CITIZEN.name}, số 0912 345 678", "asked": "Anh Mẫu cho biết số nhà?"}
    )
    hidden = masked_state(told_all, PUBLIC)
    plain = hidden.model_dump_json()
    assert hidden.person == Person()
    assert hidden.text == "Tôi là […], số […]"
    for words in (CITIZEN.name, CITIZEN.phone, "912 345", CITIZEN.email, "anh Mẫu", CITIZEN.address):
        assert words.lower() not in plain.lower()
    assert (hidden.status, hidden.code, hidden.lead) == (state.status, state.code, state.lead)


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_redacted_and_a_known_name_is_never_left(text: str, name: str, address: str) -> None:
    person = Person(name=name, address=address)
    for one in find_personal(text, person):
        assert text[one.start : one.end] == one.words
    redact(text, person)


@pytest.mark.parametrize("text", ["0" * 10_000, "0 " * 5_000, "a@" * 5_000, "36A" * 3_000, "anh " * 2_500])
def test_hostile_texts_are_looked_through_quickly(text: str) -> None:
    begun = time.thread_time()
    find_personal(text, CITIZEN, PUBLIC)
    assert time.thread_time() - begun < 1
