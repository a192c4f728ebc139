"""Disaster recovery on real servers: what was backed up comes back as it was, and cases go on."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from libs.cli import backup
from libs.cli.manifest import ORDER
from libs.contracts.events import CaseFact, CaseReceived
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import Appended, CaseLog
from libs.runtime.clock import FollowingClock, SystemClock
from libs.runtime.database import open_engine, reading
from libs.runtime.directory import Directory
from libs.runtime.rebuild import rebuild
from libs.runtime.sidelog import SideLog
from services.sla.app import project
from services.sla.settings import Settings as SlaSettings
from services.sla.store import PROJECTION
from services.sla.tables import SlaTable
from tests.support.backups import a_clock, brought_back, contents, empty_desk, lived, operating, saved
from tests.support.builders import a_case, make, opened, routed
from tests.support.bus import connected, provisioned
from tests.support.history import happen


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A second, empty server: the machine one recovers on."""
    async with provisioned(tmp_path / "other") as running:
        yield running


@pytest.fixture
def people(tmp_path: Path) -> Engine:
    """An empty desk."""
    return empty_desk(f"sqlite:///{tmp_path / 'desk.db'}")


async def append(server: NatsServer, user: str, ref: CaseRef, last: int, fact: CaseFact) -> Appended:
    async with connected(server, user) as js:
        done = await CaseLog(js).append(ref, None, last, decide=lambda _: fact, fold=lambda state, _: state)
    assert done
    return done


async def sla_rows(server: NatsServer, database: Path) -> list[list[dict[str, Any]]]:
    """The clocks' tables after a rebuild from this server."""
    engine = open_engine(f"sqlite:///{database}")
    SlaTable.metadata.create_all(engine)
    settings = SlaSettings(nkey_seed_file=server.seed("sla"), database_url="", nats_url=server.url)
    async with operating(server) as nc:
        directory = Directory(nc.jetstream(), FollowingClock())
        await directory.refresh()
        await rebuild(nc.jetstream(), "sla", project(settings, engine, directory, SystemClock()))
    with reading(engine) as connection:
        return [
            [dict(row) for row in connection.execute(select(each).order_by(*each.primary_key)).mappings()]
            for each in PROJECTION
        ]


@asynccontextmanager
async def writing_cases(server: NatsServer) -> AsyncIterator[None]:
    """Citizens and router go on writing until the block ends."""

    ended = asyncio.Event()

    async def go_on() -> None:
        while not ended.is_set():
            ref = a_case()
            await happen(server, ref, opened(ref), routed(ref))

    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        ended.set()
        await task


async def test_every_message_comes_back_with_its_sequence_headers_and_time(
    server: NatsServer, other: NatsServer, people: Engine, tmp_path: Path
) -> None:
    _, refs = await lived(server, tmp_path / "pack")
    async with connected(server, "sla") as js:
        assert await SideLog(js).write(a_clock(refs[0], 2))
    await saved(server, people, tmp_path / "backup")
    await brought_back(other, people, tmp_path / "backup")
    async with operating(server) as before, operating(other) as after:
        for name in ORDER:
            assert await contents(after, name) == await contents(before, name), name


async def test_a_restored_case_goes_on_and_its_links_are_whole(
    server: NatsServer, other: NatsServer, people: Engine, tmp_path: Path
) -> None:
    _, refs = await lived(server, tmp_path / "pack")
    await saved(server, people, tmp_path / "backup")
    await brought_back(other, people, tmp_path / "backup")
    last = len(refs) * 2
    received = make(CaseReceived, refs[-1])
    first = await append(other, "desk", refs[-1], last, received)
    again = await append(other, "desk", refs[-1], last, received)
    assert (first.seq, again.seq, again.repeated) == (last + 1, first.seq, True)
    async with connected(other, "desk") as js:
        facts = await CaseLog(js).since(refs[-1], 0)
    assert [(one.seq, one.predecessor) for one in facts] == [
        (last - 1, 0),
        (last, last - 1),
        (last + 1, last),
    ]


async def test_a_rebuild_from_the_restored_streams_gives_the_same_rows(
    server: NatsServer, other: NatsServer, people: Engine, tmp_path: Path
) -> None:
    await lived(server, tmp_path / "pack")
    await saved(server, people, tmp_path / "backup")
    await brought_back(other, people, tmp_path / "backup")
    rows = await sla_rows(other, tmp_path / "b.db")
    assert rows == await sla_rows(server, tmp_path / "a.db")
    assert all(len(table) == 5 for table in rows[:3])


async def test_the_router_goes_on_where_it_was_and_projections_read_from_the_beginning(
    server: NatsServer, other: NatsServer, people: Engine, tmp_path: Path
) -> None:
    await lived(server, tmp_path / "pack")
    for user, many in (("router", 3), ("sla", 6)):
        async with connected(server, user) as js:
            mine = await js.pull_subscribe_bind(consumer=user, stream="CASES")
            for message in await mine.fetch(many, timeout=2):
                await message.ack_sync()
    await saved(server, people, tmp_path / "backup")
    await brought_back(other, people, tmp_path / "backup")
    async with operating(other) as nc:
        router, sla = [await nc.jetstream().consumer_info("CASES", name) for name in ("router", "sla")]
    assert (router.num_pending, sla.num_pending) == (2, 10)
    assert sla.config.max_ack_pending == 1000


async def test_facts_written_during_the_backup_are_in_it_whole_or_not_at_all(
    server: NatsServer, other: NatsServer, people: Engine, tmp_path: Path
) -> None:
    await lived(server, tmp_path / "pack", many=1)
    async with writing_cases(server):
        await asyncio.sleep(0.3)
        await saved(server, people, tmp_path / "backup")
    await brought_back(other, people, tmp_path / "backup")
    async with operating(other) as nc:
        facts = await contents(nc, "CASES")
    known = {seq for seq, *_ in facts} | {0}
    assert len(facts) > 4
    assert {int(headers["Nats-Expected-Last-Subject-Sequence"]) for _, _, headers, *_ in facts} <= known


async def test_a_side_fact_that_outran_the_saved_cases_is_dropped(
    server: NatsServer, other: NatsServer, people: Engine, tmp_path: Path
) -> None:
    _, refs = await lived(server, tmp_path / "pack")
    folder = tmp_path / "backup"
    async with operating(server) as nc:
        early = await backup.backup(nc, people, tmp_path / "early")
        late = await append(server, "desk", refs[0], 2, make(CaseReceived, refs[0]))
        async with connected(server, "sla") as js:
            await SideLog(js).write(a_clock(refs[0], 2))
            await SideLog(js).write(a_clock(refs[1], late.seq))
        manifest = await backup.backup(nc, people, folder)
    shutil.copy(tmp_path / "early" / "CASES.snapshot", folder)
    streams = [early.stream("CASES"), *(one for one in manifest.streams if one.name != "CASES")]
    async with operating(other) as nc:
        await backup.restore(
            nc, people, folder, manifest.model_copy(update={"streams": streams, "before": early.before})
        )
        state = (await nc.jetstream().stream_info("CLOCKS")).state
        kept = await nc.jetstream().get_msg("CLOCKS", 1)
    assert (state.messages, kept.subject) == (1, f"clock.{refs[0].case_id}.answer-1.armed")
