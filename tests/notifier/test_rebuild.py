"""The same rows again from the streams, in any order, on both databases: nothing twice, nothing lost."""

import pytest
from sqlalchemy import Engine

from libs.contracts.sidefacts import (
    ClockMissed,
    LetterDeferred,
    LetterFailed,
    LetterSent,
    LetterSpared,
    LetterTried,
    LetterUnconfirmed,
)
from services.notifier.outbox import Outbox
from services.notifier.store import Store
from tests.support.builders import opened
from tests.support.lettercases import clock
from tests.support.letters import states, thanh_hoa
from tests.support.letterstore import (
    DAYS_LATER,
    HISTORY,
    REF,
    SAME,
    STORE,
    Standing,
    fate,
    hear,
    learn,
    read,
    rows,
    wipe,
)
from tests.support.worktime import at


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


@pytest.mark.parametrize("store", [STORE, DAYS_LATER], ids=["same-day", "days-later"])
def test_after_a_rebuild_a_failed_letter_can_be_sent_again_and_a_spared_one_stays_spared(
    engine: Engine, store: Store
) -> None:
    read(engine, *HISTORY)
    hear(engine, clock(ClockMissed, case_id=REF.case_id, event_id=SAME))
    old = rows(engine)
    stream = [
        fate(LetterTried, old["slip", "email"]),
        fate(LetterFailed, old["slip", "email"], reason="refused: recipient 550"),
        fate(LetterUnconfirmed, old["receipt", "email"]),
        fate(LetterSent, old["handed-over", "email"]),
        fate(LetterSent, old["slip", "sms"]),
        fate(LetterSpared, old["clock-missed", "email"], reason="no-longer-owed"),
        fate(LetterFailed, old["clock-missed", "sms"], reason="no mobile number"),
    ]
    wipe(engine)
    learn(engine, *stream)
    read(engine, *HISTORY, store=store)
    hear(engine, clock(ClockMissed, case_id=REF.case_id, event_id=SAME), store=store)
    outbox = Outbox(engine)
    receipt = rows(engine)["receipt", "email"]["letter"]
    assert (outbox.retry(), outbox.retry([receipt])) == (2, 1)
    going = outbox.claim("email", now=1e12, most=8) + outbox.claim("sms", now=1e12, most=8)
    assert {(letter.template, letter.way) for letter in going} == {
        ("slip", "email"), ("receipt", "email"), ("clock-missed", "sms"),
    }  # fmt: skip
    assert all(letter.about for letter in going)
    assert rows(engine)["clock-missed", "email"]["state"] == "spared"
    assert {
        row["about"] for key, row in rows(engine).items() if (row["state"], row["others"]) == ("sent", "[]")
    } == {""}


def test_a_reminder_that_waits_for_the_end_of_tet_is_not_too_old_when_it_is_over(engine: Engine) -> None:
    """Missed on Friday 13 February 2026 as work ends; work begins again on Monday 23 February."""
    missed = clock(ClockMissed, case_id=REF.case_id, case_seq=1, at=at("2026-02-13 17:30"))
    for when, letters in (("2026-02-22 12:00", 2), ("2026-02-26 07:00", 2), ("2026-02-26 08:00", 0)):
        wipe(engine)
        store = Store(thanh_hoa, Standing(at(when)))
        read(engine, opened(REF, at=at("2026-02-13 08:00")), store=store)
        hear(engine, missed, store=store)
        assert len(states(engine)) == letters
