"""IMAP: mails are fetched from a mailbox, stored, and only then moved away.

What lies in the folder is what is still to be done, so nothing has to be remembered: not which mails were
seen, by whomever, nor any number that the server may give anew. A mail that comes twice is stored once.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from imaplib import IMAP4
from itertools import pairwise
from typing import Any, TypeVar

from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox
from imap_tools.utils import encode_folder

from libs.contracts.errors import HotlineError
from libs.runtime.clock import Clock
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from services.intake.channels.mail import CUT, IMAP, Imap, Mailbox, MailRow
from services.intake.channels.rows import read_secret
from services.intake.channels.shape import Delivery
from services.intake.metrics import TRANSPORT_UP
from services.intake.transports import PAUSES, Keep
from services.intake.transports.mail_idle import heed_from_now, wait
from services.intake.transports.mail_line import MailBoxOnLine

PAGE = 100
"""Mails listed at once."""

BEGINNING = 256 * 1024
"""Bytes of a mail that is too large as a whole."""

TROUBLE = (ImapToolsError, IMAP4.error, OSError, TimeoutError, OutcomeUnknown)
T = TypeVar("T")

BREATH = 0.1
"""Seconds between two looks at the mailbox, at least."""


class NotMoved(HotlineError):
    """The server does not move a mail that is stored."""


@dataclass
class _Box:
    """One connection; its methods block, in one thread of its own."""

    place: Imap
    client: Any = None
    box: BaseMailBox | None = None
    epoch: str = ""
    line: socket.socket | None = None
    given_up: bool = False

    def open(self) -> None:
        """Log in, make the folder for what is done, and look into the mailbox."""
        place = self.place
        line = socket.create_connection((place.host, place.port), place.timeout)
        self.line = line.dup()  # to be cut at any moment, while the other one is wrapped, read and closed
        if self.given_up:
            self.cut()
        self.box = MailBoxOnLine(place, line)
        self.client = self.box.client
        self.box.login(place.user, read_secret(place.password_file), initial_folder=None)
        self.client.capabilities = tuple(self.client.capability()[1][0].decode().upper().split())
        if not self.box.folder.exists(place.done):
            self.box.folder.create(place.done)
        self.box.folder.set(place.folder)
        self.epoch = repr(self.client.response("UIDVALIDITY")[1])

    def listed(self, tried: Mapping[tuple[str, str], int]) -> list[tuple[str, int]]:
        """(UID, bytes) of mails that are to be done: the least tried first, then the oldest."""
        assert self.box
        heed_from_now(self.client)
        found = self.box.uids("UNDELETED", None)
        uids = sorted(found, key=lambda uid: tried.get((self.epoch, uid), 0))[:PAGE]
        if not uids:
            return []
        _, lines = self.client.uid("FETCH", ",".join(uids), "(RFC822.SIZE)")
        sizes = dict(filter(None, map(_size, lines)))
        return [(uid, sizes[uid]) for uid in uids if uid in sizes]

    def fetched(self, uid: str, *, most: int | None = None) -> bytes | None:
        """The mail, or its first bytes, without a mark that it was read; None when it is gone."""
        part = f"<0.{most}>" if most else ""
        status, found = self.client.uid("FETCH", uid, f"(BODY.PEEK[]{part})")
        if status != "OK":
            raise IMAP4.error("FETCH")
        return next((bytes(one[1]) for one in found if isinstance(one, tuple)), None)

    def put_away(self, uid: str) -> None:
        """Out of the way, into the folder for what is done. Raises NotMoved."""
        where = encode_folder(self.place.done)
        if "MOVE" in self.client.capabilities:
            steps: list[tuple[Any, ...]] = [("MOVE", uid, where)]
        else:
            steps = [("COPY", uid, where), ("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")]
            if "UIDPLUS" in self.client.capabilities:
                steps.append(("EXPUNGE", uid))
        for step in steps:
            if self.client.uid(*step)[0] != "OK":
                raise NotMoved

    def wait(self, seconds: float) -> None:
        """Until the server says that something came, or so long; the server need not be able to."""
        assert self.box
        if "IDLE" in self.client.capabilities:
            wait(self.box, seconds)

    def cut(self) -> None:
        """End whatever the other thread waits for, be it the server's first word."""
        self.given_up = True
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Leave nothing open."""
        if self.client is not None:
            with suppress(OSError):
                self.client.shutdown()
        if self.line is not None:
            self.line.close()


async def fetch(row: MailRow, place: Imap, channel: Mailbox, keep: Keep, clock: Clock) -> None:
    """Fetch mails until cancelled; a server that is away, slow or confused is waited for."""
    pause, memory = PAUSES[0], _Memory()
    while True:
        fetcher = _Fetcher(row, _Box(place), channel, keep, clock, memory)
        try:
            await fetcher.run()
        except TROUBLE as error:
            log("mailbox_awaited", table=row.code, kind=type(error).__name__)
        finally:
            fetcher.close()
        TRANSPORT_UP.labels(row.code).set(0)
        pause = PAUSES[0] if fetcher.worked else min(PAUSES[1], pause * 2)
        await asyncio.sleep(pause)


@dataclass
class _Memory:
    """Spares work and no more: mails that are stored and could not be moved, and how often each was tried."""

    stored: set[tuple[str, str]] = field(default_factory=set)
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass
class _Fetcher:
    """One connection's life, every step of it under a time-out."""

    row: MailRow
    box: _Box
    channel: Mailbox
    keep: Keep
    clock: Clock
    memory: _Memory
    worked: bool = False
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "imap"))

    async def run(self) -> None:
        """Take what lies there, wait for more, and begin again, whether the server called or not."""
        place = self.box.place
        await self._step(self.box.open, within=3 * place.timeout)
        TRANSPORT_UP.labels(self.row.code).set(1)
        while True:
            while await self._page():
                pass
            self.worked = True
            await self._rest(place.poll_seconds)

    async def _rest(self, seconds: float) -> None:
        """The server's call is only a hint: the mailbox is looked at again in any case."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        await self._step(lambda: self.box.wait(seconds), within=seconds + self.box.place.timeout)
        called = "IDLE" in self.box.client.capabilities
        await asyncio.sleep(BREATH if called else max(BREATH, until - loop.time()))

    async def _page(self) -> bool:
        """Whether a mail was put away, so that another look is worth while."""
        listed = await self._step(lambda: self.box.listed(self.memory.tried))
        moved = [await self._one(uid, size) for uid, size in listed]
        return any(moved)

    async def _one(self, uid: str, size: int) -> bool:
        """One mail at a time is in memory. It is moved when it is stored, never before."""
        known = (self.box.epoch, uid)
        self.memory.tried[known] += 1
        if known not in self.memory.stored:
            if not await self._store(uid, size):
                return False
            self.memory.stored.add(known)
        try:
            await self._step(lambda: self.box.put_away(uid))
        except NotMoved:
            log("mail_not_moved", table=self.row.code, uid=uid)
            return False
        self.memory.stored.discard(known)
        del self.memory.tried[known]
        return True

    async def _store(self, uid: str, size: int) -> bool:
        """False when the mail is gone meanwhile: another replica was faster."""
        large = size > self.row.max_bytes
        most = BEGINNING if large else None
        raw = await self._step(lambda: self.box.fetched(uid, most=most), within=self._long(size))
        if raw is None:
            return False
        about = {CUT: str(size)} if large else {}
        delivery = Delivery(body=raw, at=self.clock.now(), method=IMAP, headers=about)
        async with asyncio.timeout(self.box.place.timeout):
            await self.keep(self.channel.key(delivery), delivery)
        return True

    def _long(self, size: int) -> float:
        """Seconds for a mail over a slow line: 50 kB a second."""
        return self.box.place.timeout + size / 50_000

    async def _step(self, work: Callable[[], T], within: float | None = None) -> T:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(within or self.box.place.timeout):
            return await loop.run_in_executor(self.thread, work)

    def close(self) -> None:
        """The thread ends as soon as its socket is gone."""
        self.box.cut()
        self.thread.submit(self.box.close)
        self.thread.shutdown(wait=False)


def _size(line: Any) -> tuple[str, int] | None:
    """From `1 (UID 7 RFC822.SIZE 1234)`; None for what else a server says meanwhile."""
    words = line.replace(b"(", b" ").replace(b")", b" ").split() if isinstance(line, bytes) else []
    told = {name.upper(): value for name, value in pairwise(words)}
    uid, size = told.get(b"UID", b""), told.get(b"RFC822.SIZE", b"")
    return (uid.decode(), int(size)) if uid.isdigit() and size.isdigit() else None
