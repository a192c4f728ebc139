"""Whatever Zalo or Facebook may post one day: words that fit into a case, or a reason why not."""

import copy
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from libs.contracts.deliveries import DeliveryFact
from libs.contracts.subjects import CaseRef, side_subject
from services.intake.channels.facebook import Facebook, FacebookRow
from services.intake.channels.shape import Delivery, Said, SetAside, Unverified
from services.intake.channels.zalo import Zalo, ZaloRow
from services.intake.domain.said import Choice, Stamp, Words, message_key, opened_by, talk_name, tidy
from tests.support import facebook_events, zalo_events
from tests.support.zalo_tables import AT

ZALO = Zalo(
    "zalo",
    frozenset({"x-zevent-signature"}),
    row=ZaloRow(
        code="zalo", kind="zalo", app_id=zalo_events.APP, oa_id=zalo_events.OA, oa_secret_file=Path("unread")
    ),
    secrets=(b"secret",),
)
FACEBOOK = Facebook(
    "facebook",
    frozenset({"x-hub-signature-256"}),
    row=FacebookRow(
        code="facebook",
        kind="facebook",
        pages=(facebook_events.PAGE,),
        app_secret_file=Path("unread"),
        verify_token_file=Path("unread"),
    ),
    secrets=(b"secret",),
    token=b"word",
)
BOTH = pytest.mark.parametrize("channel", [ZALO, FACEBOOK], ids=["zalo", "facebook"])

TEXT = st.text(st.characters(exclude_categories=[]), max_size=30)  # half letters too
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["", "0", "9" * 5_000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)

ATTACHMENTS = [
    zalo_events.attached("image", url="https://f1.zdn.vn/a.jpg", description="Ổ gà"),
    zalo_events.attached("location", coordinates={"latitude": "19.8", "longitude": "105.7"}),
    zalo_events.attached("link", description='{"phone":"0912345678"}', url="https://a.example"),
    {"type": "location", "title": "Chợ", "payload": {"coordinates": {"lat": 19.8, "long": 105.7}}},
    {"type": "fallback", "title": "Bài", "url": "https://a.example"},
    {"type": "sticker", "payload": {"sticker_id": 1}},
]
OF_ZALO = [
    zalo_events.said("Đèn hỏng", attachments=ATTACHMENTS, quote_msg_id="q"),
    zalo_events.said("Đèn hỏng", name="anonymous_send_text", conversation_id="c"),
    zalo_events.receipt("m-1", tracking_id="letter", msg_ids=["m-2"]),
    zalo_events.event(
        "user_submit_info",
        sender={"id": zalo_events.CITIZEN},
        recipient={"id": zalo_events.OA},
        info={"name": "Nguyễn Văn Mẫu", "phone": "84912345678", "address": "Thôn 3"},
    ),
]
OF_FACEBOOK = [
    facebook_events.page(
        facebook_events.entry(
            facebook_events.said("Đèn hỏng", attachments=ATTACHMENTS, reply_to={"mid": "m"}),
            {**facebook_events.messaging(), "message_edit": {"mid": "m", "text": "Đèn"}},
            facebook_events.delivered("m_1", "m_2"),
            facebook_events.comment(
                "Đèn hỏng", photo="https://a.fbcdn.net/a", photos=["https://a.fbcdn.net/b"]
            ),
            facebook_events.comment("Đèn hỏng", verb="edited", parent_id="1_2"),
        ),
        facebook_events.entry(facebook_events.echo("Đã nhận", "m_9"), box="standby"),
    )
]


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in an event that could hold something else."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for name, child in inner for place in places(child, (*path, name)))]


@st.composite
def damaged(draw: st.DrawFn, events: list[dict[str, Any]]) -> bytes:
    """A genuine event in which up to three things are of another kind, or of another name."""
    event = copy.deepcopy(draw(st.sampled_from(events)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([place for place in places(event) if place]))
        parent = event
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = draw(VALUES)
    return json.dumps(event, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def follow(channel: Zalo | Facebook, body: bytes) -> None:
    """What intake does with it, as far as it needs no server. Every fact must fit on the wire."""
    with suppress(SetAside):
        for event in channel.parse(Delivery(body, AT)):
            if isinstance(event, Said):
                _opens(channel.code, event)
            elif isinstance(event, DeliveryFact):
                assert len(side_subject(event).split(".")) == 4 and b"\\u0000" not in _wire(event)


def _opens(code: str, event: Said) -> None:
    said = tidy(event, arrived=AT)
    key = message_key(code, said.account, said.key)
    assert said.key and talk_name(code, said.account, said.person)
    words = Words(said, key, code, said.at or AT)
    stamp = Stamp(datetime(2026, 3, 2, tzinfo=UTC), "v1")
    choice = Choice(CaseRef(2026, key))
    fact = opened_by(words, choice, code="123456782", token="", files=(), spam=(), stamp=stamp)
    assert b"\\u0000" not in _wire(fact)


def _wire(fact: Any) -> bytes:
    return bytes(fact.model_dump_json().encode())


@BOTH
@settings(max_examples=200)
@given(body=st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
@example(body=b'{"event_name":"user_send_text"')
@example(body="{}".encode("utf-16"))
def test_any_bytes_are_read_or_set_aside(channel: Zalo | Facebook, body: bytes) -> None:
    follow(channel, body)


@settings(max_examples=400)
@given(body=damaged(OF_ZALO))
def test_a_damaged_event_of_zalo_is_read_or_set_aside(body: bytes) -> None:
    follow(ZALO, body)


@settings(max_examples=400)
@given(body=damaged(OF_FACEBOOK))
def test_a_damaged_batch_of_facebook_is_read_or_set_aside(body: bytes) -> None:
    follow(FACEBOOK, body)


@BOTH
@settings(max_examples=200)
@given(
    body=st.binary(max_size=80) | st.just(b'{"timestamp":"1"}'),
    given_=st.text(max_size=80) | st.from_regex(r"(mac|sha256)=[0-9a-fA-F]{64}", fullmatch=True),
    query=st.text(max_size=80) | st.just("hub.mode=subscribe&hub.verify_token=x&hub.challenge=1"),
    method=st.sampled_from(["GET", "POST"]),
)
def test_whatever_stands_for_a_signature_it_is_refused(
    channel: Zalo | Facebook, body: bytes, given_: str, query: str, method: str
) -> None:
    headers = dict.fromkeys(channel.headers, given_)
    delivery = Delivery(body, AT, method, query=query, headers=headers)
    channel.answer(delivery)
    with pytest.raises(Unverified):
        channel.verify(delivery)
    assert channel.key(delivery)
