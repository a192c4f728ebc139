"""Facebook's webhook: whom a delivery comes from, and how a batch is taken apart."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from services.intake.channels.facebook import SIGNATURE, Facebook
from services.intake.channels.rows import BadChannels, read_channels
from services.intake.channels.shape import Delivery, Event, Passed, Said, SetAside, Unverified
from tests.support.facebook_events import (
    OTHER_PAGE,
    PAGE,
    SECRET,
    VERIFY,
    comment,
    entry,
    page,
    raw,
    said,
    signature,
    signed,
)
from tests.support.facebook_tables import AT, delivery, facebook_channel, facebook_table

BATCH = page(entry(said("Đèn đường hỏng")))


@pytest.fixture
def facebook(tmp_path: Path) -> Facebook:
    return facebook_channel(tmp_path)


def parts(facebook: Facebook, content: Any) -> tuple[list[Event], str]:
    """What could be read, and why something could not."""
    found: list[Event] = []
    events = iter(facebook.parse(Delivery(raw(content), AT)))
    try:
        while True:
            found.append(next(events))
    except StopIteration:
        return found, ""
    except SetAside as trouble:
        return found, str(trouble)


def test_the_escaped_form_is_what_is_signed(facebook: Facebook) -> None:
    posted = signed(BATCH)
    assert b"\\u0110" in posted.body
    facebook.verify(delivery(posted))
    facebook.verify(delivery(posted, at=AT + timedelta(hours=36)))
    [found] = facebook.parse(delivery(posted))
    assert isinstance(found, Said) and found.text == "Đèn đường hỏng"


def test_a_body_written_anew_changed_or_signed_with_another_secret_is_refused(facebook: Facebook) -> None:
    posted = signed(BATCH)
    forged = [
        delivery(posted, body=json.dumps(BATCH, ensure_ascii=False).encode()),
        delivery(posted, body=posted.body.replace(b"\\u0110", b"\\u0111")),
        delivery(posted, body=posted.body + b" "),
        delivery(signed(BATCH, secret="another")),
        Delivery(posted.body, AT),
        Delivery(posted.body, AT, headers={SIGNATURE: "sha1=" + "0" * 40}),
        Delivery(posted.body, AT, headers={SIGNATURE: signature(posted.body).removeprefix("sha256=")}),
    ]
    for one in forged:
        with pytest.raises(Unverified):
            facebook.verify(one)


def test_while_the_secret_is_being_changed_both_are_good(tmp_path: Path) -> None:
    facebook = facebook_channel(tmp_path, secret=f"the-next-one\n{SECRET}")
    for secret in (SECRET, "the-next-one"):
        facebook.verify(delivery(signed(BATCH, secret=secret)))


def test_the_dashboard_gets_its_challenge_back_for_our_own_word(facebook: Facebook) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    answer = facebook.answer(Delivery(b"", AT, "GET", query=urlencode(asked)))
    assert answer and (answer.body, answer.type) == (b"1158201444", "text/plain")


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "guessed"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "ữ"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>"},
        {"hub.challenge": ""},
        {f"x{number}": "1" for number in range(50)},
    ],
)
def test_whoever_does_not_know_the_word_gets_nothing(facebook: Facebook, changed: dict[str, str]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    asking = Delivery(b"", AT, "GET", query=urlencode({**asked, **changed}))
    assert facebook.answer(asking) is None
    with pytest.raises(Unverified):
        facebook.verify(asking)


def test_a_batch_mixes_pages_messages_and_comments(facebook: Facebook) -> None:
    content = page(
        entry(said("một", "m_1"), comment("hai", "1_2")),
        entry(said("ba", "m_3", page=OTHER_PAGE), said("bốn", "m_4", page=OTHER_PAGE), page=OTHER_PAGE),
        entry(said("năm", "m_5"), box="standby"),
    )
    found, trouble = parts(facebook, content)
    assert not trouble
    assert [(one.text, one.account, one.public) for one in found if isinstance(one, Said)] == [
        ("một", PAGE, False),
        ("hai", PAGE, True),
        ("ba", OTHER_PAGE, False),
        ("bốn", OTHER_PAGE, False),
        ("năm", PAGE, False),
    ]


def test_of_a_batch_with_something_broken_all_the_rest_is_taken(facebook: Facebook) -> None:
    broken = said("không rõ ai", "m_2")
    del broken["sender"]
    content = page(entry(said("một", "m_1"), broken, said("ba", "m_3")), entry(said("x"), page="999"))
    content["entry"] += ["rác", {"id": PAGE, "messaging": ["rác", None]}, {"id": PAGE}]
    found, trouble = parts(facebook, content)
    assert [one.key for one in found if isinstance(one, Said)] == ["m_1", "m_3"]
    assert trouble.startswith("6 of the batch: entry 0 messaging 1: sender.id is missing")
    assert "entry 1 messaging 0: another Page" in trouble


def test_another_object_than_a_page_is_passed_over(facebook: Facebook) -> None:
    assert parts(facebook, {"object": "instagram", "entry": []})[0] == [Passed("unknown-object-instagram")]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe{", b"[" * 100_000])
def test_what_is_no_object_is_set_aside(facebook: Facebook, body: bytes) -> None:
    with pytest.raises(SetAside):
        list(facebook.parse(Delivery(body, AT)))


def test_a_table_without_pages_or_with_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadChannels, match="pages"):
        read_channels(facebook_table(tmp_path, pages=[]))
    with pytest.raises(BadChannels, match="page"):
        read_channels(facebook_table(tmp_path, page="1"))
