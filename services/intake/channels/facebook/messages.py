"""What a Messenger event says: words with their pictures and places, corrections, receipts."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.casevalues import Spot
from libs.contracts.deliveries import DeliveryArrived
from libs.contracts.facts import Actor, derived_id
from services.intake.channels.shape import Enclosed, Event, Passed, Said, SetAside
from services.intake.channels.wire import flag, instant, items, label, part, spot, word

PASSED = ("postback", "read", "reaction", "referral", "optin", "account_linking", "policy_enforcement",
          "pass_thread_control", "take_thread_control", "request_thread_control", "app_roles")  # fmt: skip
"""Buttons, glances and arrangements: known, and nothing that anybody said."""

_ENVELOPE = {"sender", "recipient", "timestamp"}
_LETTER = re.compile(r"[0-9a-f]{32}")
_FILES = frozenset({"image", "video", "audio", "file"})


def messaged(item: dict[str, Any], page: str, arrived: datetime) -> Iterable[Event]:
    """The events in one element of `messaging`. Raises SetAside."""
    if "message" in item:
        return [_said(item, page)]
    for name in ("message_edit", "message_edits"):
        if name in item:
            return [_corrected(item, part(item, name), page)]
    if "delivery" in item:
        return _delivered(item, arrived)
    for name in PASSED:
        if name in item:
            return [Passed(label(name))]
    kinds = sorted(set(item) - _ENVELOPE)
    if not kinds:
        raise SetAside("nothing happened in it")
    return [Passed(f"unknown-{label(kinds[0])}")]


def _sender(item: dict[str, Any]) -> str:
    if sender := word(item, "sender", "id"):
        return sender
    raise SetAside("sender.id is missing")


def _said(item: dict[str, Any], page: str) -> Event:
    message, sender = part(item, "message"), _sender(item)
    if flag(message, "is_echo") or sender == page:
        return _echo(item, message)
    if flag(message, "is_deleted"):
        return Passed("unsent")
    key = word(message, "mid")
    if not key:
        raise SetAside("message.mid is missing")
    content = _content(message)
    if not (content.words or content.enclosed or content.spot):
        if content.stickers:
            return Passed("sticker")
        raise SetAside("a message without text or attachment")
    answered = word(message, "reply_to", "mid")
    return Said(
        key=key,
        person=sender,
        text="\n".join(content.words),
        at=instant(word(item, "timestamp")),
        account=page,
        thread=key,
        place=content.place,
        spot=content.spot,
        enclosed=tuple(content.enclosed),
        answers=(answered,) if answered else (),
    )


def _echo(item: dict[str, Any], message: dict[str, Any]) -> Event:
    """Our own words come back: if the notifier wrote them, its letter did go, whatever it heard."""
    letter, mid = word(message, "metadata"), word(message, "mid")
    if not (mid and flag(message, "is_echo") and _LETTER.fullmatch(letter)):
        return Passed("echo")
    at = instant(word(item, "timestamp"))
    return _arrived(mid, at, letter) if at else Passed("echo")


def _corrected(item: dict[str, Any], edit: dict[str, Any], page: str) -> Event:
    mid, text, sender = word(edit, "mid"), word(edit, "text"), _sender(item)
    if sender == page:
        return Passed("echo")
    if not (mid and text.strip()):
        raise SetAside("an edit without mid or text")
    return Said(
        key=f"{mid}:edit:{hashlib.sha256(text.encode()).hexdigest()[:16]}",
        person=sender,
        text=f"Sửa lại: {text}",
        at=instant(word(item, "timestamp")),
        account=page,
        thread=mid,
        answers=(mid,),
    )


@dataclass
class _Content:
    words: list[str] = field(default_factory=list)
    enclosed: list[Enclosed] = field(default_factory=list)
    place: str = ""
    spot: Spot | None = None
    stickers: int = 0


def _content(message: dict[str, Any]) -> _Content:
    content = _Content(stickers=1 if word(message, "sticker_id") else 0)
    content.words += _present(word(message, "text"))
    for attachment in items(message, "attachments"):
        kind, payload = word(attachment, "type"), part(attachment, "payload")
        url = word(payload, "url") or word(attachment, "url")
        title = word(payload, "title") or word(attachment, "title")
        if kind == "sticker" or word(payload, "sticker_id"):  # until August 2026 they came as images
            content.stickers += 1
        elif kind == "location":
            where = part(payload, "coordinates")
            content.spot = spot(word(where, "lat"), word(where, "long"))
            content.place = title if content.spot else content.place
        elif kind in _FILES and url:
            content.enclosed.append(Enclosed(url=url, label=word(payload, "title"), type=kind))
        else:
            content.words += _present(title, url)
    return content


def _present(*texts: str) -> list[str]:
    return [text for text in texts if text.strip()]


def _delivered(item: dict[str, Any], arrived: datetime) -> Iterable[Event]:
    """Newer receipts name only the moment up to which all was delivered, and no message."""
    mids = [word({"mid": mid}, "mid") for mid in items(item, "delivery", "mids")]
    at = instant(word(item, "timestamp")) or instant(word(item, "delivery", "watermark")) or arrived
    return [_arrived(mid, at) for mid in dict.fromkeys(mids) if mid] or [Passed("receipt")]


def _arrived(mid: str, at: datetime, letter: str = "") -> DeliveryArrived:
    reference = letter or hashlib.sha256(f"facebook\0{mid}".encode()).hexdigest()[:32]
    return DeliveryArrived(
        event_id=derived_id(UUID(hex=reference), DeliveryArrived.stem()),
        at=at,
        by=Actor(service="intake"),
        way="facebook",
        reference=reference,
        letter=letter,
        gateway_id=mid,
        status="echo" if letter else "",
    )
