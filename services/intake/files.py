"""What came with a message is put away; what a client uploaded is found again when a request names it."""

import hashlib
from collections.abc import Sequence

from libs.contracts.casevalues import Attached
from libs.contracts.errors import Refused
from libs.files.files import Files, id_of
from libs.files.store import NoSuchFile
from services.intake.channels.rows import Row
from services.intake.channels.shape import Enclosed
from services.intake.media import Allowed, NotFetched, fetch


class Enclosures:
    """Files of messages and of clients. Every method raises OutcomeUnknown when their store is away."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.limit = files.settings.limit

    async def enclose(self, enclosed: Sequence[Enclosed], key: str, row: Row) -> tuple[Attached, ...]:
        """Each enclosure as a fact keeps it, in order; `key` is the message's own.

        Bad content raises nothing: `lost` says why there is none, also that there was more than is taken.
        """
        return tuple([await self._kept(index, one, key, row) for index, one in enumerate(enclosed)])

    async def upload(self, content: bytes, *, key: str, label: str, client: str) -> Attached:
        """A file that a client hands in before it names it, under a key of its own."""
        return await self._files.put(content, key=f"upload\0{client}\0{key}", label=label, owner=client)

    async def named(self, ids: Sequence[str], client: str) -> tuple[Attached, ...]:
        """The files that a client's request names. Raises Refused for one that it never uploaded."""
        return tuple([await self._named(one, client) for one in dict.fromkeys(ids)])

    async def _kept(self, index: int, one: Enclosed, key: str, row: Row) -> Attached:
        content = one.content
        if one.url and index < self._files.settings.count:
            allowed = Allowed(row.media_hosts, loopback=row.media_loopback, limit=self.limit)
            try:
                content = await fetch(one.url, allowed)
            except NotFetched as error:
                url = hashlib.sha256(one.url.encode(errors="backslashreplace")).digest()
                return Attached(id=id_of(key, index, url), label=one.label[:200], lost=error.reason)
        return await self._files.put(content, key=key, index=index, label=one.label)

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
