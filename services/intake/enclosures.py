"""What intake needs of the files room: to keep what was enclosed, and to know again what was uploaded."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

from libs.contracts.casevalues import Attached
from libs.contracts.errors import Refused
from services.intake.channels.rows import Row
from services.intake.channels.shape import Enclosed


class Files(Protocol):
    """Implemented over FILES; bad content is never an error, `Attached.lost` says why there is none."""

    async def enclose(self, enclosed: Sequence[Enclosed], key: str, row: Row) -> tuple[Attached, ...]:
        """Keep what came with the message of this key. Raises only what a later try may mend."""

    async def named(self, ids: Sequence[str], client: str) -> tuple[Attached, ...]:
        """What the client uploaded under these ids. Raises Refused for one that is unknown."""


class NoFiles:
    """Where there is no room for files: RAW alone has their content."""

    async def enclose(self, enclosed: Sequence[Enclosed], key: str, row: Row) -> tuple[Attached, ...]:
        del row, key
        return tuple(Attached(id=_id(one), label=one.label[:300], lost="not-kept") for one in enclosed)

    async def named(self, ids: Sequence[str], client: str) -> tuple[Attached, ...]:
        del client
        if ids:
            raise unknown_file()
        return ()


def unknown_file() -> Refused:
    """A file id that no upload answered."""
    return Refused("Không có tệp này; xin tải lên lại", "no such file: upload it again", field="files")


def _id(one: Enclosed) -> str:
    return hashlib.sha256(one.content or one.url.encode(errors="backslashreplace")).hexdigest()[:32]
