"""One file of a backup: written so that it is on the disk, and known again by its checksum."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, ClassVar

from libs.contracts.facts import Value


class SavedFile(Value):
    """What the manifest keeps of a file."""

    suffix: ClassVar[str]

    name: str
    bytes: int
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.name}.{self.suffix}"

    def is_whole(self, folder: Path) -> bool:
        """Whether the file is still what was saved."""
        with (folder / self.file).open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest() == self.sha256


class Sink:
    """Counts and hashes what is written through it."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._digest = hashlib.sha256()
        self.written = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        self._handle.write(data)
        self._digest.update(data)
        self.written += len(data)


@contextmanager
def writing_to(file: Path) -> Iterator[Sink]:
    """A new file; on the disk when the block ends."""
    with file.open("wb") as handle:
        yield Sink(handle)
        handle.flush()
        os.fsync(handle.fileno())
