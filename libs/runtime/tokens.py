"""Providers' tokens in KV TOKENS: sealed with a key from a file, changed only by compare-and-set."""

import hashlib
from pathlib import Path
from uuid import uuid4

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError
from pydantic import Field, ValidationError

from libs.contracts.errors import HotlineError
from libs.contracts.facts import Value
from libs.runtime.publishing import publish

_STREAM = "KV_TOKENS"


class KeyUnreadable(HotlineError):
    """The file with the key of the tokens cannot be read, or holds fewer than 32 characters."""


class Sealed(HotlineError):
    """The tokens were sealed with another key: give the old key back, or set them anew."""


class Pair(Value):
    """What a provider gave us. `got` and `ends` are real time in Unix seconds; `ends` 0: never."""

    access: str = Field(min_length=1, repr=False)
    refresh: str = Field("", repr=False)
    got: float
    ends: float = 0.0


class Held(Value):
    """The pair in force and the one before it; who is renewing it until when; what the provider said no to.

    `doubted`: the provider refused the access token before its end.
    """

    provider: str
    pair: Pair
    previous: Pair | None = None
    lease: str = ""
    lease_until: float = 0.0
    doubted: bool = False
    refused: str = ""
    refused_at: float = 0.0


def read_key(file: Path) -> bytes:
    """The key of the tokens. Raises KeyUnreadable."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnreadable(f"token key file {file.name}: {type(error).__name__}") from error
    if len(text) < 32:
        raise KeyUnreadable(f"token key file {file.name}: at least 32 characters")
    return hashlib.sha256(text.encode()).digest()


class Vault:
    """Only the notifier's key may look into this bucket, and only with the sealing key is it readable."""

    def __init__(self, js: JetStreamContext, key: bytes) -> None:
        self._js = js
        self._box = SecretBox(key)

    async def get(self, provider: str) -> tuple[Held | None, int]:
        """What is held, and its revision for `put`; (None, 0) when nothing is. Raises Sealed."""
        try:
            message = await self._js.get_last_msg(_STREAM, f"$KV.TOKENS.{provider}")
        except NotFoundError:
            return None, 0
        try:
            held = Held.model_validate_json(self._box.decrypt(message.data or b""))
        except (CryptoError, ValidationError, ValueError):
            raise Sealed from None
        if held.provider != provider:
            raise Sealed
        return held, message.seq or 0

    async def put(self, held: Held, revision: int) -> int:
        """The new revision. Raises Occupied when another was written meanwhile, OutcomeUnknown."""
        sealed = bytes(self._box.encrypt(held.model_dump_json().encode()))
        ack = await publish(
            self._js, f"$KV.TOKENS.{held.provider}", sealed, message_id=uuid4().hex, expected=revision
        )
        return ack.seq
