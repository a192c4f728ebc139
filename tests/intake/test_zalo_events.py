"""What each of Zalo's events says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from libs.contracts.deliveries import DeliveryArrived
from services.intake.channels.shape import Delivery, Event, Passed, Said, SetAside
from services.intake.channels.zalo import Zalo
from tests.support.zalo_events import CITIZEN, NOW, OA, attached, echo, event, raw, receipt, said, signed
from tests.support.zalo_tables import AT, delivery, zalo_channel

IMAGE = attached("image", url="https://f1.zdn.vn/a.jpg", thumbnail="https://f1.zdn.vn/t.jpg")


@pytest.fixture
def zalo(tmp_path: Path) -> Zalo:
    return zalo_channel(tmp_path)


def read(zalo: Zalo, content: dict[str, Any]) -> list[Event]:
    taken = delivery(signed(content))
    zalo.verify(taken)
    return list(zalo.parse(taken))


def only(zalo: Zalo, content: dict[str, Any]) -> Said:
    [found] = read(zalo, content)
    assert isinstance(found, Said), found
    return found


def test_a_text_names_its_speaker_its_account_and_what_it_answers(zalo: Zalo) -> None:
    found = only(zalo, said("Đèn đường hỏng", quote_msg_id="ab12"))
    assert (found.text, found.key, found.person) == ("Đèn đường hỏng", "b8de7d84fa1b0000000c", CITIZEN)
    assert (found.account, found.thread, found.answers) == (OA, "b8de7d84fa1b0000000c", ("ab12",))
    assert found.at == datetime.fromtimestamp(NOW / 1000, UTC) and not found.public


def test_ids_beyond_what_a_float_holds_stay_as_they_are(zalo: Zalo) -> None:
    body = raw(said("a")).replace(f'"{CITIZEN}"'.encode(), b"8309393960000000001")
    assert b":8309393960000000001" in body
    [found] = zalo.parse(Delivery(body, AT))
    assert isinstance(found, Said) and found.person == "8309393960000000001"


def test_several_pictures_with_their_words_are_one_message(zalo: Zalo) -> None:
    more = attached("gif", url="https://f1.zdn.vn/b.gif")
    found = only(zalo, said("Ổ gà", name="user_send_image", attachments=[IMAGE, more]))
    assert [(one.url, one.type) for one in found.enclosed] == [
        ("https://f1.zdn.vn/a.jpg", "image"),
        ("https://f1.zdn.vn/b.gif", "gif"),
    ]
    assert found.text == "Ổ gà"


def test_a_place_is_a_point_and_the_name_of_the_place(zalo: Zalo) -> None:
    where = attached("location", coordinates={"latitude": "19.806700", "longitude": "105.785200"})
    found = only(zalo, said("Chợ Vườn Hoa", name="user_send_location", attachments=[where]))
    assert (found.place, found.text) == ("Chợ Vườn Hoa", "")
    assert found.spot and (found.spot.lat, found.spot.long) == (19.8067, 105.7852)


def test_a_point_that_is_nowhere_on_earth_leaves_the_name_of_the_place(zalo: Zalo) -> None:
    where = attached("location", coordinates={"latitude": "1e400", "longitude": "NaN"})
    found = only(zalo, said("Chợ Vườn Hoa", name="user_send_location", attachments=[where]))
    assert (found.place, found.spot) == ("Chợ Vườn Hoa", None)


def test_files_sounds_and_films_are_enclosed_with_what_they_claim_to_be(zalo: Zalo) -> None:
    file = attached("file", url="https://f2.zdn.vn/1", name="đơn.pdf", size="12", type="pdf")
    film = attached("video", url="https://f2.zdn.vn/2", description="Nước tràn")
    sound = attached("audio", url="https://f2.zdn.vn/3")
    found = only(zalo, said(name="user_send_file", attachments=[file, film, sound]))
    assert [(one.label, one.type) for one in found.enclosed] == [
        ("đơn.pdf", "pdf"),
        ("", "video"),
        ("", "audio"),
    ]
    assert found.text == "Nước tràn"


def test_a_link_is_words_and_a_contact_card_a_name_with_its_number(zalo: Zalo) -> None:
    link = attached("link", url="https://bao.example/bai", description="Bài báo", thumbnail="x")
    assert only(zalo, said("Xem", name="user_send_link", attachments=[link])).text == (
        "Xem\nBài báo\nhttps://bao.example/bai"
    )
    card = attached("link", description='{"phone":"0912345678","qrCodeUrl":"https://qr.example"}')
    found = only(zalo, said("Nguyễn Văn Mẫu", name="user_send_business_card", attachments=[card]))
    assert found.text == "Danh thiếp: Nguyễn Văn Mẫu, 0912345678"
    assert not found.phone, "the number of somebody else"


def test_a_sticker_alone_says_nothing(zalo: Zalo) -> None:
    sticker = attached("sticker", url="https://zalo-api.zadn.vn/s.png", id="s1")
    assert read(zalo, said(name="user_send_sticker", attachments=[sticker])) == [Passed("sticker")]


def test_contact_data_from_the_form_is_the_citizens_own(zalo: Zalo) -> None:
    info = {"name": "Nguyễn Văn Mẫu", "phone": "84912345678", "address": "Thôn 3", "ward": "Xã Quảng Lưu"}
    content = event("user_submit_info", sender={"id": CITIZEN}, recipient={"id": OA}, info=info)
    found = only(zalo, content)
    assert (found.name, found.phone, found.address) == (
        "Nguyễn Văn Mẫu",
        "84912345678",
        "Thôn 3, Xã Quảng Lưu",
    )
    assert found.person == CITIZEN and "84912345678" in found.text
    assert only(zalo, {**content, "timestamp": str(NOW + 1)}).key != found.key


def test_who_has_not_followed_is_answered_in_their_conversation(zalo: Zalo) -> None:
    found = only(zalo, said("Tôi muốn hỏi", name="anonymous_send_text", conversation_id="c-1", person="99"))
    assert (found.person, found.thread) == ("anonymous:99", "c-1")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (event("follow", oa_id=OA, follower={"id": CITIZEN}, source="oa_profile"), "followed"),
        (event("unfollow", oa_id=OA, follower={"id": CITIZEN}), "unfollowed"),
        (echo("Đã tiếp nhận", "m1"), "echo"),
        (event("oa_send_list", sender={"id": OA}, recipient={"id": CITIZEN}), "echo"),
        (said("của chính OA", person=OA, oa=CITIZEN), "echo"),
        (said("trong nhóm", name="user_send_group_text", oa="77"), "group"),
        (event("user_reacted_message"), "reaction"),
        (event("widget_Interaction.accepted!"), "unknown-widget-interaction-accepted"),
    ],
)
def test_what_nobody_said_is_passed_over_and_counted(zalo: Zalo, content: dict[str, Any], why: str) -> None:
    assert read(zalo, content) == [Passed(why)]


def test_a_receipt_names_the_message_it_is_for_and_two_of_them_are_one_fact(zalo: Zalo) -> None:
    [arrived] = read(zalo, receipt("m1"))
    [seen] = read(zalo, {**receipt("m1", at=NOW + 5_000), "event_name": "user_seen_message"})
    assert isinstance(arrived, DeliveryArrived) and isinstance(seen, DeliveryArrived)
    assert (arrived.way, arrived.gateway_id, arrived.letter) == ("zalo", "m1", "")
    assert (arrived.reference, arrived.event_id) == (seen.reference, seen.event_id)


def test_a_glance_may_name_many_messages(zalo: Zalo) -> None:
    content = event("user_seen_message", sender={"id": OA}, recipient={"id": CITIZEN})
    found = read(zalo, {**content, "message": {"msg_ids": ["m1", "m2", "m1", 3]}})
    assert [one.gateway_id for one in found if isinstance(one, DeliveryArrived)] == ["m1", "m2", "3"]


def test_a_receipt_of_zns_names_our_own_letter(zalo: Zalo) -> None:
    [found] = read(zalo, receipt("z1", delivery_time=str(NOW), tracking_id="letter-1"))
    assert isinstance(found, DeliveryArrived)
    assert (found.way, found.gateway_id, found.letter) == ("zns", "z1", "letter-1")


@pytest.mark.parametrize(
    "content",
    [
        {**said("a"), "sender": {}},
        {**said("a"), "message": {"text": "a"}},
        said(),
        said("a", oa="1423847450000000002"),
        {**said("a"), "event_name": ""},
        event("user_submit_info", sender={"id": CITIZEN}, recipient={"id": OA}, info={}),
        event("user_received_message", message={}),
        event("user_withdraw", user_id=CITIZEN),
    ],
)
def test_what_makes_no_sense_is_set_aside_with_a_reason(zalo: Zalo, content: dict[str, Any]) -> None:
    with pytest.raises(SetAside) as caught:
        list(zalo.parse(Delivery(raw(content), AT)))
    assert str(caught.value) and CITIZEN not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe{", b"[" * 100_000, b'{"a":' * 99_999])
def test_what_is_no_object_is_set_aside(zalo: Zalo, body: bytes) -> None:
    with pytest.raises(SetAside):
        list(zalo.parse(Delivery(body, AT)))
