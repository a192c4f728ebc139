"""Takes files in and gives them out: the one way to both."""

import asyncio
import hashlib
from dataclasses import dataclass, replace

from nats.js.client import JetStreamContext

from libs.contracts.casevalues import Attached
from libs.contracts.errors import HotlineError
from libs.contracts.facts import Value
from libs.files.cleaning import Unreadable, clean
from libs.files.jetstream import JetStreamStore
from libs.files.kinds import IMAGES, kind_of
from libs.files.s3 import S3Store
from libs.files.scanner import Scanner, ScannerAway
from libs.files.settings import FilesSettings
from libs.files.store import NoSuchFile, Store

AT_ONCE = 2
"""Files worked on at the same time in one process: a picture takes a core and some 100 MB for a moment."""

LABEL = 200
"""Letters of a sender's name for a file that are kept."""

ABOUT, THUMB, LOOSE = "-about", "-thumb", "-loose"
"""Beside `<id>`: the note that it is whole, the small picture, the mark that no request named it yet."""


class NotShown(HotlineError):
    """The file is kept but not given out: it is infected, or nobody has scanned it yet."""


class About(Value):
    """The note beside a file, written last. `owner`: the client that uploaded it, "" for a channel."""

    attached: Attached
    owner: str = ""
    scanned: bool = False


@dataclass(frozen=True)
class _Taken:
    """A file that passed: what is stored of it."""

    content: bytes
    type: str
    thumb: bytes = b""
    scanned: bool = False


class _Lost(Exception):
    """Not taken; the word goes into `Attached.lost`."""


class Files:
    """Puts files away and gives them out. Every method raises OutcomeUnknown when the store is away."""

    def __init__(self, store: Store, settings: FilesSettings) -> None:
        self.store = store
        self.settings = settings
        self._scanner = Scanner(settings.clamd, within=settings.clamd_seconds) if settings.clamd else None
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def put(
        self, content: bytes, *, key: str, index: int = 0, label: str = "", owner: str = "", limit: int = 0
    ) -> Attached:
        """The file as a fact keeps it; `lost` says why not: empty, too-large, refused-type, unreadable,
        infected, too-many, or unscanned (kept, and shown once it was scanned).

        `key` is the message's own key and `index` the place in it: the same file of the same message is one
        object, however often it comes. `limit` in bytes, 0 for the setting's; `owner`: who may name it later.
        """
        file_id = id_of(key, index, content)
        label = " ".join(label.split())[:LABEL]
        try:
            return (await self.about(file_id)).attached
        except NoSuchFile:
            pass
        try:
            async with self._turns:
                self._check(content, index, limit or self.settings.limit)
                taken = await self._take(content)
        except _Lost as lost:
            return Attached(id=file_id, size=len(content), label=label, lost=str(lost))
        return await self._keep(file_id, taken, label, owner)

    async def about(self, file_id: str) -> About:
        """What is known of a file. Raises NoSuchFile."""
        return About.model_validate_json(await self.store.get(f"{file_id}{ABOUT}"))

    async def get(self, file_id: str) -> bytes:
        """Its content. Raises NoSuchFile, and NotShown for what the scanner found, or must first look at."""
        about = await self.about(file_id)
        content = await self.store.get(file_id)
        return content if about.scanned else await self._scanned_now(content)

    async def thumb(self, file_id: str) -> bytes:
        """The small JPEG of an image. Raises NoSuchFile where there is none, and NotShown like `get`."""
        about = await self.about(file_id)
        if not about.scanned:
            await self._scanned_now(await self.store.get(file_id))
        return await self.store.get(f"{file_id}{THUMB}")

    def _check(self, content: bytes, index: int, limit: int) -> None:
        if index >= self.settings.count:
            raise _Lost("too-many")
        if not content:
            raise _Lost("empty")
        if len(content) > limit:
            raise _Lost("too-large")

    async def _take(self, content: bytes) -> _Taken:
        kind = kind_of(content)
        if not kind:
            raise _Lost("refused-type")
        taken = _Taken(content, kind)
        if self._scanner:
            try:
                if not await self._scanner.clean(content):
                    raise _Lost("infected")
                taken = replace(taken, scanned=True)
            except ScannerAway:
                pass  # scanned when it is first opened
        if kind not in IMAGES:
            return taken
        try:
            picture, thumb = await clean(content, within=self.settings.seconds)
        except Unreadable:
            raise _Lost("unreadable") from None
        return replace(taken, content=picture, type="image/jpeg", thumb=thumb)

    async def _keep(self, file_id: str, taken: _Taken, label: str, owner: str) -> Attached:
        attached = Attached(
            id=file_id,
            type=taken.type,
            size=len(taken.content),
            sha256=hashlib.sha256(taken.content).hexdigest(),
            label=label,
            lost="unscanned" if self.settings.scan_required and not taken.scanned else "",
        )
        if owner:
            await self.store.put(f"{file_id}{LOOSE}", b"")
        if taken.thumb:
            await self.store.put(f"{file_id}{THUMB}", taken.thumb)
        await self.store.put(file_id, taken.content)
        note = About(attached=attached, owner=owner, scanned=taken.scanned)
        await self.store.put(f"{file_id}{ABOUT}", note.model_dump_json().encode())
        return attached

    async def _scanned_now(self, content: bytes) -> bytes:
        """What came while the scanner was away is scanned whenever somebody opens it."""
        try:
            if self._scanner is None:
                raise ScannerAway
            if not await self._scanner.clean(content):
                raise NotShown
        except ScannerAway:
            if self.settings.scan_required:
                raise NotShown from None
        return content


def id_of(key: str, index: int, content: bytes) -> str:
    """128 bits of the message's key, the place in it and the content."""
    digest = hashlib.sha256(content).hexdigest()
    return hashlib.sha256(f"{key}\0{index}\0{digest}".encode()).hexdigest()[:32]


def open_files(js: JetStreamContext, settings: FilesSettings | None = None) -> Files:
    """Files as the environment sets them up: in FILES, or in S3. Raises BadBucket."""
    settings = settings or FilesSettings()
    store: Store = S3Store(settings) if settings.s3_bucket else JetStreamStore(js)
    return Files(store, settings)
