"""One stream of nats-server as one file and back, through the server's own snapshot interface.

The file is the server's: messages with headers, sequences and times, and the consumers' positions. So the
links between facts, the revisions of buckets and the router's place in CASES are the same afterwards.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from libs.cli.saved import SavedFile, Sink, writing_to
from libs.contracts.errors import HotlineError

CHUNK = 128 * 1024
"""Bytes; half of the largest message that the server takes."""

PATIENCE = 60.0
"""Seconds for one step: the server first writes down what it still holds in memory."""


class SnapshotFailed(HotlineError):
    """nats-server did not save or restore a stream."""


class SavedStream(SavedFile):
    """`config` and `state` are as the server gave them."""

    suffix = "snapshot"

    config: dict[str, Any]
    state: dict[str, Any]

    @property
    def last_seq(self) -> int:
        return int(self.state["last_seq"])


async def save(nc: Client, stream: str, folder: Path) -> SavedStream:
    """Write the stream to `<stream>.snapshot` in `folder`, while others go on writing to it."""
    chunks: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = nc.new_inbox()
    subscription = await nc.subscribe(inbox, cb=chunks.put)
    try:
        wanted = {"deliver_subject": inbox, "chunk_size": CHUNK, "jsck": True}
        answer = await _ask(nc, f"$JS.API.STREAM.SNAPSHOT.{stream}", json.dumps(wanted).encode())
        with writing_to(folder / f"{stream}.{SavedStream.suffix}") as sink:
            await _receive(nc, stream, chunks, sink)
    finally:
        await subscription.unsubscribe()
    return SavedStream(
        name=stream,
        bytes=sink.written,
        sha256=sink.sha256,
        config=answer["config"],
        state=answer["state"],
    )


async def _receive(nc: Client, stream: str, chunks: "asyncio.Queue[Msg]", sink: Sink) -> None:
    """Write the chunks as they come; each is confirmed, or the server stops sending."""
    while True:
        try:
            chunk = await asyncio.wait_for(chunks.get(), PATIENCE)
        except TimeoutError:
            raise SnapshotFailed(f"{stream}: nats-server stopped sending") from None
        if not chunk.data:
            break
        sink.write(chunk.data)
        if chunk.reply:
            await nc.publish(chunk.reply, b"")
    status = (chunk.headers or {}).get("Status", "204")
    if status != "204":
        raise SnapshotFailed(f"{stream}: nats-server ended with status {status}")


async def restore(nc: Client, saved: SavedStream, folder: Path, replicas: int) -> None:
    """Make the stream again from its file; a stream of that name must not exist."""
    config = {**saved.config, "num_replicas": replicas}
    wanted = json.dumps({"config": config, "state": saved.state}).encode()
    target = (await _ask(nc, f"$JS.API.STREAM.RESTORE.{saved.name}", wanted))["deliver_subject"]
    with (folder / saved.file).open("rb") as handle:
        while chunk := handle.read(CHUNK):
            await _ask(nc, target, chunk)
    state = (await _ask(nc, target, b""))["state"]
    for what in ("messages", "last_seq"):
        if state[what] != saved.state[what]:
            raise SnapshotFailed(f"{saved.name}: {what} is {state[what]}, saved were {saved.state[what]}")


async def _ask(nc: Client, subject: str, body: bytes) -> dict[str, Any]:
    """The server's answer. Raises SnapshotFailed with the server's words."""
    name = subject.rsplit(".", 1)[-1]
    try:
        answer = await nc.request(subject, body, timeout=PATIENCE)
    except (NatsError, TimeoutError) as error:
        raise SnapshotFailed(f"{name}: {type(error).__name__}") from error
    found: dict[str, Any] = json.loads(answer.data or b"{}")
    if problem := found.get("error"):
        raise SnapshotFailed(f"{name}: {problem.get('description', problem)}")
    return found
