"""Ways that close: windows over all cases of a person, the next way, and never two letters for one fact."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, select

from libs.contracts.casevalues import Person
from libs.contracts.deliveries import DeliveryFailed
from libs.contracts.events import CaseAmended, CaseAnswered, CaseFact
from libs.contracts.sidefacts import LetterBounced, LetterFact, LetterFallenBack, LetterSent, LetterTried
from libs.contracts.subjects import CaseRef
from libs.runtime.database import reading, writing
from libs.runtime.projection import Applied
from services.notifier.fallbacks import TALKS, Fallbacks
from services.notifier.outbox import LETTERS, Letter, Outbox
from services.notifier.reports import apply_deliveries
from services.notifier.store import Store
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, make, opened
from tests.support.chats import IN_PUBLIC, OA, REACH, ZALO_USER, by_facebook, by_zalo, more_words
from tests.support.letters import thanh_hoa
from tests.support.letterstore import REF, Standing, fate, learn, rows, wipe
from tests.support.reports import report

STORE = Store(thanh_hoa, Standing(MONDAY_MORNING), REACH)
TALK = f"zalo:{OA}:{ZALO_USER}"
NINE = MONDAY_MORNING.timestamp()
HOUR = 3600.0


def read(engine: Engine, *facts: CaseFact, ref: CaseRef = REF, first: int = 1) -> None:
    with writing(engine) as connection:
        STORE.apply(connection, [Applied(ref, seq, fact) for seq, fact in enumerate(facts, first)])


def claimed(engine: Engine, way: str) -> Letter:
    (letter,) = Outbox(engine).claim(way, now=1e12)
    return letter


def test_a_conversation_is_open_for_48_hours_and_eight_answers_whatever_case_they_are_about(
    engine: Engine,
) -> None:
    ways = Fallbacks(engine)
    read(engine, by_zalo(REF))
    assert ways.spend(TALK, NINE + 48 * HOUR - 1) and not ways.spend(TALK, NINE + 48 * HOUR)
    assert [ways.spend(TALK, NINE) for _ in range(8)] == [True] * 7 + [False]
    ways.refund(TALK)
    assert ways.spend(TALK, NINE) and not ways.spend(TALK, NINE)
    other = a_case()
    read(engine, by_zalo(other, received_at=MONDAY_MORNING + timedelta(hours=50)), ref=other)
    assert ways.spend(TALK, NINE + 60 * HOUR)
    assert not ways.spend("zalo:khac:nguoi", NINE)


def test_words_that_come_late_or_from_a_machine_open_no_window(engine: Engine) -> None:
    read(engine, by_zalo(REF), more_words(REF, -5), more_words(REF, 20, automatic=True))
    with reading(engine) as connection:
        assert connection.execute(select(TALKS.c.heard)).scalars().all() == [NINE]


def test_a_comment_is_answered_once_within_seven_days(engine: Engine) -> None:
    ways = Fallbacks(engine)
    read(engine, by_facebook(REF, origin=IN_PUBLIC))
    assert not ways.spend("comment:1022_77", NINE + 7 * 24 * HOUR)
    assert [ways.spend("comment:1022_77", NINE + 6 * 24 * HOUR) for _ in range(2)] == [True, False]


def test_a_letter_falls_from_way_to_way_each_with_an_id_of_its_own_and_fails_on_the_last(
    engine: Engine,
) -> None:
    ways = Fallbacks(engine)
    read(engine, by_zalo(REF, person=CITIZEN))
    zalo = claimed(engine, "zalo")
    fallen = ways.fall(zalo, "refused: zalo -118", 5.0)
    assert fallen is not None and fallen.next_way == "email"
    assert ways.fall(zalo, "refused: zalo -118", 5.0) is None, "it is somebody else's by now"
    found = rows(engine)
    assert {way: row["state"] for (_, way), row in found.items()} == {
        "zalo": "fallen-back",
        "email": "waiting",
    }
    assert (found["receipt", "zalo"]["about"], found["receipt", "zalo"]["recipient"]) == ("", "")
    assert (found["receipt", "email"]["letter"], found["receipt", "email"]["recipient"]) == (
        fallen.next_letter, CITIZEN.email,
    )  # fmt: skip
    assert ways.fall(claimed(engine, "email"), "refused", 6.0) is not None
    sms = claimed(engine, "sms")
    assert sms.recipient == CITIZEN.phone and ways.fall(sms, "refused", 7.0) is None


def test_reading_the_facts_again_revives_no_way_that_was_left(engine: Engine) -> None:
    read(engine, by_zalo(REF, person=CITIZEN))
    Fallbacks(engine).fall(claimed(engine, "zalo"), "window closed", 5.0)
    Outbox(engine).settle(claimed(engine, "email"), "sent")
    before = rows(engine)
    read(engine, by_zalo(REF, person=CITIZEN, event_id=_cause(before)))
    assert {key: row["state"] for key, row in rows(engine).items()} == {
        key: row["state"] for key, row in before.items()
    }


def _cause(found: dict[tuple[str, str], dict[str, Any]]) -> str:
    return str(next(iter(found.values()))["cause"])


def test_after_a_rebuild_a_letter_goes_on_where_it_stood_also_when_the_window_is_long_closed(
    engine: Engine,
) -> None:
    first = by_zalo(REF, person=CITIZEN)
    read(engine, first)
    zalo = rows(engine)["receipt", "zalo"]
    moved = {"to": "email", "next": "e" * 32, "reason": "window closed"}
    stories: list[tuple[list[LetterFact], dict[str, str]]] = [
        ([fate(LetterTried, zalo), fate(LetterSent, zalo)], {"zalo": "sent"}),
        ([fate(LetterFallenBack, zalo, **moved)], {"zalo": "fallen-back", "email": "waiting"}),
        ([fate(LetterTried, zalo)], {"zalo": "trying"}),
    ]
    for facts, expected in stories:
        wipe(engine)
        learn(engine, *facts)
        read(engine, first)
        found = rows(engine)
        assert {way: row["state"] for (_, way), row in found.items()} == expected
        assert all(row["about"] for row in found.values() if row["state"] in {"waiting", "trying"})
        with reading(engine) as connection:
            used = connection.execute(select(TALKS.c.used)).scalar_one()
        assert used == (0 if "email" in expected else 1), "an answer given in this window counts"


def test_an_address_that_bounced_is_used_again_only_when_it_was_amended(engine: Engine) -> None:
    read(engine, opened(REF))
    email = rows(engine)["receipt", "email"]
    wipe(engine)
    learn(engine, fate(LetterSent, email), fate(LetterBounced, email, status="5.1.1"))
    answered = make(CaseAnswered, REF, answer="Xong.")
    other = CITIZEN.model_copy(update={"email": "moi@dan.example"})
    later = make(CaseAnswered, REF, answer="Xong lại.")
    same = opened(REF, event_id=email["cause"])
    read(engine, same, answered, make(CaseAmended, REF, person=other), later)
    with reading(engine) as connection:
        c = LETTERS.c
        found = connection.execute(select(c.way, c.recipient, c.others).where(c.template == "answered"))
        told = {(row.way, row.recipient): [one[0] for one in json.loads(row.others)] for row in found}
    assert told == {("sms", CITIZEN.phone): [], ("email", "moi@dan.example"): ["sms"]}


def test_a_letter_that_falls_passes_over_an_address_that_bounced_meanwhile(engine: Engine) -> None:
    read(engine, by_zalo(REF, person=CITIZEN), make(CaseAnswered, REF, answer="Xong."))
    receipt, answered = Outbox(engine).claim("zalo", now=1e12, most=2)
    ways = Fallbacks(engine)
    ways.fall(receipt, "window closed", 5.0)
    email = claimed(engine, "email")
    Outbox(engine).settle(email, "sent")
    with writing(engine) as connection:
        apply_deliveries(connection, [(1, report(DeliveryFailed, "email", letter=email.letter))])
    fallen = ways.fall(answered, "window closed", 6.0)
    assert fallen is not None and fallen.next_way == "sms"


def test_a_citizen_without_any_address_left_has_nobody_to_fall_back_to(engine: Engine) -> None:
    read(engine, by_zalo(REF, person=Person()))
    assert Fallbacks(engine).fall(claimed(engine, "zalo"), "window closed", 5.0) is None
