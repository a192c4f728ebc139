"""The JetStream object store FILES."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError, ObjectNotFoundError
from nats.js.object_store import ObjectStore

from libs.files.store import NoSuchFile
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.objects import read_object

BUCKET = "FILES"
STREAM = f"OBJ_{BUCKET}"
PATIENCE = 30.0
"""Seconds for one object."""

T = TypeVar("T")


class JetStreamStore:
    """Objects in FILES; each is a note about it and pieces of 128 KB, all on the disk when put."""

    def __init__(self, js: JetStreamContext, *, patience: float = PATIENCE) -> None:
        self._js = js
        self._patience = patience
        self._bucket: ObjectStore | None = None

    async def put(self, name: str, content: bytes) -> None:
        with _certain():
            if await self._stands(name):
                return
            try:
                await self._within((await self._open()).put(name, content))
            except (NatsError, TimeoutError):
                # nats-py (2.16.0) ends a race by purging the loser's pieces, which no service may: it stands
                if not await self._stands(name):
                    raise

    async def _stands(self, name: str) -> bool:
        try:
            await self._within((await self._open()).get_info(name))
        except ObjectNotFoundError:
            return False
        return True

    async def get(self, name: str) -> bytes:
        with _certain():
            try:
                return await read_object(self._js, BUCKET, name, within=self._patience)
            except (NotFoundError, ObjectNotFoundError):
                raise NoSuchFile from None

    async def remove(self, name: str) -> None:
        """Purges both the note and the pieces; only the provisioner may."""
        with _certain():
            try:
                info = await self._within((await self._open()).get_info(name))
            except ObjectNotFoundError:
                return
            coded = base64.urlsafe_b64encode(name.encode()).decode()
            for subject in (f"$O.{BUCKET}.M.{coded}", f"$O.{BUCKET}.C.{info.nuid}"):
                await self._within(self._js.purge_stream(STREAM, subject=subject))

    async def names(self) -> AsyncIterator[tuple[str, datetime]]:
        subjects = f"$O.{BUCKET}.M.>"
        with _certain():
            reader = await self._js.subscribe(subjects, stream=STREAM, ordered_consumer=True)
            try:
                info = await reader.consumer_info()
                left = (info.num_pending or 0) + (info.delivered.consumer_seq if info.delivered else 0)
                while left:
                    message = await reader.next_msg(timeout=self._patience)
                    left = message.metadata.num_pending
                    note = json.loads(message.data)
                    if not note.get("deleted"):
                        yield note["name"], message.metadata.timestamp.astimezone(UTC)
            finally:
                await reader.unsubscribe()

    async def _open(self) -> ObjectStore:
        self._bucket = self._bucket or await self._js.object_store(BUCKET)
        return self._bucket

    async def _within(self, work: Awaitable[T]) -> T:
        async with asyncio.timeout(self._patience):
            return await work


@contextmanager
def _certain() -> Iterator[None]:
    try:
        yield
    except (NatsError, TimeoutError, OSError) as error:
        raise OutcomeUnknown from error
