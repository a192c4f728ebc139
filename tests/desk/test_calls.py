"""Calls add up whatever the order; who called in vain is owed one call, however often they tried."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from libs.contracts import calls
from libs.contracts.calls import CallFact
from libs.runtime.database import open_engine, reading, writing
from services.desk.domain.calls import call_of
from services.desk.migrations import prepare
from services.desk.telephony import queries
from services.desk.telephony.store import CALL, TRANSFER, apply_calls, forget_old, read_call
from tests.support.builders import CITIZEN, MONDAY_MORNING
from tests.support.desks import OPERATOR
from tests.support.desktelephone import a_call, missed, rung, spoken

HOUR = 3600.0


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    prepare(engine)
    yield engine
    engine.dispose()


def tell(engine: Engine, *facts: CallFact) -> None:
    with writing(engine) as connection:
        apply_calls(connection, list(enumerate(facts, 1)))


def owed(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [row.call for row in queries.unreturned(connection)]


def test_a_call_is_the_same_in_whatever_order_its_facts_come() -> None:
    call = a_call()
    facts = (
        *spoken(call),
        rung(calls.CallTransferred, call, 40, leg="to-1", number="0237 0000 001"),
        rung(calls.CallTransferEnded, call, 60, leg="to-1", number="0237 0000 001", result="busy"),
    )
    told = {call_of(order).model_dump_json() for order in itertools.permutations(facts)}
    assert len(told) == 1
    one = call_of(facts)
    assert (one.stage, one.talk_seconds, one.extension) == ("ended", 60, "101")
    assert [(put.number, put.result) for put in one.transfers] == [("0237 0000 001", "busy")]


STAGES: tuple[tuple[str, tuple[CallFact, ...]], ...] = (
    ("ringing", (rung(calls.CallRinging, "c"),)),
    ("ringing", (rung(calls.CallRinging, "c", extension="101", leg="ext-101"),)),
    ("answered", spoken("c")[:2]),
    ("answered", spoken("c")[1:2]),
    ("transferred", (*spoken("c")[:2], rung(calls.CallTransferred, "c", 9, leg="to", number="1"))),
    ("missed", missed("c")),
    ("missed", missed("c")[1:2]),
    ("ended", spoken("c")),
    ("ended", (*spoken("c"), rung(calls.CallMissed, "c", 66))),
    ("ended", (rung(calls.CallEnded, "c", 66, talk_seconds=3),)),
    ("ended", (rung(calls.CallEnded, "c", 66, direction="out", result="busy"),)),
)


@pytest.mark.parametrize(("stage", "facts"), STAGES)
def test_the_most_advanced_fact_decides_and_not_the_last(stage: str, facts: tuple[CallFact, ...]) -> None:
    assert call_of(facts).stage == stage == call_of(tuple(reversed(facts))).stage


def test_an_operators_telephone_that_stops_ringing_ends_no_call() -> None:
    other = rung(calls.CallEnded, "c", 20, leg="ext-102", result="no-answer")
    assert call_of((rung(calls.CallRinging, "c"), other)).stage == "ringing"


def test_a_ring_that_nobody_ends_is_not_believed_for_ever() -> None:
    one = call_of((rung(calls.CallRinging, "c"),))
    assert one.rings_at(MONDAY_MORNING + timedelta(minutes=2))
    assert not one.rings_at(MONDAY_MORNING + timedelta(minutes=4))


def test_the_same_facts_twice_and_out_of_order_make_the_same_row(engine: Engine) -> None:
    call = a_call()
    facts = missed(call)
    tell(engine, facts[2])
    tell(engine, facts[0], facts[1])
    tell(engine, *reversed(facts))
    with reading(engine) as connection:
        (row,) = queries.recent(connection)
        assert (row.stage, row.owed, row.party) == ("missed", 1, CITIZEN.phone)
        assert read_call(row.facts) == call_of(facts)


def test_who_called_three_times_in_vain_is_owed_one_call(engine: Engine) -> None:
    for at in (0.0, HOUR, 2 * HOUR):
        tell(engine, *missed(a_call(), at))
    tell(engine, *missed(a_call(), caller="+84987654321"))
    with reading(engine) as connection:
        count, since = queries.owed(connection)
        assert count == 2 and since == int(MONDAY_MORNING.timestamp())
        assert len(queries.of_party(connection, CITIZEN.phone)) == 3


@pytest.mark.parametrize("first", [True, False], ids=["told before", "told after"])
@pytest.mark.parametrize(
    "later",
    [
        lambda: spoken(a_call(), HOUR),
        lambda: spoken(a_call(), HOUR, direction="out", caller="", dialled=CITIZEN.phone),
        lambda: spoken(a_call(), HOUR, direction="out", caller="", dialled="0912345678"),
    ],
    ids=["they got through", "we called", "we called, as it was dialled"],
)
def test_whoever_was_spoken_with_later_is_owed_nothing(engine: Engine, later: object, first: bool) -> None:
    assert callable(later)
    before, after = missed(a_call()), missed(newest := a_call(), 2 * HOUR)
    for facts in [later(), before, after] if first else [before, after, later()]:
        tell(engine, *facts)
    assert owed(engine) == [newest], "only what came after it"


def test_calling_back_in_vain_settles_nothing_and_an_operators_word_settles_all(engine: Engine) -> None:
    one, two = a_call(), a_call()
    tell(engine, *missed(one), *missed(two, HOUR))
    by = OPERATOR.actor()
    tell(engine, rung(calls.CallCalledBack, two, 2 * HOUR, leg="try-1", result="not-reached", by=by))
    assert owed(engine) == [one, two]
    tell(engine, rung(calls.CallCalledBack, two, 3 * HOUR, result="settled", note="Đã đến tận nơi", by=by))
    assert owed(engine) == []
    with reading(engine) as connection:
        row = queries.by_id(connection, two)
        assert row
        assert [back.result for back in read_call(row.facts).attempts] == ["not-reached", "settled"]


def test_a_hidden_number_and_a_call_that_was_not_for_us_are_owed_nothing(engine: Engine) -> None:
    tell(engine, *missed(a_call(), caller="", caller_raw="anonymous"))
    tell(engine, *missed(a_call(), direction="internal"))
    assert owed(engine) == []


def test_the_address_of_a_recording_is_kept_nowhere(engine: Engine) -> None:
    call = a_call()
    ready = rung(calls.CallRecordingReady, call, 70, source="https://pbx.example/secret.wav")
    tell(engine, *spoken(call), ready)
    tell(engine, rung(calls.CallRecordingReady, a_call(), source="https://pbx.example/secret.wav"))
    with reading(engine) as connection:
        (row,) = queries.recent(connection)
        assert "secret" not in row.facts


def test_calls_are_forgotten_with_their_facts(engine: Engine) -> None:
    call = a_call()
    ended = rung(calls.CallTransferEnded, call, 9, leg="to", number="1", result="busy")
    tell(engine, *missed(call), ended, *missed(later := a_call(), 48 * HOUR))
    with writing(engine) as connection:
        assert forget_old(connection, int(MONDAY_MORNING.timestamp() + 24 * HOUR)) == 1
    with reading(engine) as connection:
        assert [row.call for row in connection.execute(CALL.select())] == [later]
        assert not connection.execute(TRANSFER.select()).all()
