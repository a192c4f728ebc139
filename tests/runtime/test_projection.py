"""The projection rule: order per case, each fact once, one bad case alone, with several replicas."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from nats.js.client import JetStreamContext
from sqlalchemy import Connection, Engine, Table, insert, select
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from libs.contracts.events import CaseFact, CaseReceived
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import SystemClock
from libs.runtime.database import CaseLink, open_engine, reading, table
from libs.runtime.projection import Applied, CaseProjection, in_transaction
from libs.runtime.reader import Reader
from libs.runtime.rebuild import Projection, rebuild, replay
from libs.runtime.sidelog import SideLog
from tests.support.builders import a_case, make, opened
from tests.support.bus import connected
from tests.support.waiting import eventually

POISON = "Đơn làm hỏng phép chiếu"


class ProbeTable(SQLModel, registry=registry()):
    """Tables of this test."""


class Link(CaseLink, ProbeTable, table=True):
    __tablename__ = "probe_link"


class Seen(ProbeTable, table=True):
    __tablename__ = "probe_seen"
    id: int | None = Field(default=None, primary_key=True)
    case_id: str
    seq: int
    token: str


class Probe:
    """Remembers every fact it applied; refuses one text while `strict`."""

    def __init__(self) -> None:
        self.strict = True

    def apply(self, connection: Connection, facts: Sequence[Applied]) -> None:
        if self.strict and any(getattr(one.fact, "text", "") == POISON for one in facts):
            raise ValueError(POISON)
        rows = [{"case_id": one.ref.case_id, "seq": one.seq, "token": one.fact.token} for one in facts]
        connection.execute(insert(table(Seen)), rows)

    def forget(self, connection: Connection, case_ids: Sequence[str]) -> None:
        connection.execute(table(Seen).delete().where(table(Seen).c.case_id.in_(case_ids)))

    def projection(self, engine: Engine) -> Projection:
        tables: list[Table] = [table(Link), table(Seen)]
        return Projection(engine, table(Link), tables, self.apply, self.forget)


@asynccontextmanager
async def reading_as_portal(
    server: NatsServer, engine: Engine, probe: Probe, replicas: int = 1
) -> AsyncIterator[None]:
    async with connected(server, "portal") as js:
        work = partial(in_transaction, engine, CaseProjection(table(Link), probe.apply))
        readers = [
            asyncio.create_task(
                Reader(js._nc, SideLog(js), SystemClock(), service="portal", stream="CASES", work=work).run()
            )
            for _ in range(replicas)
        ]
        yield
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


async def write_case(intake: JetStreamContext, desk: JetStreamContext, facts: int, **first: Any) -> CaseRef:
    ref = a_case()
    start: CaseFact = opened(ref, **first)
    stored = await CaseLog(intake).append(ref, None, 0, decide=lambda _: start, fold=lambda s, _: s)
    for _ in range(facts - 1):
        assert stored
        next_fact = make(CaseReceived, ref)
        stored = await CaseLog(desk).append(
            ref, None, stored.seq, decide=partial(lambda fact, _: fact, next_fact), fold=lambda s, _: s
        )
    return ref


def seen(engine: Engine) -> list[tuple[str, int]]:
    with reading(engine) as connection:
        rows = connection.execute(select(table(Seen).c.case_id, table(Seen).c.seq).order_by(table(Seen).c.id))
        return [(row.case_id, row.seq) for row in rows]


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
            assert await rebuild(js, "portal", probe.projection(engine)) == {"CASES": 20}
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
