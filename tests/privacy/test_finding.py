"""What is personal in a Vietnamese text, and what only looks like it."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.casevalues import Person
from libs.contracts.codes import spoken, with_check_digit
from libs.places.text import unmarked
from libs.privacy import MARK, cover, find

AN = Person(
    name="Nguyễn Thị Bình An",
    phone="+84912345678",
    phone_raw="0912345678",
    address="12 Lê Lợi, phường Hạc Thành, tỉnh Thanh Hóa",
    email="binh.an@dan.example",
)
HAMLET = Person(name="Lê Văn Mẫu", address="thôn 3, xã Quảng Lưu, huyện Quảng Xương")

PERSONAL = [
    ("Bà Nguyễn Thị Bình An phản ánh", "name", "Nguyễn Thị Bình An"),
    ("AN, NGUYỄN THỊ BÌNH có đơn", "name", "AN, NGUYỄN THỊ BÌNH"),
    ("nguyen thi binh an bao mat nuoc", "name", "nguyen thi binh an"),
    ("gửi Bình An biết", "name", "Bình An"),
    ("Nguyễn An đã ký", "name", "Nguyễn An"),
    ("chị An cho biết", "name", "An"),
    ("ông Trần Văn Tèo ở cạnh", "name", "Trần Văn Tèo"),
    ("Ông TRẦN VĂN TÈO", "name", "TRẦN VĂN TÈO"),
    ("ÔNG TRẦN VĂN TÈO", "name", "TRẦN VĂN TÈO"),
    ("bác Tư cho vay", "name", "Tư"),
    ("Họ và tên: Lê Hồng Vân", "name", "Lê Hồng Vân"),
    ("tôi tên Phạm Minh", "name", "Phạm Minh"),
    ("tôi là Đỗ Thị Na", "name", "Đỗ Thị Na"),
    ("gọi 0987 654 321", "phone", "0987 654 321"),
    ("gọi 09.8765.4321", "phone", "09.8765.4321"),
    ("gọi (+84) 987654321", "phone", "+84) 987654321"),
    ("gọi 0237-3852-246", "phone", "0237-3852-246"),
    ("thư a.b+c@may.chu.example.", "email", "a.b+c@may.chu.example"),
    ("thư teo (at) may.example", "email", "teo (at) may.example"),
    ("CCCD 038090012345", "id", "038090012345"),
    ("CCCD: 038.090.012.345", "id", "038.090.012.345"),
    ("CMND số 17.123.456.7", "id", "17.123.456.7"),
    ("số 171234567", "id", "171234567"),
    ("hộ chiếu C1234567", "id", "C1234567"),
    ("xe 36A-123.45", "plate", "36A-123.45"),
    ("xe 36a 123.45", "plate", "36a 123.45"),
    ("xe máy 36-B1 678.90", "plate", "36-B1 678.90"),
    ("xe 36MĐ1-123.45", "plate", "36MĐ1-123.45"),
    ("STK 123456789012 ngân hàng", "account", "123456789012"),
    ("số tài khoản của tôi là 1234 567 890", "account", "1234 567 890"),
    ("thẻ 9704 1234 5678 9012", "account", "9704 1234 5678 9012"),
    ("nhà ở số nhà 45 đường Trần Phú", "address", "số nhà 45 đường Trần Phú"),
    ("số 7/12 ngõ 5 phố Bà Triệu, tổ 3, phường Hạc Thành", "address", "số 7/12 ngõ 5 phố Bà Triệu, tổ 3"),
    ("thường trú tại thôn Đông Hải, xã Quảng Lưu", "address", "thôn Đông Hải"),
    ("12 LÊ LỢI ngập", "address", "12 LÊ LỢI"),
]

HARMLESS = [
    "Ngày 05.01.2025 09:30, từ 07.30-11.30 13.30-17.30, ngày 2026-03-02 08:00.",
    "Quyết định số 2995/QĐ-BYT, Luật 91/2025/QH15, Nghị định 356/2025/NĐ-CP, Thông tư 02/2024/TT-BYT.",
    "Kinh phí 1.250.000.000 đồng; 150 000 000 đồng; 250.000.000 VNĐ; 123456789 đồng; 300 000 000 người.",
    "Gọi 1022, 113, 114, 115, 19001234, 1800 1234 hoặc 111.",
    "Đường Bà Triệu, phố Lê Lợi, ngõ 12 và thôn 3 ngập; quốc lộ 47, tỉnh lộ 506.",
    "Trụ sở UBND phường, số 35 đại lộ Lê Lợi, phường Hạc Thành.",
    "Công an phường Hạc Thành tại số 2 đường Trần Phú đã làm việc.",
    "Xã có 3 đường liên thôn, dài 12 km, rộng 20m2 1500 viên gạch, 36 hộ.",
    "Bác Hồ, Bà Rịa, Ông Ích Khiêm, Cô Tô, Chi cục Thuế, Chi nhánh điện, Chú ý, anh em, bà con.",
    "BÀ CON NHÂN DÂN CHÚ Ý: CÔ GIÁO DẠY HỌC.",
    "Điện 35kV, máy biến áp 250 kVA, chỉ số 12345, mã khách hàng PA05.",
    "Cháu học lớp 5A, em là học sinh, chú công an xã hướng dẫn.",
    "",
]


@pytest.mark.parametrize(("text", "kind", "words"), PERSONAL)
def test_personal_data_is_found_with_its_kind_and_place(text: str, kind: str, words: str) -> None:
    assert [(one.kind, one.words) for one in find(text, (AN,))] == [(kind, words)]
    assert all(text[one.start : one.end] == one.words for one in find(text, (AN,)))


@pytest.mark.parametrize("text", HARMLESS)
def test_dates_laws_money_offices_and_roads_are_nobodys(text: str) -> None:
    assert find(text, (AN, HAMLET)) == []
    assert cover(text, (AN, HAMLET)) == text


def test_a_look_up_code_stays_where_the_words_say_that_it_is_one() -> None:
    code = spoken(with_check_digit(12_345_678))
    assert find(f"Mã tra cứu của bạn: {code}") == []
    assert find(f"Hồ sơ {code} đã xong") == []
    assert [one.kind for one in find(f"Giấy tờ {code}")] == ["id"]
    assert [one.kind for one in find("Hồ sơ 123 456 780")] == ["id"]


def test_numbers_and_addresses_of_agencies_stay() -> None:
    public = frozenset({"02373852246", "sxd@tinh.example"})
    assert find("Gọi 0237 3852 246, thư SXD@tinh.example", public=public) == []
    assert len(find("Gọi 0237 3852 247, thư sxd2@tinh.example", public=public)) == 2


def test_an_address_shrinks_to_the_commune() -> None:
    text = "Nhà tôi ở số 12 Lê Lợi, phường Hạc Thành, tỉnh Thanh Hóa bị ngập."
    assert cover(text, (AN,), commune="phường Hạc Thành").count("phường Hạc Thành") == 1
    assert "12" not in cover(text, (AN,), commune="phường Hạc Thành")
    assert (
        cover("Thường trú tại số 3 đường Lý Thường Kiệt.", commune="xã Hà Long")
        == "Thường trú tại xã Hà Long."
    )
    assert cover("Số nhà 5, xã Hà Long", commune="xã Hà Long") == f"{MARK}, xã Hà Long"


def test_the_senders_hamlet_is_an_address_with_the_commune_and_a_place_without() -> None:
    assert [one.words for one in find("rác ở thôn 3, xã Quảng Lưu", (HAMLET,))] == ["thôn 3, xã Quảng Lưu"]
    assert find("đường thôn 3 hỏng", (HAMLET,)) == []


def test_letters_made_of_two_signs_are_read_too() -> None:
    text = unicodedata.normalize("NFD", "Bà Nguyễn Thị Bình An, số 0912345678")
    found = find(text, (AN,))
    assert [one.kind for one in found] == ["name", "phone"]
    assert all(text[one.start : one.end] == one.words for one in found)


pieces = st.sampled_from(
    [text for text, *_ in PERSONAL]
    + HARMLESS
    + [MARK, " ", ", ", "\n", "Nguyễn", "An", "ông", "0", "12", "số"]
)
texts = st.lists(pieces, max_size=8).map(" ".join) | st.text(max_size=120)


@given(texts)
def test_what_was_covered_is_found_no_more_and_covering_again_changes_nothing(text: str) -> None:
    once = cover(text, (AN, HAMLET), commune="xã Hà Long")
    assert find(once, (AN, HAMLET)) == []
    assert cover(once, (AN, HAMLET), commune="xã Hà Long") == once


@given(texts)
def test_places_are_right_and_in_order(text: str) -> None:
    found = find(text, (AN, HAMLET))
    assert all(text[one.start : one.end] == one.words for one in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


@given(st.permutations(AN.name.split()), st.booleans(), st.booleans())
def test_the_name_is_found_in_any_order_with_and_without_marks(
    order: list[str], plain: bool, loud: bool
) -> None:
    name = " ".join(order)
    name = unmarked(name) if plain else name
    name = name.upper() if loud else name
    assert name not in cover(f"Tin từ {name} gửi đến", (AN,))


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text", ["0" * 10_000, "0 " * 5_000, "a@" * 5_000, "36A" * 3_000, "anh " * 2_500, "số 1/" * 2_500,
           "ngõ 1 " * 2_000,
             "Nguyễn " * 2_000, "STK " * 3_000, "ông An " * 1_500, "phòng " * 2_500]
)  # fmt: skip
def test_hostile_texts_are_looked_through_quickly(text: str) -> None:
    cover(text, (AN,))
