"""What each of Facebook's events says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from libs.contracts.deliveries import DeliveryArrived
from services.intake.channels.facebook import Facebook
from services.intake.channels.shape import Delivery, Event, Passed, Said, SetAside
from tests.support.facebook_events import (
    CITIZEN,
    COMMENT,
    NOW,
    PAGE,
    POST,
    comment,
    delivered,
    echo,
    entry,
    messaging,
    page,
    raw,
    said,
)
from tests.support.facebook_tables import AT, facebook_channel

PHOTO = {"type": "image", "payload": {"url": "https://scontent.fbcdn.net/a.jpg"}}


@pytest.fixture
def facebook(tmp_path: Path) -> Facebook:
    return facebook_channel(tmp_path)


def read(facebook: Facebook, *items: dict[str, Any], at: int = NOW) -> list[Event]:
    return list(facebook.parse(Delivery(raw(page(entry(*items, at=at))), AT)))


def only(facebook: Facebook, item: dict[str, Any], at: int = NOW) -> Said:
    [found] = read(facebook, item, at=at)
    assert isinstance(found, Said), found
    return found


def test_a_message_names_its_speaker_its_page_and_what_it_answers(facebook: Facebook) -> None:
    found = only(facebook, said("Đèn đường hỏng", reply_to={"mid": "m_x"}))
    assert (found.text, found.key, found.person) == ("Đèn đường hỏng", "m_abc", CITIZEN)
    assert (found.account, found.thread, found.answers) == (PAGE, "m_abc", ("m_x",))
    assert found.at == datetime.fromtimestamp(NOW / 1000, UTC) and not found.public


def test_pictures_sounds_and_files_are_enclosed(facebook: Facebook) -> None:
    kinds = ["image", "video", "audio", "file"]
    files = [{"type": kind, "payload": {"url": f"https://cdn.fbsbx.com/{kind}"}} for kind in kinds]
    found = only(facebook, said("", attachments=files))
    assert [one.type for one in found.enclosed] == kinds and found.text == ""


def test_a_place_is_a_point_and_a_link_is_words(facebook: Facebook) -> None:
    coordinates = {"lat": 19.8067, "long": 105.7852}
    place = {"type": "location", "title": "Chợ Vườn Hoa", "payload": {"coordinates": coordinates}}
    link = {"type": "fallback", "title": "Bài báo", "url": "https://bao.example/bai", "payload": None}
    found = only(facebook, said("Ở đây", attachments=[place, link]))
    assert found.spot and (found.spot.lat, found.spot.long) == (19.8067, 105.7852)
    assert (found.place, found.text) == ("Chợ Vườn Hoa", "Ở đây\nBài báo\nhttps://bao.example/bai")


@pytest.mark.parametrize(
    "sticker",
    [
        {
            "type": "image",
            "payload": {"url": "https://scontent.fbcdn.net/s.png", "sticker_id": 369239263222822},
        },
        {"type": "sticker", "payload": {"sticker_id": "369239263222822"}},
        {"type": "sticker", "payload": {"url": "https://scontent.fbcdn.net/s.png"}},
    ],
)
def test_a_sticker_of_the_old_or_the_new_form_says_nothing(
    facebook: Facebook, sticker: dict[str, Any]
) -> None:
    assert read(facebook, said(attachments=[sticker])) == [Passed("sticker")]
    found = only(facebook, said("Cảm ơn", attachments=[sticker, PHOTO]))
    assert (found.text, len(found.enclosed)) == ("Cảm ơn", 1)


@pytest.mark.parametrize("name", ["message_edit", "message_edits"])
def test_a_message_that_was_edited_is_said_again_to_the_same_case(facebook: Facebook, name: str) -> None:
    edit = {**messaging(), name: {"mid": "m_abc", "text": "Đèn đường ở ngõ 3 hỏng", "num_edit": 1}}
    found = only(facebook, edit)
    assert (found.text, found.answers, found.person) == (
        "Sửa lại: Đèn đường ở ngõ 3 hỏng",
        ("m_abc",),
        CITIZEN,
    )
    assert found.key != "m_abc" and found.key == only(facebook, edit).key


def test_a_receipt_names_the_messages_or_is_only_counted(facebook: Facebook) -> None:
    found = read(facebook, delivered("m_1", "m_2", "m_1"))
    assert [one.gateway_id for one in found if isinstance(one, DeliveryArrived)] == ["m_1", "m_2"]
    assert read(facebook, delivered()) == [Passed("receipt")]


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (echo("Đã tiếp nhận", "m_1"), "echo"),
        (echo("Đã tiếp nhận", "m_1", metadata="của người khác"), "echo"),
        (said("của chính Trang", person=PAGE, page=CITIZEN), "echo"),
        (said("", is_deleted=True), "unsent"),
        (messaging(postback={"mid": "m_2", "title": "Bắt đầu", "payload": "START"}), "postback"),
        (messaging(read={"watermark": NOW}), "read"),
        (messaging(reaction={"reaction": "love", "mid": "m_1"}), "reaction"),
        (messaging(referral={"ref": "qr"}), "referral"),
        (messaging(something_new={}), "unknown-something-new"),
        (comment("Đã tiếp nhận", by={"id": PAGE, "name": "Tổng đài"}), "echo"),
        (comment(verb="remove", message=None), "comment-remove"),
        (comment(verb="hide"), "comment-hide"),
        (comment(verb="unhide"), "comment-unhide"),
        (comment(item="reaction", reaction_type="like"), "reaction"),
        (comment(item="share"), "share"),
        (comment("Thông báo", item="status", by={"id": PAGE}), "echo"),
        ({"field": "mention", "value": {}}, "unknown-mention"),
    ],
)
def test_what_nobody_said_is_passed_over_and_counted(
    facebook: Facebook, item: dict[str, Any], why: str
) -> None:
    assert read(facebook, item) == [Passed(why)]


def test_a_comment_is_said_in_public_and_is_answered_below_itself(facebook: Facebook) -> None:
    found = only(facebook, comment("Đèn đường hỏng", photo="https://scontent.fbcdn.net/a.jpg"))
    assert (found.key, found.thread, found.public) == (COMMENT, COMMENT, True)
    assert (found.person, found.name, found.answers) == (CITIZEN, "Trần Thị Mẫu", ())
    assert found.at == datetime.fromtimestamp(NOW // 1000, UTC)
    assert [one.url for one in found.enclosed] == ["https://scontent.fbcdn.net/a.jpg"]


def test_a_comment_below_a_comment_answers_it(facebook: Facebook) -> None:
    assert only(facebook, comment("Vẫn hỏng", "1_3", parent_id="1_2")).answers == ("1_2",)


@pytest.mark.parametrize("at", [NOW + 60_000, (NOW + 60_000) // 1000])
@pytest.mark.parametrize("verb", ["edited", "edit"])
def test_an_edited_comment_is_said_again_whichever_word_and_unit_facebook_takes(
    facebook: Facebook, verb: str, at: int
) -> None:
    found = only(facebook, comment("Đèn ở ngõ 3", verb=verb), at=at)
    assert (found.text, found.answers) == ("Sửa lại: Đèn ở ngõ 3", (COMMENT,))
    assert found.key == only(facebook, comment("Đèn ở ngõ 3", verb="edit")).key
    assert found.key != only(facebook, comment("Đèn ở ngõ 4", verb=verb)).key
    assert found.at and abs((found.at - AT).total_seconds() - 59) < 1.1


def test_two_comments_without_a_name_are_not_one_person(facebook: Facebook) -> None:
    one, two = (only(facebook, comment("Hỏng", id_, by=None)) for id_ in ("1_1", "1_2"))
    assert one.person and one.person != two.person
    assert only(facebook, comment("Hỏng rồi", "1_1", verb="edited", by=None)).person == one.person


def test_an_echo_that_names_a_letter_of_ours_says_that_it_went(facebook: Facebook) -> None:
    [found] = read(facebook, echo("Đã tiếp nhận", "m_1", metadata="7" * 32))
    assert isinstance(found, DeliveryArrived)
    assert (found.letter, found.gateway_id, found.way) == ("7" * 32, "m_1", "facebook")


def test_a_visitors_post_with_its_pictures_is_said_in_public(facebook: Facebook) -> None:
    photos = ["https://scontent.fbcdn.net/1.jpg", "https://scontent.fbcdn.net/2.jpg"]
    post = comment("Rác chưa thu", item="status", comment_id=None, parent_id=None, photos=photos)
    found = only(facebook, post)
    assert (found.key, found.thread, found.public, found.answers) == (POST, "", True, ())
    assert [one.url for one in found.enclosed] == photos


def test_a_number_as_an_id_and_half_a_letter_do_no_harm(facebook: Facebook) -> None:
    body = raw(page(entry(said("a")))).replace(f'"{CITIZEN}"'.encode(), CITIZEN.encode())
    body = body.replace(b'"text":"a"', b'"text":"\\ud83d \\u0000\\ud83d\\ude00"')
    [found] = facebook.parse(Delivery(body, AT))
    assert isinstance(found, Said)
    assert (found.person, found.text) == (CITIZEN, "? 😀")


@pytest.mark.parametrize(
    "item",
    [
        said(),
        said("a", ""),
        messaging(message="a"),
        messaging(message_edit={"mid": "m"}),
        messaging(),
        messaging(person="", message={"mid": "m", "text": "a"}),
        comment("a", ""),
        comment(" "),
        comment("a", verb=""),
        {"field": "feed", "value": []},
    ],
)
def test_what_makes_no_sense_is_set_aside_with_a_reason(facebook: Facebook, item: dict[str, Any]) -> None:
    with pytest.raises(SetAside) as caught:
        read(facebook, item)
    assert str(caught.value).startswith("1 of the batch: entry 0 ") and CITIZEN not in str(caught.value)
