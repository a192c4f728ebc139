"""A hotline that has lived a little, its backup, and a second, empty server to recover on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from nats.aio.client import Client
from sqlalchemy import Engine

from libs.cli import backup
from libs.cli.manifest import Manifest, checked
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.packs.model import Pack
from libs.runtime.bus import broker_for, connect
from libs.runtime.database import open_engine
from libs.runtime.directory import put_pack
from services.desk.migrations import prepare
from tests.support.builders import MONDAY_MORNING, a_case, opened, routed
from tests.support.bus import connected
from tests.support.clocks import clock_pack
from tests.support.history import happen


@asynccontextmanager
async def operating(server: NatsServer) -> AsyncIterator[Client]:
    """A connection with the provisioner's key."""
    broker = broker_for("provisioner", server.url, server.seed("provisioner"))
    try:
        yield await connect(broker, "provisioner")
    finally:
        await broker.stop()


def empty_desk(url: str) -> Engine:
    """The desk's database as its first start leaves it."""
    engine = open_engine(url)
    prepare(engine)
    return engine


async def lived(server: NatsServer, folder: Path, many: int = 5) -> tuple[Pack, list[CaseRef]]:
    """The pack is in force and some cases were opened and routed: the case n has the facts 2n+1 and 2n+2."""
    pack = clock_pack(folder)
    async with operating(server) as nc:
        await put_pack(nc.jetstream(), pack)
    refs = [a_case() for _ in range(many)]
    for ref in refs:
        version = pack.version
        await happen(server, ref, opened(ref, pack_version=version), routed(ref, pack_version=version))
    async with connected(server, "intake") as js:
        messages = await js.key_value("MESSAGES")
        await messages.create("portal.k1", refs[0].case_id.encode())
    return pack, refs


def a_clock(ref: CaseRef, case_seq: int) -> ClockArmed:
    """A clock that follows from the fact `case_seq`."""
    return ClockArmed(
        event_id=uuid4(),
        case_id=ref.case_id,
        at=MONDAY_MORNING,
        by=Actor(service="sla"),
        clock="answer-1",
        kind="answer",
        agency="YT",
        basis="law",
        case_seq=case_seq,
        start=MONDAY_MORNING,
        due=MONDAY_MORNING,
    )


async def contents(nc: Client, stream: str) -> list[tuple[Any, ...]]:
    """Every message of a stream: sequence, subject, headers, body, time."""
    js = nc.jetstream()
    last = (await js.stream_info(stream)).state.last_seq
    found = [await js.get_msg(stream, seq) for seq in range(1, last + 1)]
    return [(one.seq, one.subject, one.headers, one.data, one.time) for one in found]


async def saved(server: NatsServer, desk: Engine, folder: Path) -> Manifest:
    """Back up a server."""
    async with operating(server) as nc:
        await backup.backup(nc, desk, folder)
    return checked(folder)


async def brought_back(server: NatsServer, desk: Engine, folder: Path) -> list[str]:
    """Restore a backup on a server."""
    manifest = checked(folder)
    async with operating(server) as nc:
        return await backup.restore(nc, desk, folder, manifest)
