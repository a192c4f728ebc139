"""The packs of every version for code that runs in threads, and the history of what was in force."""

import asyncio

from nats.errors import Error as NatsError

from libs.packs.errors import PackErrors
from libs.packs.model import NotInPack, Pack
from libs.runtime.directory import Directory
from libs.runtime.errors import NotProvisioned, Unavailable
from services.sla.domain.book import Book


def book_of(directory: Directory) -> Book:
    """Must be called on the event loop; to be used off it."""
    loop = asyncio.get_running_loop()
    known: dict[str, Pack] = {}

    async def fetched(version: str) -> Pack:
        """A fact may name a pack before this replica has looked who put it in force, and when."""
        pack = await directory.version(version)
        if all(change.version != version for change in directory.history):
            await directory.refresh()
        return pack

    def pack_of(version: str) -> Pack:
        if version not in known:
            try:
                known[version] = asyncio.run_coroutine_threadsafe(fetched(version), loop).result(10)
            except (NotProvisioned, PackErrors):  # unknown, or of a release that this one cannot read
                raise NotInPack("version", version, directory.current) from None
            except (NatsError, TimeoutError, OSError) as error:
                raise Unavailable from error
        return known[version]

    return Book(pack_of, lambda: directory.history)
