"""What lies in the folder of a backup, whether it is whole, and which backups are old enough to go."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from libs.cli.ownrows import SavedTable
from libs.cli.saved import SavedFile
from libs.cli.snapshots import SavedStream
from libs.contracts.errors import HotlineError
from libs.contracts.facts import Instant, Value

ORDER = (
    "DEAD", "ADVISORY", "ERASURES", "DELIVERIES", "CALLS", "RAW", "CASES", "CLOCKS", "LETTERS",
    "KV_MESSAGES", "KV_CONVERSATIONS", "OBJ_FILES", "KV_TOKENS", "KV_DIRECTORY", "OBJ_PACKS",
)  # fmt: skip
"""DEAD points at facts, so it is saved before them, and so is RAW: no delivery is behind us whose words CASES
lacks. A letter follows from a fact, so LETTERS comes after (a letter forgotten is a letter sent twice); FILES
holds what facts name; DIRECTORY names a pack, so PACKS comes last."""

YOUNGER = frozenset({"ERASURES", "DELIVERIES", "CALLS", "RAW", "KV_CONVERSATIONS", "OBJ_FILES", "KV_TOKENS"})
"""Backups of earlier releases lack them."""

FORMAT = 1
MANIFEST = "manifest.json"
PARTIAL = ".partial"
"""Ends the name of a backup that is not whole."""


class NotABackup(HotlineError):
    """There is no whole backup in this folder."""


class NotThrownAway(HotlineError):
    """An old backup is still there."""


class Manifest(Value):
    """What a backup holds, and the release of nats-server that made it.

    `before`: the last sequence of each side stream when CASES was not yet saved.
    """

    format: int = FORMAT
    made_at: Instant
    server: tuple[int, int]
    before: dict[str, int]
    streams: list[SavedStream]
    tables: list[SavedTable]

    @property
    def files(self) -> list[SavedFile]:
        return [*self.streams, *self.tables]

    def stream(self, name: str) -> SavedStream:
        return next(one for one in self.streams if one.name == name)


def checked(folder: Path) -> Manifest:
    """The manifest, once every file is found to be what it was. Raises NotABackup naming the file."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise NotABackup(f"{folder}: there is no {MANIFEST}; was the backup broken off?") from None
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise NotABackup(f"{folder / MANIFEST}: {where or 'damaged'}: {error.errors()[0]['msg']}") from None
    if manifest.format != FORMAT:
        raise NotABackup(f"{folder / MANIFEST}: format {manifest.format}; this version reads {FORMAT}")
    if missing := set(ORDER) - YOUNGER - {one.name for one in manifest.streams}:
        raise NotABackup(f"{folder / MANIFEST}: streams missing: {', '.join(sorted(missing))}")
    for one in manifest.files:
        if not (folder / one.file).exists():
            raise NotABackup(f"{folder / one.file} is missing")
        if not one.is_whole(folder):
            raise NotABackup(f"{folder / one.file} is damaged: it is not what was saved")
    return manifest


def prune(made: Path, keep: int) -> Iterator[str]:
    """Throw away all backups beside `made`, the one just made, but the newest `keep`; it counts and stays.

    Yields the names of those that went. What was broken off, in coming or in going, before the oldest that
    stays goes, too. Links and what is no whole backup are not touched. Raises NotThrownAway in the end.
    """
    ages = {one: at for one in made.parent.iterdir() if one != made and (at := _made_at(one))}
    oldest_first = sorted(ages, key=ages.__getitem__)
    gone = oldest_first[: max(0, len(ages) - keep + 1)]
    newest = Manifest.model_validate_json((made / MANIFEST).read_bytes()).made_at
    stays = min([newest, *(ages[one] for one in ages if one not in gone)]).timestamp()
    broken = [one for one in made.parent.glob("*.partial") if _is_broken_off(one, before=stays)]
    failed = []
    for folder in [*broken, *gone]:
        try:
            shutil.rmtree(_set_aside(folder))
        except OSError as error:
            failed.append(f"{folder.name} ({error.strerror})")
        else:
            yield folder.name
    if failed:
        raise NotThrownAway(f"{made.parent}: not thrown away: {', '.join(failed)}")


def _set_aside(folder: Path) -> Path:
    """Under the name of something broken off, so that what stays of it when this stops goes next time."""
    return folder if folder.suffix == PARTIAL else folder.replace(folder.with_name(folder.name + PARTIAL))


def _is_broken_off(folder: Path, before: float) -> bool:
    if folder.is_symlink() or not folder.is_dir() or folder.stat().st_mtime >= before:
        return False
    return (folder / MANIFEST).exists() or any(folder.glob(f"*.{SavedStream.suffix}"))


def _made_at(folder: Path) -> datetime | None:
    if folder.is_symlink() or folder.suffix == PARTIAL:
        return None
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None
    return manifest.made_at if any(one.name == "CASES" for one in manifest.streams) else None
