"""A projection whose database went back in time gets back what it lost, each fact once."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update

from libs.contracts.events import CaseReceived
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.database import open_engine, reading, table, writing
from libs.runtime.projection import CaseProjection, Delivery, Outcome, in_transaction
from libs.runtime.sidelog import SideLog
from tests.support.builders import a_case, armed, make, opened
from tests.support.bus import connected
from tests.support.probes import POISON, Link, Probe, ProbeTable, Seen, reading_as_portal, seen, write_case
from tests.support.waiting import eventually


@pytest.fixture
def engine(database_url: str) -> Any:
    opened_engine = open_engine(database_url)
    ProbeTable.metadata.create_all(opened_engine)
    yield opened_engine
    opened_engine.dispose()


def lose(engine: Engine, ref: CaseRef, after: int) -> None:
    """The commits of this case since the fact `after` are undone, as a failover to an old standby does."""
    with writing(engine) as connection:
        lost = (table(Seen).c.case_id == ref.case_id) & (table(Seen).c.seq > after)
        connection.execute(delete(table(Seen)).where(lost))
        of_case = table(Link).c.case_id == ref.case_id
        connection.execute(update(table(Link)).where(of_case).values(last_seq=after))


def parked(engine: Engine, ref: CaseRef) -> str:
    with reading(engine) as connection:
        found = table(Link).select().where(table(Link).c.case_id == ref.case_id)
        return str(connection.execute(found).one().parked)


async def one_more(server: NatsServer, ref: CaseRef) -> int:
    """Another fact of the case; its sequence."""
    async with connected(server, "desk") as desk:
        fact, last = make(CaseReceived, ref), (await desk.get_last_msg("CASES", ref.filter)).seq
        done = await CaseLog(desk).append(
            ref, None, last or 0, decide=lambda _: fact, fold=lambda state, _: state
        )
    assert done is not None
    return done.seq


async def test_an_older_database_file_put_back_heals_by_itself(server: NatsServer, tmp_path: Path) -> None:
    file = tmp_path / "probe.db"
    engine = open_engine(f"sqlite:///{file}")
    ProbeTable.metadata.create_all(engine)
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        write = partial(write_case, intake, desk)
        async with reading_as_portal(server, engine, Probe()):
            first = await write(3)
            await eventually(lambda: len(seen(engine)) == 3)
        engine.dispose()
        shutil.copy(file, tmp_path / "dump")
        async with reading_as_portal(server, engine, Probe()):
            await one_more(server, first)
            await write(2)
            await eventually(lambda: len(seen(engine)) == 6)
        engine.dispose()
        shutil.copy(tmp_path / "dump", file)
        async with reading_as_portal(server, engine, Probe()):
            await eventually(lambda: len(seen(engine)) == 6)
            await one_more(server, first)
            await eventually(lambda: len(seen(engine)) == 7)
    assert sorted(seq for _, seq in seen(engine)) == [1, 2, 3, 4, 5, 6, 7]
    engine.dispose()


async def test_commits_lost_while_the_service_runs_come_back_with_the_next_fact_of_the_case(
    server: NatsServer, engine: Engine
) -> None:
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        async with reading_as_portal(server, engine, Probe(), replicas=2, lasting=4):
            ref = await write_case(intake, desk, 6)
            await eventually(lambda: len(seen(engine)) == 6)
            lose(engine, ref, after=2)
            await one_more(server, ref)
            await eventually(lambda: len(seen(engine)) == 7)
    assert [seq for _, seq in seen(engine)] == [1, 2, 3, 4, 5, 6, 7]


async def test_a_clock_fact_that_waits_for_a_lost_fact_brings_it_back(
    server: NatsServer, engine: Engine
) -> None:
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        async with reading_as_portal(server, engine, Probe(), lasting=4):
            ref = await write_case(intake, desk, 3)
            await eventually(lambda: len(seen(engine)) == 3)
            lose(engine, ref, after=1)
            async with connected(server, "sla") as sla:
                await SideLog(sla).write(armed(ref, "answer", 3))
            await eventually(lambda: len(seen(engine)) == 4)
    assert [seq for _, seq in seen(engine)] == [1, 2, 3, 1], "the clock's fact comes last"


async def test_where_a_fact_in_between_is_gone_the_case_is_parked_and_somebody_is_told(
    server: NatsServer, engine: Engine
) -> None:
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        async with reading_as_portal(server, engine, Probe(), lasting=4):
            ref = await write_case(intake, desk, 4)
            other = await write_case(intake, desk, 1)
            await eventually(lambda: len(seen(engine)) == 5)
            async with connected(server, "provisioner") as js, connected(server, "privacy") as deleting:
                await deleting.delete_msg("CASES", 3)
                lose(engine, ref, after=2)
                newest = await one_more(server, ref)
                await eventually(lambda: parked(engine, ref) == f"gap before {newest}")
                await one_more(server, other)
                await eventually(lambda: len(seen(engine)) == 4)
                dead = await js.get_last_msg("DEAD", f"dead.portal.CASES.{newest}")
    assert b"gap before" in (dead.data or b"")


def test_a_subject_that_names_no_case_is_put_aside_and_its_neighbours_are_applied(engine: Engine) -> None:
    ref = a_case()
    fact = opened(ref)
    good = Delivery(ref.subject(fact), 2, 0, fact.model_dump_json().encode())
    bad = [Delivery(subject, 1, 0, b"{}") for subject in ("case.heute.x.opened", "case.2026.opened")]
    for one in bad:
        verdicts = in_transaction(engine, CaseProjection(table(Link), Probe().apply), [one, good])
        assert verdicts[0].outcome is Outcome.PARKED
    assert seen(engine) == [(ref.case_id, 2)]


def test_a_parked_fact_that_is_delivered_again_is_told_again(engine: Engine) -> None:
    """The dead letter may not have been left: the reader died between the two."""
    ref = a_case()
    fact = opened(ref, text=POISON)
    bad = Delivery(ref.subject(fact), 12, 0, fact.model_dump_json().encode())
    next_fact = make(CaseReceived, ref)
    later = Delivery(ref.subject(next_fact), 13, 12, next_fact.model_dump_json().encode())
    projection = CaseProjection(table(Link), Probe().apply)
    told = [in_transaction(engine, projection, [one])[0] for one in (bad, later, bad, later)]
    assert [one.outcome for one in told] == [Outcome.PARKED, Outcome.DONE, Outcome.PARKED, Outcome.SEEN]
    assert told[0].error == told[2].error
