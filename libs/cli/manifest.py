"""What lies in the folder of a backup, whether it is whole, and which backups are old enough to go."""

import json
import shutil
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


class NotABackup(HotlineError):
    """There is no whole backup in this folder."""


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


def prune(shelf: Path, keep: int) -> list[Path]:
    """Throw all whole backups of this folder away but the newest `keep`; gives those that went.

    What was broken off before the oldest that stays goes, too. Nothing else in the folder is touched.
    """
    made = {folder: at for folder in shelf.iterdir() if (at := _made_at(folder))}
    kept = sorted(made, key=made.__getitem__)[-keep:]
    gone = sorted(set(made) - set(kept), key=made.__getitem__)
    oldest = made[kept[0]].timestamp() if kept else 0.0
    gone += [one for one in shelf.glob("*.partial") if one.is_dir() and one.stat().st_mtime < oldest]
    for folder in gone:
        shutil.rmtree(folder)
    return gone


def _made_at(folder: Path) -> datetime | None:
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
        return datetime.fromisoformat(told["made_at"]) if folder.suffix != ".partial" else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
