"""What each of Zalo's events says: words with their pictures and places, contact data, receipts."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.casevalues import Spot
from libs.contracts.deliveries import DeliveryArrived
from libs.contracts.facts import Actor, derived_id
from services.intake.channels.shape import Enclosed, Event, Passed, Said, SetAside
from services.intake.channels.wire import instant, items, label, load, part, spot, word

PASSED = {
    "follow": "followed",
    "unfollow": "unfollowed",
    "user_click_chatnow": "clicked",
    "user_reacted_message": "reaction",
    "anonymous_reacted_message": "reaction",
    "oa_reacted_message": "echo",
}
"""What is known and nobody has to act on, and the name it is counted under."""

_FILES = frozenset({"image", "gif", "audio", "video", "file"})


@dataclass
class _Content:
    words: list[str] = field(default_factory=list)
    enclosed: list[Enclosed] = field(default_factory=list)
    place: str = ""
    spot: Spot | None = None
    stickers: int = 0


def read(event: dict[str, Any], oa_id: str, arrived: datetime) -> list[Event]:
    """What an event holds: one thing, but a receipt may name several messages. Raises SetAside."""
    match name := word(event, "event_name"):
        case "":
            raise SetAside("event_name is missing")
        case "user_withdraw":
            raise SetAside("user_withdraw: the citizen wants their data erased; a person must see to it")
        case "user_received_message" | "user_seen_message":
            return receipts(event, arrived)
        case "user_submit_info":
            return [submitted(event, oa_id)]
    for start, why in (("oa_send_", "echo"), ("user_send_group_", "group")):
        if name.startswith(start):
            return [Passed(why)]
    if name.startswith(("user_send_", "anonymous_send_")):
        return [said(event, oa_id, anonymous=name.startswith("anonymous_"))]
    return [Passed(PASSED.get(name) or f"unknown-{label(name)}")]


def _parties(event: dict[str, Any], oa_id: str) -> str:
    """Who speaks to the account. Raises SetAside, also when another account was spoken to."""
    sender, recipient = word(event, "sender", "id"), word(event, "recipient", "id")
    if not sender:
        raise SetAside("sender.id is missing")
    if oa_id not in {sender, recipient}:
        raise SetAside("recipient.id: another official account")
    return sender


def said(event: dict[str, Any], oa_id: str, *, anonymous: bool) -> Event:
    """A message of a citizen. Who has not followed the account is `anonymous:<id>`, and is answered in the
    conversation that `thread` names; everybody else by quoting the message. Raises SetAside.
    """
    sender, message = _parties(event, oa_id), part(event, "message")
    if sender == oa_id:
        return Passed("echo")
    key = word(message, "msg_id")
    if not key:
        raise SetAside("message.msg_id is missing")
    content = _content(message)
    if not (content.words or content.enclosed or content.place or content.spot):
        if content.stickers:
            return Passed("sticker")
        raise SetAside("a message without text or attachment")
    quoted = word(message, "quote_msg_id")
    return Said(
        key=key,
        person=f"anonymous:{sender}" if anonymous else sender,
        text="\n".join(content.words),
        at=instant(word(event, "timestamp")),
        account=oa_id,
        thread=word(message, "conversation_id") if anonymous else key,
        place=content.place,
        spot=content.spot,
        enclosed=tuple(content.enclosed),
        answers=(quoted,) if quoted else (),
    )


def _content(message: dict[str, Any]) -> _Content:
    content, text = _Content(), word(message, "text")
    for attachment in items(message, "attachments"):
        kind, payload = word(attachment, "type"), part(attachment, "payload")
        if kind == "location":
            where = part(payload, "coordinates")
            content.spot = spot(word(where, "latitude"), word(where, "longitude"))
            content.place, text = text, ""  # the name of the place, not what the citizen says
        elif kind == "sticker":
            content.stickers += 1
        elif kind in _FILES and word(payload, "url"):
            content.enclosed.append(_enclosed(kind, payload))
            content.words += _present(word(payload, "description"))
        elif card := _card(word(payload, "description")):
            content.words.append(", ".join(_present("Danh thiếp: " + text, card)))
            text = ""
        else:
            content.words += _present(word(payload, "description"), word(payload, "url"))
    content.words[:0] = _present(text)
    return content


def _enclosed(kind: str, payload: dict[str, Any]) -> Enclosed:
    announced = word(payload, "type") if kind == "file" else kind
    return Enclosed(url=word(payload, "url"), label=word(payload, "name"), type=announced)


def _card(description: str) -> str:
    """The number on a contact card, which comes as JSON within a string; empty when it is none."""
    try:
        return word(load(description), "phone")
    except SetAside:
        return ""


def _present(*texts: str) -> list[str]:
    return [text for text in texts if text.strip()]


def submitted(event: dict[str, Any], oa_id: str) -> Said:
    """Name, phone, address that a citizen gave in Zalo's own form; it has no message id. Raises SetAside."""
    sender, info, stamp = _parties(event, oa_id), part(event, "info"), word(event, "timestamp")
    name, phone = word(info, "name"), word(info, "phone")
    parts = _present(*(word(info, level) for level in ("address", "ward", "district", "city")))
    address = ", ".join(parts) or word(info, "full_address")
    if not (name or phone or address):
        raise SetAside("info is empty")
    return Said(
        key=f"user_submit_info:{sender}:{stamp}",
        person=sender,
        text="Thông tin liên hệ: " + ", ".join(_present(name, phone, address)),
        at=instant(stamp),
        account=oa_id,
        name=name,
        phone=phone,
        address=address,
    )


def receipts(event: dict[str, Any], arrived: datetime) -> list[Event]:
    """It is on the citizen's device, or was read there. One name for two things: with a tracking id or a time
    of delivery it is about a ZNS message. Raises SetAside when no message is named.
    """
    message = part(event, "message")
    tracking = word(message, "tracking_id") or word(event, "tracking_id")
    way = "zns" if tracking or word(message, "delivery_time") else "zalo"
    at = instant(word(event, "timestamp")) or arrived
    found: list[Event] = [_arrived(way, gateway_id, tracking, at) for gateway_id in _named(message)]
    if not found and tracking:
        found = [_arrived(way, "", tracking, at)]
    if not found:
        raise SetAside("a receipt that names no message")
    return found


def _named(message: dict[str, Any]) -> Iterator[str]:
    listed = (word({"id": one}, "id") for one in items(message, "msg_ids"))
    yield from dict.fromkeys(filter(None, (word(message, "msg_id"), *listed)))


def _arrived(way: str, gateway_id: str, letter: str, at: datetime) -> DeliveryArrived:
    reference = hashlib.sha256(f"{way}\0{gateway_id or letter}".encode()).hexdigest()[:32]
    return DeliveryArrived(
        event_id=derived_id(UUID(hex=reference), DeliveryArrived.stem()),
        at=at,
        by=Actor(service="intake"),
        way=way,
        reference=reference,
        letter=letter,
        gateway_id=gateway_id,
    )
