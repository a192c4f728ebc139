"""The portal's projection and its searches, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from libs.contracts.events import CaseAnswered, CaseFact, CaseJoined, CasePublished, CaseReceived
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed, ClockCancelled, ClockFact, ClockMet, ClockMoved
from libs.contracts.subjects import CaseRef
from libs.runtime.database import open_engine, table, writing
from libs.runtime.projection import Applied, CaseProjection, Delivery, Outcome
from services.portal.case import Proof
from services.portal.published import ANSWER
from services.portal.store import CASE, PROJECTION, Store
from services.portal.tables import Link, PortalTable
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed

PROOF = Proof(b"secret")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    PortalTable.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine, PROOF)


def apply(engine: Engine, store: Store, ref: CaseRef, *facts: CaseFact) -> None:
    with writing(engine) as connection:
        store.apply(connection, [Applied(ref, seq, fact) for seq, fact in enumerate(facts, 1)])


def publish(
    engine: Engine, store: Store, question: str, answer: str, at: datetime = MONDAY_MORNING
) -> CaseRef:
    ref = a_case()
    facts = (
        opened(ref),
        routed(ref),
        make(CaseAnswered, ref, answer="…"),
        make(CasePublished, ref, at=at, question=question, answer=answer),
    )
    apply(engine, store, ref, *facts)
    return ref


def clock(cls: type[ClockFact], ref: CaseRef, name: str = "answer-1", **more: object) -> ClockFact:
    return make_side(cls, ref, clock=name, kind=name.split("-", maxsplit=1)[0], **more)


def make_side(cls: type[ClockFact], ref: CaseRef, **fields: object) -> ClockFact:
    defaults = {
        "event_id": "5f6c2f9e-0000-4000-8000-000000000001",
        "case_id": ref.case_id,
        "at": MONDAY_MORNING,
        "by": Actor(service="sla"),
        "case_seq": 2,
        "agency": "SYT",
        "basis": "law",
        "start": MONDAY_MORNING,
        "due": MONDAY_MORNING + timedelta(hours=8),
    }
    return cls.model_validate({**defaults, **fields})


def test_a_case_is_found_by_code_and_digits_by_link_and_by_nothing_less(engine: Engine, store: Store) -> None:
    with_phone, with_link = a_case(), a_case()
    apply(engine, store, with_phone, opened(with_phone))
    apply(engine, store, with_link, opened(with_link, code="876543210", track_token="duong-dan"))
    found = store.by_code("123456782", "5678")
    assert found is not None
    assert found.case_id == with_phone.case_id
    linked = store.by_token("duong-dan")
    assert linked is not None
    assert linked.case_id == with_link.case_id
    assert store.by_code("123456782", "1234") is None
    assert store.by_code("", "") is None
    assert store.by_token("") is None


def test_the_due_time_is_shown_while_the_clock_of_the_current_slip_runs(engine: Engine, store: Store) -> None:
    ref = a_case()
    armed, met = clock(ClockArmed, ref), clock(ClockMet, ref, stopped_at=MONDAY_MORNING)
    with writing(engine) as connection:
        store.apply_clocks(connection, [(1, armed), (1, armed)])
    assert store.due(ref.case_id, 1) == armed.due
    assert store.due(ref.case_id, 2) is None
    with writing(engine) as connection:
        store.apply_clocks(connection, [(2, met)])
    assert store.due(ref.case_id, 1) is None


def test_the_limit_shown_is_the_one_of_the_latest_calendar(engine: Engine, store: Store) -> None:
    ref = a_case()
    armed = clock(ClockArmed, ref)
    moves = [
        clock(ClockMoved, ref, change=number, was=armed.due, document="1", person="x", due=armed.due + days)
        for number, days in ((10, timedelta(days=2)), (9, timedelta(days=1)))
    ]
    with writing(engine) as connection:
        store.apply_clocks(connection, [(1, moves[0]), (1, armed), (1, moves[1])])
    assert store.due(ref.case_id, 1) == armed.due + timedelta(days=2)


def test_a_clock_fact_that_comes_late_does_not_start_a_stopped_clock_again(
    engine: Engine, store: Store
) -> None:
    ref = a_case()
    with writing(engine) as connection:
        store.apply_clocks(connection, [(2, clock(ClockCancelled, ref, stopped_at=MONDAY_MORNING))])
        store.apply_clocks(connection, [(1, clock(ClockArmed, ref))])
    assert store.due(ref.case_id, 1) is None


def test_forgetting_a_case_leaves_the_others_and_the_clocks(engine: Engine, store: Store) -> None:
    gone, stays = publish(engine, store, "Một", "…"), publish(engine, store, "Hai", "…")
    with writing(engine) as connection:
        store.apply_clocks(connection, [(1, clock(ClockArmed, gone))])
        store.forget(connection, [gone.case_id])
    with engine.connect() as connection:
        counts = [connection.execute(select(func.count()).select_from(each)).scalar() for each in PROJECTION]
    assert counts == [0, 1, 1, 1, 1]
    assert store.by_id(stays.case_id) is not None


def test_a_case_that_does_not_begin_with_opened_is_parked_and_the_next_one_is_not(
    engine: Engine, store: Store
) -> None:
    broken, sound = a_case(), a_case()
    projection = CaseProjection(table(Link), store.apply)
    facts = [(broken, make(CaseReceived, broken)), (sound, opened(sound))]
    batch = [
        Delivery(ref.subject(fact), seq, 0, fact.model_dump_json().encode())
        for seq, (ref, fact) in enumerate(facts, 1)
    ]
    with writing(engine) as connection:
        verdicts = projection.on(connection, batch)
        shown = connection.execute(select(CASE.c.case_id)).scalars().all()
        answers = connection.execute(select(func.count()).select_from(ANSWER)).scalar()
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PARKED, Outcome.DONE]
    assert (shown, answers) == ([sound.case_id], 0)


def test_who_follows_a_case_that_follows_another_sees_the_last_one(engine: Engine, store: Store) -> None:
    new, middle, old = a_case(), a_case(), a_case()
    for ref, to in ((new, middle), (middle, old)):
        joined = make(CaseJoined, ref, to=to.case_id, year=to.year, code="123456782")
        apply(engine, store, ref, opened(ref), joined)
    apply(engine, store, old, opened(old), routed(old))
    mine = store.by_id(new.case_id)
    assert mine and store.root(mine).case_id == old.case_id
    alone = store.by_id(old.case_id)
    assert alone and store.root(alone) is alone
