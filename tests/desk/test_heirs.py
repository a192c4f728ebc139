"""Who owes a clock after its agency ended, on SQLite and PostgreSQL: whatever stream was read first."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from libs.contracts.events import CaseSucceeded
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed, ClockFact, ClockMet
from libs.contracts.subjects import CaseRef
from libs.runtime.database import open_engine, reading, writing
from libs.runtime.projection import Applied
from services.desk import reads
from services.desk.migrations import prepare
from services.desk.store import Store
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    prepare(engine)
    yield engine
    engine.dispose()


def happened(engine: Engine, ref: CaseRef, *moves: tuple[str, str]) -> None:
    """A slip to SYT, and then these successions."""
    facts = [opened(ref), routed(ref)]
    facts += [make(CaseSucceeded, ref, slip=1, agency=a, to=b, rule="merged") for a, b in moves]
    with writing(engine) as connection:
        Store().apply(connection, [Applied(ref, seq, fact) for seq, fact in enumerate(facts, 1)])


def said(engine: Engine, ref: CaseRef, cls: type[ClockFact], seq: int = 1, **fields: object) -> None:
    defaults: dict[str, object] = {
        "event_id": uuid4(), "case_id": ref.case_id, "at": MONDAY_MORNING, "by": Actor(service="sla"),
        "case_seq": 2, "clock": "answer-1", "kind": "answer", "agency": "SYT", "basis": "law",
        "start": MONDAY_MORNING, "due": MONDAY_MORNING + timedelta(days=1),
    }  # fmt: skip
    with writing(engine) as connection:
        Store().apply_clocks(connection, [(seq, cls.model_validate({**defaults, **fields}))])


def owing(engine: Engine, ref: CaseRef) -> list[str]:
    with reading(engine) as connection:
        return [row.agency for row in reads.clocks(connection, [ref.case_id])]


def test_a_running_clock_is_owed_by_whoever_goes_on(engine: Engine) -> None:
    ref, other = a_case(), a_case()
    happened(engine, ref, ("SYT", "SCT"), ("SCT", "SXD"))
    happened(engine, other)
    said(engine, ref, ClockArmed)
    said(engine, other, ClockArmed)
    assert (owing(engine, ref), owing(engine, other)) == (["SXD"], ["SYT"])


def test_a_clock_that_had_stopped_stays_with_who_met_it(engine: Engine) -> None:
    ref = a_case()
    said(engine, ref, ClockArmed)
    said(engine, ref, ClockMet, 2, stopped_at=MONDAY_MORNING)
    happened(engine, ref, ("SYT", "SCT"))
    assert owing(engine, ref) == ["SYT"]


def test_a_forgotten_case_has_no_heirs(engine: Engine) -> None:
    ref = a_case()
    happened(engine, ref, ("SYT", "SCT"))
    with writing(engine) as connection:
        Store().forget(connection, [ref.case_id])
    said(engine, ref, ClockArmed)
    assert owing(engine, ref) == ["SYT"]
