"""The projection rule: order per case, each fact once, one bad case alone, with several replicas."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from libs.contracts.events import CaseReceived
from libs.contracts.subjects import side_subject
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, table, upsert, writing
from libs.runtime.projection import Applied, CaseProjection, Delivery, in_transaction
from libs.runtime.reader import Reader
from libs.runtime.rebuild import rebuild
from libs.runtime.replay import replay
from libs.runtime.sidelog import SideLog
from libs.runtime.sides import SideProjection
from libs.runtime.tasks import end
from tests.support.builders import a_case, armed, make
from tests.support.bus import connected
from tests.support.probes import POISON, Link, Probe, ProbeTable, reading_as_portal, seen, write_case
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
    async with (
        connected(server, "intake") as intake,
        connected(server, "desk") as desk,
        connected(server, "provisioner") as js,
    ):

        async def buried() -> bool:
            return (await js.stream_info("DEAD")).state.messages == 1

        async with reading_as_portal(server, engine, probe):
            bad = await write_case(intake, desk, 3, text=POISON)
            good = await write_case(intake, desk, 3)
            await eventually(lambda: len(seen(engine)) == 3)
            await eventually(buried)
        assert {case_id for case_id, _ in seen(engine)} == {good.case_id}
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


@pytest.mark.postgres
async def test_a_side_fact_and_a_fact_of_the_same_case_are_applied_one_after_the_other(
    postgres_url: str,
) -> None:
    """Both read the case's rows and then write them: whoever came second must see what the first wrote."""
    engine = open_engine(postgres_url)
    ProbeTable.metadata.create_all(engine)
    ref, order = a_case(), list[str]()
    reached = {"case_id": ref.case_id, "year": 2026, "last_seq": 1, "parked": ""}
    with writing(engine) as connection:
        upsert(connection, table(Link), [reached], key=["case_id"])

    def slowly(name: str, *_: object) -> None:
        order.append(name)
        time.sleep(0.3)
        order.append(name)

    cases = CaseProjection(table(Link), partial(slowly, "case"))
    sides = SideProjection(table(Link), partial(slowly, "side"))
    received, clock = make(CaseReceived, ref), armed(ref, "answer", 1)
    fact = Delivery(ref.subject(received), 2, 1, received.model_dump_json().encode())
    side = Delivery(side_subject(clock), 1, 0, clock.model_dump_json().encode())
    await asyncio.gather(
        asyncio.to_thread(in_transaction, engine, cases, [fact]),
        asyncio.to_thread(in_transaction, engine, sides, [side]),
    )
    engine.dispose()
    assert order[0] == order[1] != order[2] == order[3]


async def test_a_reader_that_cannot_leave_a_dead_letter_goes_on_when_the_server_is_back(
    server: NatsServer, engine: Engine
) -> None:
    probe = Probe()

    def apply(connection: Connection, facts: Sequence[Applied]) -> None:
        if any(getattr(one.fact, "text", "") == POISON for one in facts):
            server.kill()
        probe.apply(connection, facts)

    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        async with connected(server, "portal") as js:
            work = partial(in_transaction, engine, CaseProjection(table(Link), apply))
            side = SideLog(js, patience=0.2)
            reader = Reader(js._nc, side, SystemClock(), service="portal", stream="CASES", work=work)
            running = asyncio.create_task(reader.run())
            await write_case(intake, desk, 1, text=POISON)
            await eventually(lambda: not server.pids())
            await asyncio.sleep(1)
            server.start()
            clients = [one._nc for one in (intake, desk, js)]
            await eventually(lambda: all(client.is_connected for client in clients), within=10)
            await write_case(intake, desk, 2)
            await eventually(lambda: len(seen(engine)) == 2, within=15)
            await end(running)
