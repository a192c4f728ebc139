"""A small projection of CASES for tests of the machinery: remembers what it applied, and fails on request."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from nats.js.client import JetStreamContext
from sqlalchemy import Connection, Engine, Table, insert, select
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from libs.contracts.events import CaseFact, CaseReceived
from libs.contracts.sidefacts import ClockFact, SideFact
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import SystemClock
from libs.runtime.database import CaseLink, reading, table
from libs.runtime.healing import Healer
from libs.runtime.projection import Applied, CaseProjection, in_transaction
from libs.runtime.reader import LASTING, Reader
from libs.runtime.rebuild import Projection
from libs.runtime.sidelog import SideLog
from libs.runtime.sides import SideProjection
from libs.runtime.tasks import end
from tests.support.builders import a_case, make, opened
from tests.support.bus import connected

POISON = "Đơn làm hỏng phép chiếu"


class ProbeTable(SQLModel, registry=registry()):
    """Tables of the probe."""


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
        of_cases = table(Seen).c.case_id.in_(case_ids) & ~table(Seen).c.token.contains(".")
        connection.execute(table(Seen).delete().where(of_cases))

    def apply_clocks(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        if self.strict and any(getattr(fact, "kind", "") == POISON for _, fact in facts):
            raise ValueError(POISON)
        rows = [
            {"case_id": fact.case_id, "seq": seq, "token": f"{fact.clock}.{fact.token}"}
            for seq, fact in facts
            if isinstance(fact, ClockFact)
        ]
        connection.execute(insert(table(Seen)), rows)

    def projection(self, engine: Engine) -> Projection:
        tables: list[Table] = [table(Link), table(Seen)]
        return Projection(engine, table(Link), tables, self.apply, self.forget, {"CLOCKS": self.apply_clocks})


@asynccontextmanager
async def reading_as_portal(
    server: NatsServer, engine: Engine, probe: Probe, replicas: int = 1, lasting: int = LASTING
) -> AsyncIterator[None]:
    """Readers of CASES and of CLOCKS, in this process."""
    async with connected(server, "portal") as js:
        cases = CaseProjection(table(Link), probe.apply)
        clocks = SideProjection(table(Link), probe.apply_clocks)
        healer = Healer(js, "portal", engine, cases)
        readers = [
            asyncio.create_task(
                Reader(
                    js._nc,
                    SideLog(js),
                    SystemClock(),
                    service="portal",
                    stream=stream,
                    work=partial(in_transaction, engine, projection),
                    healer=healer,
                    lasting=lasting,
                ).run()
            )
            for _ in range(replicas)
            for stream, projection in (("CASES", cases), ("CLOCKS", clocks))
        ]
        yield
        await end(*readers)


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
