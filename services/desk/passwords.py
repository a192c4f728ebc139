"""Passwords: argon2, one spelling for every keyboard, and never more than two at once."""

import asyncio
import secrets
import unicodedata

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST = 10
LONGEST = 200

_HASH = PasswordHash((Argon2Hasher(),))
_NOBODY = _HASH.hash(secrets.token_hex(16))
"""What an unknown log-in is compared with, so that it takes as long as a known one."""


class Passwords:
    """Each check takes 64 MiB and a tenth of a second: two at a time, off the event loop."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(2)

    async def hashed(self, password: str) -> str:
        """The password as it is kept."""
        async with self._places:
            return await asyncio.to_thread(_HASH.hash, _one_spelling(password))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; `kept` None is nobody's, and takes as long to refuse."""
        async with self._places:
            return await asyncio.to_thread(_fits, password, kept)


def _fits(password: str, kept: str | None) -> bool:
    try:
        return _HASH.verify(_one_spelling(password), kept or _NOBODY) and kept is not None
    except (UnknownHashError, UnicodeEncodeError):
        return False


def _one_spelling(password: str) -> str:
    """NFC: a Mac sends "ế" in parts, and would never match what was set on Windows."""
    return unicodedata.normalize("NFC", password)
