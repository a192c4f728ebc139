"""An erasure is applied whatever came before; what is left of the case is what is counted from then on."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, delete, insert, select

from libs.contracts import events
from libs.contracts.events import CaseFact
from libs.contracts.remnants import remnants, revived
from libs.contracts.subjects import CaseRef
from libs.runtime.database import open_engine, reading
from libs.runtime.projection import Applied, CaseProjection, Delivery, Outcome, forgetting, in_transaction
from tests.support.builders import a_case, make, opened

META = MetaData()
LINK = Table(
    "link", META,
    Column("case_id", String, primary_key=True), Column("year", Integer),
    Column("last_seq", Integer), Column("parked", String),
)  # fmt: skip
SEEN = Table("seen", META, Column("case_id", String), Column("seq", Integer), Column("body", String))
"""What a service would remember: every fact, whole."""


def apply(connection: Connection, facts: Sequence[Applied]) -> None:
    if any(isinstance(one.fact, events.CaseReceived) and one.seq == 99 for one in facts):
        raise ValueError("cannot be applied")
    rows = [{"case_id": a.ref.case_id, "seq": a.seq, "body": a.fact.model_dump_json()} for a in facts]
    connection.execute(insert(SEEN), rows)


def forget(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(SEEN).where(SEEN.c.case_id.in_(ids)))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    META.drop_all(engine)
    META.create_all(engine)
    yield engine
    engine.dispose()


def a_history() -> tuple[CaseRef, list[tuple[int, CaseFact]]]:
    ref = a_case()
    first = opened(ref)
    answered = make(events.CaseAnswered, ref, answer="Trả lời cho bà Lê Thị Kín, 0987 654 321")
    return ref, [(3, first), (7, answered), (9, make(events.CaseWithheld, ref, ground="secrecy-asked"))]


def erased(ref: CaseRef, facts: list[tuple[int, CaseFact]]) -> CaseFact:
    return make(events.CaseErased, ref, ground="asked", reference="12/YC", history=remnants(facts))


def delivered(ref: CaseRef, seq: int, fact: CaseFact, predecessor: int) -> Delivery:
    return Delivery(ref.subject(fact), seq, predecessor, fact.model_dump_json().encode())


def rows(engine: Engine) -> list[tuple[int, str]]:
    with reading(engine) as connection:
        return [(row.seq, row.body) for row in connection.execute(select(SEEN).order_by(SEEN.c.seq))]


def chain(ref: CaseRef, facts: list[tuple[int, CaseFact]]) -> list[Delivery]:
    before = [0, *(seq for seq, _ in facts)]
    return [delivered(ref, seq, fact, before[at]) for at, (seq, fact) in enumerate(facts)]


@pytest.mark.parametrize("together", [True, False])
def test_the_person_goes_and_the_steps_stay(engine: Engine, together: bool) -> None:
    ref, facts = a_history()
    projection = CaseProjection(LINK, apply, erase=forgetting(forget))
    every = [*chain(ref, facts), delivered(ref, 12, erased(ref, facts), 9)]
    for batch in [every] if together else [[one] for one in every]:
        assert {one.outcome for one in in_transaction(engine, projection, batch)} == {Outcome.DONE}
    assert [seq for seq, _ in rows(engine)] == [3, 7, 9, 12]
    assert not any("Mẫu" in body or "Kín" in body or "0987 654" in body for _, body in rows(engine))


def test_a_rebuild_from_the_erasure_alone_ends_the_same(engine: Engine) -> None:
    ref, facts = a_history()
    projection = CaseProjection(LINK, apply, erase=forgetting(forget))
    last = delivered(ref, 12, erased(ref, facts), 9)
    in_transaction(engine, projection, [*chain(ref, facts), last])
    before = rows(engine)
    META.drop_all(engine)
    META.create_all(engine)
    (verdict,) = in_transaction(engine, projection, [last])
    assert verdict.outcome is Outcome.DONE
    assert rows(engine) == before
    (again,) = in_transaction(engine, projection, [last])
    assert again.outcome is Outcome.SEEN
    late = chain(ref, facts)[1]
    assert in_transaction(engine, projection, [late])[0].outcome is Outcome.SEEN
    assert rows(engine) == before


def test_an_erasure_takes_a_parked_case_up_again(engine: Engine) -> None:
    ref, facts = a_history()
    projection = CaseProjection(LINK, apply, erase=forgetting(forget))
    bad = delivered(ref, 99, make(events.CaseReceived, ref), 9)
    in_transaction(engine, projection, [*chain(ref, facts), bad])
    done = in_transaction(engine, projection, [delivered(ref, 120, erased(ref, facts), 99)])
    assert done[0].outcome is Outcome.DONE
    assert [seq for seq, _ in rows(engine)] == [3, 7, 9, 120]
    more = delivered(ref, 130, make(events.CaseReceived, ref), 120)
    assert in_transaction(engine, projection, [more])[0].outcome is Outcome.DONE


def test_a_projection_that_cannot_drop_a_case_parks_it(engine: Engine) -> None:
    ref, facts = a_history()
    every = [*chain(ref, facts), delivered(ref, 12, erased(ref, facts), 9)]
    verdicts = in_transaction(engine, CaseProjection(LINK, apply), every)
    assert verdicts[-1].outcome is Outcome.PARKED


def test_nothing_of_a_person_is_in_what_is_left_and_every_fact_is_there() -> None:
    ref, facts = a_history()
    left = remnants(facts)
    assert [revived(one).__class__ for one in left] == [fact.__class__ for _, fact in facts]
    assert "Mẫu" not in str(left) and "0912" not in str(left)
    first = revived(left[0])
    assert isinstance(first, events.CaseOpened)
    assert (first.person, first.text, first.track_token) == (events.Person(), "", "")
    again = remnants([(50, make(events.CaseErased, ref, ground="asked", reference="1", history=left))])
    assert again == left
