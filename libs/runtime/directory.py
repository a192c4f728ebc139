"""The province pack in force, and the clock, as the server's DIRECTORY names them; followed while running."""

import asyncio
import gzip
import json
from collections.abc import Iterable
from datetime import datetime

from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext
from nats.js.errors import (
    BucketNotFoundError,
    KeyNotFoundError,
    KeyWrongLastSequenceError,
    NotFoundError,
    ObjectNotFoundError,
)
from nats.js.kv import KeyValue

from libs.contracts.packchanges import HISTORY, PackChange
from libs.contracts.surge import SURGE, Surge
from libs.packs.model import Pack, PackErrors
from libs.runtime.clock import ClockSetting, FollowingClock
from libs.runtime.errors import NotProvisioned, PackChanged
from libs.runtime.logs import log
from libs.runtime.objects import read_object

FOLLOW_EVERY = 1.0
"""Seconds between two looks. A direct get costs 0.2 ms, and unlike a watcher it cannot go deaf when the
server restarts (its consumer is ephemeral)."""

FETCH_WITHIN = 5.0
"""Seconds for a whole pack."""

LONG = 100_000
"""Bytes of history beyond which it is stored packed: it only grows, and the server takes 256 KB at most."""

KEPT = 8
"""Packs in memory: the one in force and those asked for last. One with 20,000 questions takes tens of MB."""

_PASSING = (NotProvisioned, NotFoundError, NatsError, TimeoutError, OSError, ValueError, PackErrors)
"""No reason to give up the pack one has; PackErrors: a pack of a release that this one cannot read."""

_PACKED = b"\x1f\x8b"
_NEWEST = ("KV_DIRECTORY", "$KV.DIRECTORY.>")
"""Stream and filter of the newest entry: while its sequence stays, nothing has changed."""


class Directory:
    """Gives the pack in force (`pack`), any earlier version (`version`), and keeps the clock right.

    `history` holds every change of the pack in force, oldest first. `surge` says whether operators are
    overrun; a second old at most.
    """

    def __init__(self, js: JetStreamContext, clock: FollowingClock) -> None:
        self._js = js
        self._clock = clock
        self._packs: dict[str, Pack] = {}
        self._bucket: KeyValue | None = None
        self.current = ""
        self.history: tuple[PackChange, ...] = ()
        self.surge = Surge()

    @property
    def pack(self) -> Pack:
        """The pack in force."""
        return self._packs[self.current]

    async def version(self, version: str) -> Pack:
        """The pack of that version, e.g. the one a decision remembers. Raises NotProvisioned if unknown."""
        if version not in self._packs:
            try:
                found = await read_object(self._js, "PACKS", version, within=FETCH_WITHIN)
            except (NotFoundError, ObjectNotFoundError, BucketNotFoundError) as error:
                raise NotProvisioned from error
            self._packs[version] = await asyncio.to_thread(Pack.from_json, found)
        self._packs[version] = pack = self._packs.pop(version)  # asked for last
        for oldest in [one for one in self._packs if one not in {self.current, version}][: -(KEPT - 2)]:
            del self._packs[oldest]
        return pack

    async def refresh(self) -> None:
        """Look once. Raises NotProvisioned when the server has no pack yet."""
        try:
            self._bucket = self._bucket or await self._js.key_value("DIRECTORY")
            clock = await self._bucket.get("clock")
            self._clock.follow(ClockSetting.model_validate(json.loads(clock.value or b"{}")))
            self.surge = (await read_surge(self._bucket))[0]
            history = _read((await self._bucket.get("current")).value)
        except (KeyNotFoundError, BucketNotFoundError, NotFoundError) as error:
            raise NotProvisioned from error
        if not history:
            raise NotProvisioned
        if history == self.history:
            return
        await self.version(history[-1].version)
        self.history, self.current = history, history[-1].version
        log("pack_taken", version=self.current)

    async def wait(self) -> None:
        """Wait until the server is provisioned and a pack is in force."""
        while True:
            try:
                return await self.refresh()
            except (NotProvisioned, NatsError, TimeoutError, PackErrors) as error:
                log("pack_awaited", kind=type(error).__name__)
                await asyncio.sleep(FOLLOW_EVERY)

    async def follow(self) -> None:
        """Look again and again until cancelled; a bad moment of the server changes nothing."""
        seen = 0
        while True:
            await asyncio.sleep(FOLLOW_EVERY)
            try:
                newest = (await self._js.get_last_msg(*_NEWEST, direct=True)).seq or 0
                if newest != seen:
                    await self.refresh()
                    seen = newest
            except _PASSING as error:
                log("pack_not_refreshed", kind=type(error).__name__)


