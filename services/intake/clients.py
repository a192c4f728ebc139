"""Who posts to the JSON interface, and under which key of their own."""

import hashlib
import hmac
import math
import time
from collections.abc import Mapping

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from libs.contracts.requests import Problem, RequestKey
from services.intake.domain.requests import Sender
from services.intake.limits import Limits
from services.intake.phones import normalised
from services.intake.problems import Rejected
from services.intake.settings import Client

Senders = Mapping[str, Sender]
"""By the digest of their key."""

_KEY = TypeAdapter(RequestKey)


def senders_of(clients: Mapping[str, Client]) -> Senders:
    """The clients of the settings, ready to be found."""
    return {
        client.key_sha256: Sender(name, **client.model_dump(exclude={"key_sha256"}))
        for name, client in clients.items()
    }


def sender_of(request: Request, senders: Senders) -> Sender:
    """The client whose key this is; every digest is compared, in constant time each."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    digest = hashlib.sha256(key.strip().encode()).hexdigest()
    found = [sender for known, sender in senders.items() if hmac.compare_digest(known, digest)]
    if scheme.lower() != "bearer" or not found:
        problem = Problem(field="Authorization", vi="khóa truy cập không đúng", en="no client has this key")
        raise Rejected(401, "key", problem, WWW_Authenticate="Bearer")
    return found[0]


def key_of(request: Request) -> str:
    """The client's own key of what it hands in. Raises Rejected."""
    try:
        return _KEY.validate_python(request.headers.get("idempotency-key", ""))
    except ValidationError:
        vi, en = "phải có 8 đến 200 ký tự ASCII in được", "8 to 200 printable ASCII characters are required"
        raise Rejected(400, "idempotency-key", Problem(field="Idempotency-Key", vi=vi, en=en)) from None


class Meter:
    """How much each client, and each person through it, has handed in within the hour."""

    def __init__(self) -> None:
        self._limits = Limits()

    def check(self, sender: Sender, key: str, phone: str = "") -> None:
        """Raises Rejected (429) above the limit; the same key again is no more of it."""
        person = "" if sender.held else normalised(phone) or phone
        sources = {sender.name: sender.hourly, **({f"tel {person}": sender.person_hourly} if person else {})}
        for source, most in sources.items():
            wait = self._limits.wait(source, f"{sender.name} {key}", most, now=time.monotonic())
            if wait:
                vi = "Đã gửi quá nhiều trong một giờ; xin thử lại sau, hoặc gọi tổng đài"
                field = "" if source == sender.name else "phone"
                problem = Problem(field=field, vi=vi, en="too many within an hour; try again later")
                raise Rejected(429, "limit", problem, Retry_After=str(math.ceil(wait)))
