"""What ties mails together: signed tokens in our Message-IDs, reply addresses and bounce addresses.

A token is 40 letters and digits, whatever their case: what it names, 128 bits of it, and 64 bits of a keyed
digest. So an id or an address that comes back says which case or which letter of ours it belongs to, and
nobody can make one up. It does not say who sends it back: whoever may see a letter can show it to others.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from libs.contracts.subjects import CaseRef

MAX_LOCAL = 64
"""Characters before the @ of an address (RFC 5321)."""

_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{40}(?![A-Za-z0-9])")
_LETTER = 0
_EPOCH = 2000
"""The first byte is a letter's 0, or the years since then of a case: enough until 2255."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Reads and writes tokens; the first key signs, all of them are believed, so that keys can change."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> "Signed":
        """The keys of a secret: one a line, the newest first. Raises ValueError for none, or a short one."""
        keys = tuple(line.strip().encode() for line in secret.splitlines() if line.strip())
        if not keys or min(map(len, keys)) < 32:
            raise ValueError("a mail key has at least 32 characters")
        return cls(keys)

    def of_case(self, ref: CaseRef) -> str:
        """The token of a case. Raises ValueError for one that no token can name."""
        return self._signed(ref.year - _EPOCH, ref.case_id)

    def of_letter(self, letter: str) -> str:
        """The token of a letter, whose id is 128 bits in hex."""
        return self._signed(_LETTER, letter)

    def cases(self, texts: Iterable[str]) -> tuple[CaseRef, ...]:
        """The cases that tokens of ours in these ids and addresses name, in order, each once."""
        found = (CaseRef(_EPOCH + kind, name) for kind, name in self._named(texts) if kind != _LETTER)
        return tuple(dict.fromkeys(found))

    def letters(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The letters that tokens of ours in these ids and addresses name, in order, each once."""
        return tuple(dict.fromkeys(name for kind, name in self._named(texts) if kind == _LETTER))

    def _signed(self, kind: int, name: str) -> str:
        said = bytes([kind]) + bytes.fromhex(name)
        if len(said) != 17:
            raise ValueError(name)
        return base64.b32encode(said + _digest(self.keys[0], said)).decode().lower()

    def _named(self, texts: Iterable[str]) -> Iterator[tuple[int, str]]:
        for text in texts:
            for token in _TOKEN.findall(text):
                raw = base64.b32decode(token.upper())
                said, digest = raw[:17], raw[17:]
                if any(hmac.compare_digest(_digest(key, said), digest) for key in self.keys):
                    yield said[0], said[1:].hex()


@dataclass(frozen=True, slots=True)
class Threads:
    """What a letter of ours carries. `address` is the mailbox that reads the replies.

    `separator` stands between the mailbox and a token, as the mail server is set to read it; without one
    replies and bounces are recognised by their message ids only.
    """

    signed: Signed
    address: str
    separator: str = "+"

    def __post_init__(self) -> None:
        local, at, domain = self.address.rpartition("@")
        if not (local and at and domain) or len(local) + len(self.separator) + 40 > MAX_LOCAL:
            raise ValueError("the address for replies must be local@domain, the local part at most 23 long")

    def message_id(self, letter: str, case: CaseRef | None = None) -> str:
        """The same for every attempt at one letter, so that copies collapse at the reader's."""
        tokens = [self.signed.of_letter(letter)] + ([self.signed.of_case(case)] if case else [])
        return f"<{'.'.join(tokens)}@{self._domain}>"

    def root(self, case: CaseRef) -> str:
        """An id that no mail has: what all letters of a case refer to, so that they stand together."""
        return f"<{self.signed.of_case(case)}@{self._domain}>"

    def reply_to(self, case: CaseRef) -> str:
        """Where a reply goes to, which names its case even if the reader's program drops all ids."""
        return self._with(self.signed.of_case(case))

    def bounce_to(self, letter: str) -> str:
        """Where a mail server reports to, which names the letter (VERP)."""
        return self._with(self.signed.of_letter(letter))

    @property
    def _domain(self) -> str:
        return self.address.rpartition("@")[2]

    def _with(self, token: str) -> str:
        local, _, domain = self.address.rpartition("@")
        return f"{local}{self.separator}{token}@{domain}" if self.separator else self.address


def _digest(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, b"hotline mail\0" + said, hashlib.sha256).digest()[:8]
