"""The packs of every version for code that runs in threads, and the history of what was in force."""

import asyncio
from functools import lru_cache

from nats.errors import Error as NatsError

from libs.packs.errors import PackErrors
from libs.packs.model import NotInPack, Pack
from libs.runtime.directory import Directory
from libs.runtime.errors import NotProvisioned, Unavailable
from services.sla.domain.book import Book

KEPT = 16
"""Packs in memory, those asked for last: each change on a page makes one, some MB large, read in 10 ms."""


def book_of(directory: Directory) -> Book:
    """Must be called on the event loop; to be used off it."""
    loop = asyncio.get_running_loop()

    async def fetched(version: str) -> Pack:
        """A fact may name a pack before this replica has looked who put it in force, and when."""
        pack = await directory.version(version)
        if all(change.version != version for change in directory.history):
            await directory.refresh()
        return pack

    @lru_cache(maxsize=KEPT)
    def pack_of(version: str) -> Pack:
        try:
            return asyncio.run_coroutine_threadsafe(fetched(version), loop).result(10)
        except (NotProvisioned, PackErrors):  # unknown, or of a release that this one cannot read
            raise NotInPack("version", version, directory.current) from None
        except (NatsError, TimeoutError, OSError) as error:
            raise Unavailable from error

    return Book(pack_of, lambda: directory.history)
