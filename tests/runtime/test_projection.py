"""The projection rule: order per case, each fact once, one bad case alone, with several replicas."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Engine

from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine
from libs.runtime.rebuild import rebuild
from libs.runtime.replay import replay
from tests.support.bus import connected
from tests.support.probes import POISON, Probe, ProbeTable, reading_as_portal, seen, write_case
from tests.support.waiting import eventually


@pytest.fixture
def engine(database_url: str) -> Any:
    opened_engine = open_engine(database_url)
    ProbeTable.metadata.create_all(opened_engine)
    yield opened_engine
    opened_engine.dispose()


async def test_three_replicas_apply_each_fact_once_and_in_the_order_of_its_case(
    server: NatsServer, engine: Engine
) -> None:
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        async with reading_as_portal(server, engine, Probe(), replicas=3):
            await asyncio.gather(*(write_case(intake, desk, 12) for _ in range(25)))
            await eventually(lambda: len(seen(engine)) >= 300, within=20)
    by_case: dict[str, list[int]] = {}
    for case_id, seq in seen(engine):
        by_case.setdefault(case_id, []).append(seq)
    assert all(found == sorted(set(found)) for found in by_case.values())
    assert sum(len(found) for found in by_case.values()) == 300


async def test_a_fact_that_cannot_be_applied_parks_its_own_case_and_no_other(
    server: NatsServer, engine: Engine
) -> None:
    probe = Probe()
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        async with reading_as_portal(server, engine, probe):
            bad = await write_case(intake, desk, 3, text=POISON)
            good = await write_case(intake, desk, 3)
            await eventually(lambda: len(seen(engine)) == 3)
    assert {case_id for case_id, _ in seen(engine)} == {good.case_id}
    async with connected(server, "provisioner") as js:
        dead = await js.stream_info("DEAD", subjects_filter=">")
        assert dead.state.messages == 1
        probe.strict = False
        assert await replay(js, "portal", probe.projection(engine)) == 1
        assert (await js.stream_info("DEAD")).state.messages == 0
    assert [seq for case_id, seq in seen(engine) if case_id == bad.case_id] == [1, 2, 3]


async def test_a_rebuilt_projection_has_the_same_rows_and_goes_on_where_it_ended(
    server: NatsServer, engine: Engine
) -> None:
    probe = Probe()
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        async with reading_as_portal(server, engine, probe):
            for _ in range(5):
                await write_case(intake, desk, 4)
            await eventually(lambda: len(seen(engine)) == 20)
        before = sorted(seen(engine))
        async with connected(server, "provisioner") as js:
            assert await rebuild(js, "portal", probe.projection(engine)) == {"CASES": 20, "CLOCKS": 0}
        assert sorted(seen(engine)) == before
        async with reading_as_portal(server, engine, probe):
            await write_case(intake, desk, 2)
            await eventually(lambda: len(seen(engine)) == 22)


async def test_a_reader_survives_a_killed_server(server: NatsServer, engine: Engine) -> None:
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        async with reading_as_portal(server, engine, Probe()):
            await write_case(intake, desk, 2)
            await eventually(lambda: len(seen(engine)) == 2)
            server.kill()
            await asyncio.sleep(0.3)
            server.start()
            await eventually(lambda: desk._nc.is_connected and intake._nc.is_connected, within=10)
            await write_case(intake, desk, 2)
            await eventually(lambda: len(seen(engine)) == 4, within=15)
