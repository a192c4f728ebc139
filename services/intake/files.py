"""What came with a message is put away; what a client uploaded is found again when a request names it."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from libs.contracts.casevalues import Attached
from libs.contracts.errors import Refused
from libs.files.files import Files, id_of
from libs.files.store import NoSuchFile
from services.intake.channels.rows import Row
from services.intake.channels.shape import Enclosed
from services.intake.domain.known import AWAY
from services.intake.media import Allowed, NotFetched, fetch

AT_ONCE = 8
"""Files fetched at the same time in one process, whoever waits for them."""

WITHIN = 8.0
"""Seconds for one file: words do not wait longer, and what could not be had then comes later."""

LONGER = 60.0
"""Seconds for a file that comes late: nobody waits for it."""

REST = 30.0
"""Seconds for which a host that did not answer is asked no more."""


class Enclosures:
    """Files of messages and of clients. Every method raises OutcomeUnknown when their store is away."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.limit = files.settings.limit
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._resting: dict[str, float] = {}

    async def enclose(self, enclosed: Sequence[Enclosed], key: str, row: Row) -> tuple[Attached, ...]:
        """Each enclosure as a fact keeps it, in order; `key` is the message's own.

        Bad content raises nothing: `lost` says why there is none, also that there was more than is taken.
        """
        work = [self.one(index, one, key, row) for index, one in enumerate(enclosed)]
        return tuple(await asyncio.gather(*work))

    async def upload(self, content: bytes, *, key: str, label: str, client: str) -> Attached:
        """A file that a client hands in before it names it, under a key of its own."""
        return await self._files.put(content, key=f"upload\0{client}\0{key}", label=label, owner=client)

    async def named(self, ids: Sequence[str], client: str) -> tuple[Attached, ...]:
        """The files that a client's request names. Raises Refused for one that it never uploaded."""
        return tuple([await self._named(one, client) for one in dict.fromkeys(ids)])

    async def one(self, index: int, one: Enclosed, key: str, row: Row, *, within: float = WITHIN) -> Attached:
        """The enclosure at this place of the message; `within` seconds of fetching, if it is elsewhere."""
        async with self._turns:
            content = one.content
            if one.url and index < self._files.settings.count:
                try:
                    content = await self._fetched(one.url, row, within)
                except NotFetched as error:
                    return Attached(id=missing_id(key, index, one), label=one.label[:200], lost=error.reason)
            return await self._files.put(content, key=key, index=index, label=one.label)

    async def _fetched(self, url: str, row: Row, within: float) -> bytes:
        host, now = _host(url), time.monotonic()
        if self._resting.get(host, 0.0) > now:
            raise NotFetched("unreachable")
        allowed = Allowed(
            row.media_hosts, loopback=row.media_loopback, limit=self.limit, seconds=within, pauses=(0.5,)
        )
        try:
            return await fetch(url, allowed)
        except NotFetched as error:
            if error.reason == AWAY:
                self._resting = {name: until for name, until in self._resting.items() if until > now}
                self._resting[host] = time.monotonic() + REST
            raise

    async def _named(self, file_id: str, client: str) -> Attached:
        try:
            about = await self._files.about(file_id)
        except NoSuchFile:
            about = None
        if about is None or about.owner != client:
            raise Refused(
                f"Không có tệp {file_id}, hoặc đã quá hai ngày; xin tải lên lại",
                f"there is no file {file_id}, or it is older than two days; upload it again",
                field="files",
            )
        return about.attached


def missing_id(key: str, index: int, one: Enclosed) -> str:
    """The id in the fact of a file that could not be had, by its address."""
    url = hashlib.sha256(one.url.encode(errors="backslashreplace")).digest()
    return id_of(key, index, url)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
