"""What came with a message is put away; what a client uploaded is found again when a request names it."""

from collections.abc import Awaitable, Callable, Sequence

from libs.contracts.casevalues import Attached
from libs.contracts.errors import HotlineError, Refused
from libs.files.files import Files, id_of
from libs.files.store import NoSuchFile
from services.intake.channels.shape import Enclosed

Fetch = Callable[[str], Awaitable[bytes]]
"""The content behind a provider's address, within the limits of the channel's row. Raises Unfetched."""


class Unfetched(HotlineError):
    """No content behind an address; `why` goes into `Attached.lost`: unreachable, too-large, refused-host."""

    def __init__(self, why: str = "unreachable") -> None:
        super().__init__()
        self.why = why


async def enclose(files: Files, enclosed: Sequence[Enclosed], key: str, fetch: Fetch) -> tuple[Attached, ...]:
    """Each enclosure as a fact keeps it, in order; `key` is the message's own.

    Bad content raises nothing: it is said in `lost`, also that there was more of it than is taken. Raises
    OutcomeUnknown when the store does not answer.
    """
    taken: list[Attached] = []
    for index, one in enumerate(enclosed):
        if not one.url or index >= files.settings.count:
            taken.append(await files.put(one.content, key=key, index=index, label=one.label))
            continue
        try:
            content = await fetch(one.url)
        except Unfetched as error:
            lost = Attached(id=id_of(key, index, one.url.encode()), label=one.label[:200], lost=error.why)
            taken.append(lost)
        else:
            taken.append(await files.put(content, key=key, index=index, label=one.label))
    return tuple(taken)


async def named(files: Files, ids: Sequence[str], client: str) -> tuple[Attached, ...]:
    """The files that a client's request names. Raises Refused for one that it never uploaded."""
    found = []
    for file_id in dict.fromkeys(ids):
        try:
            about = await files.about(file_id)
        except NoSuchFile:
            raise _unknown(file_id) from None
        if about.owner != client:
            raise _unknown(file_id)
        found.append(about.attached)
    return tuple(found)


def _unknown(file_id: str) -> Refused:
    return Refused(
        f"Không có tệp {file_id}, hoặc đã quá hai ngày; xin tải lên lại",
        f"there is no file {file_id}, or it is older than two days; upload it again",
        field="files",
    )
