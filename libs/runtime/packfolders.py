"""A pack from a folder put in force, without silently undoing what administrators changed on their pages."""

from nats.js.client import JetStreamContext

from libs.contracts.errors import HotlineError
from libs.contracts.packchanges import PackChange
from libs.packs.model import Pack
from libs.runtime.clock import FollowingClock
from libs.runtime.directory import Directory, put_pack
from libs.runtime.errors import NotProvisioned


class ChangedOnPages(HotlineError):
    """Administrators changed the pack in force since this folder was applied, and the folder lacks it."""

    def __init__(self, changes: tuple[PackChange, ...], tables: tuple[str, ...]) -> None:
        super().__init__()
        self.changes = changes
        self.tables = tables


async def put_folder(js: JetStreamContext, pack: Pack, *, over: bool = False, **said: str) -> PackChange:
    """Put the pack of a folder in force; returns the change that put the pack now in force there.

    The folder's version that was applied last is not applied again: what pages changed since stays. A new
    version that lacks a table as a page left it raises ChangedOnPages, unless it is to go `over`.
    `said`: by, document, note.
    """
    directory = Directory(js, FollowingClock())
    try:
        await directory.refresh()
    except NotProvisioned:
        return await put_pack(js, pack, **said)
    folders = [change for change in directory.history if not change.revises]
    since = directory.history[folders[-1].number :] if folders else directory.history
    if since and not over:
        if folders and folders[-1].version == pack.version:
            return directory.history[-1]
        base = await directory.version(folders[-1].version) if folders else None
        if tables := _lacking(pack, directory.pack, base):
            raise ChangedOnPages(since, tables)
    return await put_pack(js, pack, **said)


def _lacking(pack: Pack, in_force: Pack, base: Pack | None) -> tuple[str, ...]:
    """What pages changed since `base` and the pack says otherwise."""
    return tuple(
        name
        for name in Pack.model_fields
        if name != "version"
        and (base is None or getattr(in_force, name) != getattr(base, name))
        and getattr(pack, name) != getattr(in_force, name)
    )
