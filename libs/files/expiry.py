"""Files that are kept for a time only: marks beside each name its last day, and the call it belongs to."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from libs.contracts.streams import STREAMS
from libs.files.files import ABOUT, THUMB
from libs.files.store import Store

DELIVERY = "raw-"
"""Begins the name of a delivery's body that was too large for RAW."""

_KEPT = {stream.name: timedelta(seconds=stream.keep or 0) for stream in STREAMS}["RAW"] + timedelta(days=1)
_MARK = re.compile(r"^([0-9a-f]{32})-(until|of)-([\w-]+)$", re.ASCII)


async def keep_until(store: Store, file_id: str, day: date) -> None:
    """The file may be forgotten after that day. Raises OutcomeUnknown."""
    await store.put(f"{file_id}-until-{day.isoformat()}", b"")


async def belongs_to(store: Store, file_id: str, call: str) -> None:
    """The file is a recording of this call, also when CALLS has forgotten it. Raises OutcomeUnknown."""
    await store.put(f"{file_id}-of-{call}", b"")


async def expire(
    store: Store,
    *,
    today: date,
    remove: bool,
    held: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Ids of files whose last day has passed; with `remove` they are gone, their marks last.

    `held`: calls of cases that are kept as evidence, whatever their age.
    """
    day, marks = today.isoformat(), await _marks(store)
    over = [
        one
        for one, about in marks.items()
        if about.get("until", day) < day and about.get("of", "") not in held
    ]
    for one in over if remove else ():
        for name in _names(one, marks[one]):
            await store.remove(name)
    return tuple(over)


async def recordings(store: Store) -> Mapping[str, list[str]]:
    """Call → the names of all that lies here of its recordings."""
    found: dict[str, list[str]] = defaultdict(list)
    for one, about in (await _marks(store)).items():
        found[about.get("of", "")] += _names(one, about)
    return found


async def _marks(store: Store) -> dict[str, dict[str, str]]:
    marks: dict[str, dict[str, str]] = defaultdict(dict)
    async for name, _ in store.names():
        if found := _MARK.match(name):
            marks[found[1]][found[2]] = found[3]
    return marks


def _names(file_id: str, about: Mapping[str, str]) -> list[str]:
    """The file, what lies beside it, and its marks, which come last."""
    beside = (f"{file_id}-{kind}-{value}" for kind, value in about.items())
    return [file_id, f"{file_id}{THUMB}", f"{file_id}{ABOUT}", *beside]


async def expire_deliveries(store: Store, *, now: datetime, remove: bool) -> int:
    """Large bodies of deliveries that RAW itself has forgotten; how many."""
    over = [name async for name, at in store.names() if name.startswith(DELIVERY) and at < now - _KEPT]
    for name in over if remove else ():
        await store.remove(name)
    return len(over)
