"""What the gateways that speak JSON over HTTP have in common: answers that may be anything, and a pace."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.notifier.gateways.gateway import Outcome, Reply

LONGEST = 2_000
"""Characters of a message in a chat."""


@dataclass
class Bucket:
    """Lets `rate` calls through a second, and as many at once; one for all batches of a gateway."""

    rate: float
    _free_at: float = field(default=0.0, init=False)

    async def take(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._free_at = max(self._free_at, now - 1.0) + 1.0 / self.rate
        if self._free_at > now:
            await asyncio.sleep(self._free_at - now)


def content(answer: httpx.Response) -> dict[str, Any] | None:
    """The object that was answered; None for a proxy's page, a list, or nothing."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def number(said: object) -> int | None:
    """A code, whether it came as a number or as a string."""
    try:
        return int(said)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return None


def lost(error: httpx.HTTPError) -> Reply:
    """Never connected: it may go again. Anything later: nobody knows whether it went."""
    never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return Reply(Outcome.PUT_OFF if never else Outcome.UNKNOWN, type(error).__name__)


def shortened(text: str, rest_at: str, longest: int = LONGEST) -> str:
    """The text; one that is too long ends at a word, and says where the rest can be read."""
    if len(text) <= longest:
        return text
    end = f" … {rest_at}".rstrip()
    return text[: longest - len(end)].rpartition(" ")[0] + end
