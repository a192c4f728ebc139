"""From facts to rows on both databases: once, together, and each to the right person."""

from collections import Counter

from sqlalchemy import Engine, select

from libs.contracts.events import (
    CaseAmended,
    CaseAnswered,
    CaseFollowerAdded,
    CaseJoined,
    Person,
)
from libs.contracts.facts import derived_id
from libs.contracts.sidefacts import (
    ClockMissed,
    ClockWarned,
)
from libs.runtime.database import reading, writing
from libs.runtime.projection import Applied
from services.notifier.fallbacks import CASES, KEPT, Fallbacks
from services.notifier.outbox import Outbox
from tests.support.builders import CITIZEN, a_case, make, opened, routed
from tests.support.lettercases import clock
from tests.support.letters import fates, states
from tests.support.letterstore import (
    DAYS_LATER,
    HISTORY,
    REF,
    SAME,
    STORE,
    hear,
    read,
    rows,
)

ALL_WAITING = {
    ("receipt", "", "email"): "waiting",
    ("handed-over", "", "email"): "waiting",
    ("slip", "SYT", "email"): "waiting",
    ("slip", "SYT", "sms"): "waiting",
}


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


def test_a_sent_letter_keeps_no_address_and_no_text_once_it_cannot_come_back(engine: Engine) -> None:
    read(engine, *HISTORY)
    assert rows(engine)["receipt", "email"]["recipient"] == CITIZEN.email
    outbox = Outbox(engine)
    while page := outbox.claim("email", now=1e12):
        outbox.settle(page[0], "sent")
    assert rows(engine)["slip", "email"]["about"] == rows(engine)["receipt", "email"]["recipient"] == ""
    Fallbacks(engine).empty(now=1e12 + KEPT - 1)
    assert rows(engine)["receipt", "email"]["about"]
    Fallbacks(engine).empty(now=1e12 + KEPT + 1)
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
    for _ in range(2):
        hear(engine, clock(ClockWarned, case_id=REF.case_id, event_id=SAME))
    warnings = {key: state for key, state in states(engine).items() if key[0] == "clock-warned"}
    assert warnings == {
        ("clock-warned", "SYT", "email"): "waiting",
        ("clock-warned", "SYT", "sms"): "waiting",
    }


def test_forgetting_a_case_keeps_what_became_of_its_letters(engine: Engine) -> None:
    read(engine, *HISTORY)
    with writing(engine) as connection:
        STORE.forget(connection, [REF.case_id])
    assert states(engine) == ALL_WAITING
    read(engine, *HISTORY)
    assert states(engine) == ALL_WAITING


def test_the_same_step_told_to_two_positions_is_two_letters_however_often_it_is_read(engine: Engine) -> None:
    read(engine, *HISTORY)
    for _ in range(2):
        hear(engine, clock(ClockMissed, case_id=REF.case_id, event_id=SAME, tell=("officer", "unit_head")))
    assert Counter((row.audience, row.way) for row in fates(engine) if row.template == "clock-missed") == {
        ("officer", "email"): 1,
        ("officer", "sms"): 1,
        ("unit_head", "email"): 1,
    }


def test_an_officers_letter_keeps_the_id_it_had_before_others_were_told(engine: Engine) -> None:
    """Else a rebuild would not know what was sent by an earlier release."""
    read(engine, *HISTORY)
    hear(engine, clock(ClockMissed, case_id=REF.case_id, event_id=SAME, tell=("officer", "unit_head")))
    assert derived_id(SAME, "clock-missed/SYT/sms").hex == rows(engine)["clock-missed", "sms"]["letter"]
    citizens = derived_id(HISTORY[0].event_id, "receipt/citizen/email").hex
    assert citizens == rows(engine)["receipt", "email"]["letter"]


def test_a_followers_address_is_the_one_of_the_moment_and_their_letter_lies_with_the_case_they_follow(
    engine: Engine,
) -> None:
    mine = a_case()
    later = Person(phone="+84987654321", email="")
    with writing(engine) as connection:
        facts = [
            (mine, opened(mine, code="987654326", person=Person(email="cu@dan.example"))),
            (REF, HISTORY[0]),
            (REF, make(CaseFollowerAdded, REF, case=mine.case_id, year=2026, code="987654326")),
            (mine, make(CaseJoined, mine, to=REF.case_id, year=2026, code="123456782")),
        ]
        STORE.apply(connection, [Applied(ref, seq, fact) for seq, (ref, fact) in enumerate(facts, 1)])
    with writing(engine) as connection:
        amended = make(CaseAmended, mine, person=later)
        answered = make(CaseAnswered, REF, answer="Xong.")
        STORE.apply(connection, [Applied(mine, 5, amended), Applied(REF, 6, answered)])
    told = {row["recipient"]: row for row in rows(engine).values() if row["template"] == "answered"}
    assert told.keys() == {CITIZEN.email, later.phone}
    assert {(row["case_id"], row["case_seq"]) for row in told.values()} == {(REF.case_id, 6)}
    assert '"code":"987654326"' in told[later.phone]["about"]
    assert len({row["letter"] for row in told.values()}) == 2
