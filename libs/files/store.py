"""Where the bytes lie: names and contents, nothing else. Two kinds of store keep this one promise."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from libs.contracts.errors import HotlineError


class NoSuchFile(HotlineError):
    """There is no such file: it was never kept, or it is forgotten."""


class Store(Protocol):
    """Every method raises OutcomeUnknown when the store does not answer."""

    async def put(self, name: str, content: bytes) -> None:
        """Durable when it returns. A name that stands already keeps what it holds."""

    async def get(self, name: str) -> bytes:
        """Raises NoSuchFile."""

    async def remove(self, name: str) -> None:
        """Gone, or never there."""

    def names(self) -> AsyncIterator[tuple[str, datetime]]:
        """Every name, and when it was put there."""
