"""Files that are kept for a time only: a mark beside each names its last day."""

import re
from datetime import date

from libs.files.files import ABOUT, THUMB
from libs.files.store import Store

_MARK = re.compile(r"^([0-9a-f]{32})-until-(\d{4}-\d\d-\d\d)$")


async def keep_until(store: Store, file_id: str, day: date) -> None:
    """The file may be forgotten after that day. Raises OutcomeUnknown."""
    await store.put(f"{file_id}-until-{day.isoformat()}", b"")


async def expire(store: Store, *, today: date, remove: bool) -> tuple[str, ...]:
    """Ids of files whose last day has passed; with `remove` they are gone, their mark last."""
    marks = [found async for name, _ in store.names() if (found := _MARK.match(name))]
    over = [mark for mark in marks if mark[2] < today.isoformat()]
    if remove:
        for mark in over:
            for what in (mark[1], f"{mark[1]}{THUMB}", f"{mark[1]}{ABOUT}", mark[0]):
                await store.remove(what)
    return tuple(mark[1] for mark in over)