async def read_surge(bucket: KeyValue) -> tuple[Surge, int]:
    """What DIRECTORY says of surge mode, and its revision for compare-and-set; off where it says nothing."""
    try:
        entry = await bucket.get(SURGE)
    except KeyNotFoundError as error:
        return Surge(), (error.entry.revision or 0) if error.entry else 0
    try:
        return Surge.model_validate_json(entry.value or b"{}"), entry.revision or 0
    except ValueError as error:  # of another release: no reason to stop
        log("surge_unreadable", kind=type(error).__name__)
        return Surge(), entry.revision or 0


async def put_pack(
    js: JetStreamContext,
    pack: Pack,
    *,
    by: str = "provisioner",
    document: str = "",
    note: str = "",
    recompute: Iterable[str] = (),
    instead_of: str | None = None,
) -> PackChange:
    """Store a pack and put it in force, whole or not at all; who, when and why is kept for ever.

    "When" is the server's own clock, real or simulated.
    `instead_of` says that this is that pack, changed on a page; without it, one from a folder.
    The pack already in force is not put in force again unless clocks are to be recomputed. Raises
    PackChanged when meanwhile another one than `instead_of` (None: whatever it was) is in force.
    """
    store = await js.object_store("PACKS")
    try:
        await store.get_info(pack.version)
    except ObjectNotFoundError:  # else it stays: storing it again takes the pieces from under its readers
        await store.put(pack.version, pack.to_json())
    bucket = await js.key_value("DIRECTORY")
    history, revision = await _history(bucket)
    in_force = history[-1].version if history else ""
    if instead_of is not None and in_force != instead_of:
        raise PackChanged
    if in_force == pack.version and not tuple(recompute):
        return history[-1]
    change = PackChange(
        number=len(history) + 1,
        version=pack.version,
        at=await _now(bucket),
        by=by,
        document=document,
        note=note,
        recompute=tuple(recompute),
        revises=instead_of or "",
    )
    body = _written((*history, change))
    try:
        await (bucket.update("current", body, last=revision) if revision else bucket.create("current", body))
    except KeyWrongLastSequenceError:
        raise PackChanged from None
    return change


async def _now(bucket: KeyValue) -> datetime:
    setting = (await bucket.get("clock")).value or b"{}"
    return ClockSetting.model_validate_json(setting).build().now()


async def _history(bucket: KeyValue) -> tuple[tuple[PackChange, ...], int]:
    try:
        entry = await bucket.get("current")
    except KeyNotFoundError:
        return (), 0
    return _read(entry.value), entry.revision or 0


def _written(history: tuple[PackChange, ...]) -> bytes:
    body = HISTORY.dump_json(history)
    return gzip.compress(body) if len(body) > LONG else body


def _read(value: bytes | None) -> tuple[PackChange, ...]:
    """The history; empty where a release before the history stood, so that a pack can be applied over it."""
    try:
        plain = gzip.decompress(value) if value and value.startswith(_PACKED) else value
        return HISTORY.validate_json(plain or b"[]")
    except ValueError as error:
        log("history_unreadable", kind=type(error).__name__)
        return ()
