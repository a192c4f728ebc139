"""Rebuild and replay when something is amiss: holes in a stream, dead letters, readers that go on."""

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest
from nats.js.client import JetStreamContext
from sqlalchemy import Engine, select

from libs.contracts.events import CaseReceived
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, reading, table
from libs.runtime.projection import in_transaction
from libs.runtime.reader import Reader
from libs.runtime.rebuild import NotReadWhole, pages, rebuild
from libs.runtime.replay import replay
from libs.runtime.sidelog import SideLog
from libs.runtime.sides import SideProjection
from libs.runtime.tasks import end
from tests.support.builders import armed, make
from tests.support.bus import connected
from tests.support.probes import POISON, Link, Probe, ProbeTable, Seen, reading_as_portal, seen, write_case
from tests.support.waiting import eventually


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_engine(database_url)
    ProbeTable.metadata.create_all(found)
    yield found
    found.dispose()


def parked(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        rows = connection.execute(select(table(Link).c.case_id, table(Link).c.parked))
        return {row.case_id: row.parked for row in rows if row.parked}


async def append(js: JetStreamContext, ref: CaseRef, last: int) -> int:
    fact = make(CaseReceived, ref)
    done = await CaseLog(js).append(ref, None, last, decide=lambda _: fact, fold=lambda s, _: s)
    assert done
    return done.seq


async def dead(js: JetStreamContext) -> int:
    return (await js.stream_info("DEAD")).state.messages


async def test_facts_that_come_in_while_their_case_is_replayed_leave_no_gap(
    server: NatsServer, engine: Engine
) -> None:
    probe = Probe()
    async with (
        connected(server, "intake") as intake,
        connected(server, "desk") as desk,
        connected(server, "provisioner") as js,
        reading_as_portal(server, engine, probe),
    ):
        bad = await write_case(intake, desk, 60, text=POISON)
        await eventually(lambda: parked(engine))
        probe.strict = False

        async def go_on() -> None:
            last = 60
            for _ in range(60):
                last = await append(desk, bad, last)

        going_on = asyncio.create_task(go_on())
        await replay(js, "portal", probe.projection(engine))
        await going_on
        await replay(js, "portal", probe.projection(engine))
        await eventually(lambda: [seq for _, seq in seen(engine)] == list(range(1, 121)), within=10)


async def test_a_replay_applies_side_facts_again_and_forgets_only_what_is_well(
    server: NatsServer, engine: Engine
) -> None:
    probe = Probe()
    async with (
        connected(server, "intake") as intake,
        connected(server, "desk") as desk,
        connected(server, "sla") as sla,
        connected(server, "portal") as portal,
        connected(server, "provisioner") as js,
        reading_as_portal(server, engine, probe),
    ):
        ref = await write_case(intake, desk, 1)
        work = partial(in_transaction, engine, SideProjection(table(Link), probe.apply_clocks))
        clocks = Reader(
            portal._nc, SideLog(portal), SystemClock(), service="portal", stream="CLOCKS", work=work
        )
        reader = asyncio.create_task(clocks.run())
        await SideLog(sla).write(armed(ref, POISON, 1))

        async def is_dead() -> bool:
            return await dead(js) == 1

        await eventually(is_dead)
        assert await replay(js, "portal", probe.projection(engine)) == 0
        assert await is_dead(), "still broken, still told"
        probe.strict = False
        assert await replay(js, "portal", probe.projection(engine)) == 1
        assert await dead(js) == 0
        await end(reader)
    with reading(engine) as connection:
        assert "answer-1.armed" in connection.execute(select(table(Seen).c.token)).scalars().all()


async def test_a_hole_in_a_case_parks_it_in_a_rebuild_and_stands_in_nobodys_way(
    server: NatsServer, engine: Engine
) -> None:
    probe = Probe()
    async with (
        connected(server, "intake") as intake,
        connected(server, "desk") as desk,
        connected(server, "provisioner") as js,
        connected(server, "privacy") as deleting,
    ):
        damaged = await write_case(intake, desk, 4)
        whole = await write_case(intake, desk, 2)
        await deleting.delete_msg("CASES", 2)
        await rebuild(js, "portal", probe.projection(engine))
        assert parked(engine) == {damaged.case_id: "gap before 3"}
        async with reading_as_portal(server, engine, probe):
            await append(desk, damaged, 4)
            await append(desk, whole, 6)
            await eventually(lambda: (whole.case_id, 8) in seen(engine))
        assert await replay(js, "portal", probe.projection(engine)) == 0
    assert parked(engine) == {damaged.case_id: "gap before 3"}


async def test_a_stream_whose_last_fact_was_purged_is_read_to_its_end(server: NatsServer) -> None:
    async with (
        connected(server, "intake") as intake,
        connected(server, "desk") as desk,
        connected(server, "provisioner") as js,
        connected(server, "privacy") as deleting,
    ):
        await write_case(intake, desk, 3)
        last = await write_case(intake, desk, 2)
        await deleting.purge_stream("CASES", subject=last.filter)
        assert [[one.seq for one in page] async for page in pages(js, "CASES", size=2)] == [[1, 2], [3]]


async def test_a_server_that_goes_away_during_a_rebuild_leaves_the_old_rows(
    server: NatsServer, engine: Engine
) -> None:
    probe = Probe()
    async with (
        connected(server, "intake") as intake,
        connected(server, "desk") as desk,
        connected(server, "provisioner") as js,
    ):
        async with reading_as_portal(server, engine, probe):
            await write_case(intake, desk, 3)
            await eventually(lambda: len(seen(engine)) == 3)
        server.kill()
        with pytest.raises(NotReadWhole):
            await rebuild(js, "portal", probe.projection(engine))
        server.start()
        clients = [one._nc for one in (intake, desk, js)]
        await eventually(lambda: all(client.is_connected for client in clients), within=10)
    assert len(seen(engine)) == 3
