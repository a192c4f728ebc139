"""What speaks for junk: one sign is never enough, and a citizen's own way of writing is none."""

import pytest

from services.intake.domain.spam import evidence


@pytest.mark.parametrize(
    "text",
    [
        "ĐÈN ĐƯỜNG HỎNG MỘT TUẦN NAY, ĐỀ NGHỊ SỬA GẤP!!!",
        "Xem ảnh ở https://anh.example/1 và https://anh.example/2 giúp tôi, đoạn trước cổng trường",
        "Có nhóm đi từng nhà mời vay tiền nhanh, đề nghị công an xử lý",
        "https://anh.example/hong",
    ],
)
def test_a_citizen_is_not_junk(text: str) -> None:
    assert evidence(text) == ()


def test_neighbours_who_send_the_same_words_are_not_junk() -> None:
    assert evidence("Mất điện từ sáng ở thôn 3", others=40) == ()


def test_an_offer_with_links_is_junk() -> None:
    assert evidence("Siêu khuyến mãi cho mọi nhà www.a.example www.b.example www.c.example") == (
        "links",
        "offer",
    )


def test_the_same_offer_from_many_is_junk() -> None:
    assert evidence("Trúng thưởng lớn, nhận ngay", others=5) == ("offer", "repeated")


def test_what_the_channel_has_seen_is_enough_and_named_once() -> None:
    assert evidence("Chào bạn", given=("precedence-bulk", "precedence-bulk")) == ("precedence-bulk",)
