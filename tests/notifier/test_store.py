"""From facts to rows on both databases: once, together, and right again after a rebuild in any order."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from libs.contracts.events import CaseFact, Person
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import (
    ClockWarned,
    LetterDeferred,
    LetterFact,
    LetterFailed,
    LetterSent,
    LetterTried,
)
from libs.contracts.subjects import CaseRef
from libs.runtime.database import open_engine, reading, writing
from libs.runtime.projection import Applied
from services.notifier.outbox import LETTERS, Outbox
from services.notifier.store import CASES, LINK, Store
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, opened, routed
from tests.support.letters import states, thanh_hoa

REF = a_case()
HISTORY: list[CaseFact] = [opened(REF), routed(REF)]
ALL_WAITING = {
    ("receipt", "", "email"): "waiting",
    ("handed-over", "", "email"): "waiting",
    ("slip", "SYT", "email"): "waiting",
    ("slip", "SYT", "sms"): "waiting",
}


class Standing:
    """A clock that stands still."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    LINK.metadata.create_all(engine)
    yield engine
    engine.dispose()


STORE = Store(thanh_hoa, Standing(MONDAY_MORNING))
DAYS_LATER = Store(thanh_hoa, Standing(MONDAY_MORNING + timedelta(days=3, minutes=1)))


def read(engine: Engine, *facts: CaseFact, ref: CaseRef = REF, store: Store = STORE) -> None:
    with writing(engine) as connection:
        store.apply(connection, [Applied(ref, seq, fact) for seq, fact in enumerate(facts, 1)])


def rows(engine: Engine) -> dict[tuple[str, str], dict[str, Any]]:
    with reading(engine) as connection:
        found = connection.execute(select(LETTERS)).mappings().all()
    return {(row["template"], row["way"]): dict(row) for row in found}


def fate(cls: type[LetterFact], row: dict[str, Any], **more: Any) -> LetterFact:
    """A fact of LETTERS about the letter in this row."""
    keys = ("letter", "template", "way", "audience", "agency", "cause", "case_id", "case_seq")
    said = {"event_id": uuid4(), "at": MONDAY_MORNING, "by": Actor(service="notifier"), "attempt": 1}
    return cls(**{**{key: row[key] for key in keys}, **said, **more})


def learn(engine: Engine, *facts: LetterFact) -> None:
    with writing(engine) as connection:
        STORE.apply_letters(connection, list(enumerate(facts, 1)))


def wipe(engine: Engine) -> None:
    LINK.metadata.drop_all(engine)
    LINK.metadata.create_all(engine)


def test_facts_become_letters_and_the_same_facts_again_change_nothing(engine: Engine) -> None:
    read(engine, *HISTORY)
    first = rows(engine)
    assert states(engine) == ALL_WAITING
    read(engine, *HISTORY)
    again = rows(engine)
    assert {key: row["letter"] for key, row in again.items()} == {
        k: row["letter"] for k, row in first.items()
    }
    assert again["slip", "sms"]["case_seq"] == 2


def test_reading_a_fact_again_never_revives_a_letter_that_was_sent(engine: Engine) -> None:
    read(engine, *HISTORY)
    outbox = Outbox(engine)
    (letter,) = outbox.claim("sms", now=1e12)
    outbox.settle(letter, "sent")
    read(engine, *HISTORY)
    slip = rows(engine)["slip", "sms"]
    assert (slip["state"], slip["recipient"], slip["about"]) == ("sent", "", "")


def test_a_sent_letter_keeps_no_address_and_no_text(engine: Engine) -> None:
    read(engine, *HISTORY)
    assert rows(engine)["receipt", "email"]["recipient"] == CITIZEN.email
    outbox = Outbox(engine)
    while page := outbox.claim("email", now=1e12):
        outbox.settle(page[0], "sent")
    assert {(row["recipient"], row["about"]) for row in rows(engine).values() if row["way"] == "email"} == {
        ("", "")
    }


def test_nobody_to_write_to_is_a_failure_for_an_agency_and_a_count_for_a_citizen(engine: Engine) -> None:
    unknown = routed(REF, slip=routed(REF).slip.model_copy(update={"lead": "XX"}))
    read(engine, opened(REF, person=Person()), unknown)
    assert states(engine) == {
        ("receipt", "", "none"): "none",
        ("handed-over", "", "none"): "none",
        ("slip", "XX", "none"): "failed",
    }
    assert rows(engine)["slip", "none"]["reason"] == "no contact"
    assert Outbox(engine).backlog().waiting == 0


def test_a_fact_older_than_three_days_calls_for_no_letter(engine: Engine) -> None:
    read(engine, *HISTORY, store=DAYS_LATER)
    assert states(engine) == {}
    with reading(engine) as connection:
        assert connection.execute(select(CASES.c.case_id)).scalars().all() == [REF.case_id]


def test_a_warning_is_told_once_however_often_its_fact_is_read(engine: Engine) -> None:
    read(engine, *HISTORY)
    warned = ClockWarned(
        event_id=uuid4(), case_id=REF.case_id, at=MONDAY_MORNING, by=Actor(service="sla"), case_seq=2,
        clock="answer-1", kind="answer", agency="SYT", field="F04", basis="law",
        start=MONDAY_MORNING, due=MONDAY_MORNING + timedelta(hours=24), percent=75,
    )  # fmt: skip
    for _ in range(2):
        with writing(engine) as connection:
            STORE.apply_clocks(connection, [(7, warned)])
    warnings = {key: state for key, state in states(engine).items() if key[0] == "clock-warned"}
    assert warnings == {
        ("clock-warned", "SYT", "email"): "waiting",
        ("clock-warned", "SYT", "sms"): "waiting",
    }


@pytest.mark.parametrize("letters_first", [True, False], ids=["letters-first", "cases-first"])
@pytest.mark.parametrize("store", [STORE, DAYS_LATER], ids=["same-day", "days-later"])
def test_after_a_rebuild_in_either_order_nothing_that_was_handed_over_waits_again(
    engine: Engine, store: Store, letters_first: bool
) -> None:
    read(engine, *HISTORY)
    old = rows(engine)
    stream = [
        fate(LetterTried, old["receipt", "email"]),
        fate(LetterSent, old["receipt", "email"]),
        fate(LetterTried, old["handed-over", "email"]),
        fate(LetterFailed, old["handed-over", "email"], reason="refused: recipient 550"),
        fate(LetterTried, old["slip", "email"]),
        fate(LetterTried, old["slip", "sms"]),
        fate(LetterDeferred, old["slip", "sms"], reason="kannel 503"),
    ]
    wipe(engine)
    if letters_first:
        learn(engine, *stream)
    read(engine, *HISTORY, store=store)
    if not letters_first:
        learn(engine, *stream)
    assert states(engine) == {
        ("receipt", "", "email"): "sent",
        ("handed-over", "", "email"): "failed",
        ("slip", "SYT", "email"): "trying",
        ("slip", "SYT", "sms"): "waiting",
    }
    outbox = Outbox(engine)
    assert outbox.untold() == [] and outbox.claim("email", now=1e12) == []
    deferred = outbox.claim("sms", now=1e12)
    ready = letters_first or store is STORE
    assert len(deferred) == ready
    assert all(letter.attempt == 2 and letter.about for letter in deferred)


def test_forgetting_a_case_keeps_what_became_of_its_letters(engine: Engine) -> None:
    read(engine, *HISTORY)
    with writing(engine) as connection:
        STORE.forget(connection, [REF.case_id])
    assert states(engine) == ALL_WAITING
    read(engine, *HISTORY)
    assert states(engine) == ALL_WAITING
