"""Tells the desk what citizens looked for in vain: words and a box of addresses, nothing of the person."""

import asyncio
import zlib
from collections.abc import Sequence

from starlette.requests import Request

from libs.contracts.requests import SearchedInVain
from libs.places.answers import Hit
from libs.web.limits import TooOften
from services.portal.portal import Portal

ENOUGH = 0.6
"""Share of what was asked that the best entry must hold; below it the answer is likely another one."""

_GOING: set[asyncio.Task[None]] = set()


def in_vain(hits: Sequence[Hit]) -> bool:
    """Whether nothing that was found is likely the answer."""
    return not hits or max(hit.share for hit in hits) < ENOUGH


async def tell(portal: Portal, request: Request, words: str) -> None:
    """In the background, and at most thirty times in ten minutes for one address."""
    address = request.client.host if request.client else ""
    try:
        await portal.limits.allow("in-vain", address, 30, 10)
    except TooOften:
        return
    said = SearchedInVain(words=words, place=zlib.crc32(address.encode()) % 4096)
    task = asyncio.get_running_loop().create_task(portal.desk.sought(said))
    _GOING.add(task)
    task.add_done_callback(_GOING.discard)
