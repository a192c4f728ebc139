"""Reads a provider's JSON and believes nothing of its shape: what is missing, or of another kind, is empty.

Numbers are kept as they were written: an id of a provider is beyond what a float can hold.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from libs.contracts.casevalues import Spot
from services.intake.channels.shape import SetAside

_SECONDS = 10**11
"""A stamp below it counts seconds (until the year 5138), one above milliseconds."""

_OLDEST = datetime(2010, 1, 1, tzinfo=UTC)
"""Before there were such channels: a stamp that is none."""


def load(body: bytes | str) -> dict[str, Any]:
    """The object in these bytes, every number as a string. Raises SetAside."""
    try:
        found = json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise SetAside("not JSON") from None
    if not isinstance(found, dict):
        raise SetAside("not a JSON object")
    return found


def _at(node: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def word(node: Any, *path: str) -> str:
    """The string or number there, without what no database holds: NUL, half a surrogate pair."""
    found = _at(node, path)
    return found.encode("utf-8", "replace").decode().replace("\0", "") if isinstance(found, str) else ""


def part(node: Any, *path: str) -> dict[str, Any]:
    """The object there."""
    found = _at(node, path)
    return found if isinstance(found, dict) else {}


def items(node: Any, *path: str) -> list[Any]:
    """The list there."""
    found = _at(node, path)
    return found if isinstance(found, list) else []


def flag(node: Any, *path: str) -> bool:
    """Whether true stands there."""
    return _at(node, path) is True


def instant(stamp: str) -> datetime | None:
    """The moment that so many seconds or milliseconds since 1970 are; None when they are none."""
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 13):
        return None
    number = int(stamp)
    moment = datetime.fromtimestamp(number if number < _SECONDS else number / 1000, UTC)
    return moment if moment >= _OLDEST else None


def spot(lat: str, long: str) -> Spot | None:
    """The point; None when there is none on earth."""
    try:
        return Spot(lat=float(lat), long=float(long))
    except ValueError:
        return None


def label(name: str) -> str:
    """A provider's own word, fit to be counted under."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
