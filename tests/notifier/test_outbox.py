"""Claims on both databases: one sender a letter, and a sender that overslept changes nothing any more."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from libs.runtime.database import upsert, writing
from services.notifier.outbox import LETTERS, Letter, Outbox

NOW = 1_000_000.0


@pytest.fixture
def outbox(engine: Engine) -> Outbox:
    return Outbox(engine)


def put(engine: Engine, *letters: str, way: str = "email") -> None:
    rows = [
        {
            "letter": letter,
            "case_id": "c" * 32,
            "case_seq": 1,
            "cause": "00000000-0000-4000-8000-000000000001",
            "template": "receipt",
            "way": way,
            "audience": "citizen",
            "agency": "",
            "recipient": "mau@dan.example",
            "about": "{}",
            "created": NOW,
        }
        for letter in letters
    ]
    with writing(engine) as connection:
        upsert(connection, LETTERS, rows, key=["letter"])


def taken(outbox: Outbox, now: float = NOW) -> Letter:
    (letter,) = outbox.claim("email", now)
    return letter


def test_two_senders_never_hold_the_same_letter(engine: Engine, outbox: Outbox) -> None:
    put(engine, *(f"letter{number}" for number in range(60)))
    others = Outbox(engine)

    def all_there_are(mine: Outbox) -> list[str]:
        found = []
        while page := mine.claim("email", NOW, most=4):
            found += [letter.letter for letter in page]
        return found

    with ThreadPoolExecutor(4) as pool:
        held = [name for names in pool.map(all_there_are, [outbox, others] * 2) for name in names]
    assert len(held) == len(set(held)) == 60


def test_letters_of_one_page_are_noted_together_and_each_only_by_who_holds_it(
    engine: Engine, outbox: Outbox
) -> None:
    put(engine, "a", "b", "c")
    page = outbox.claim("email", NOW, most=8)
    outbox.give_back(page[0], NOW, keep_claim=False)
    outbox.settle(page[1], "unconfirmed", told=True)
    assert taken(outbox).claim != page[0].claim
    assert [letter.letter for letter in outbox.close(page)] == ["b", "c"]
    assert outbox.close(page) == outbox.untold() == []
    assert (outbox.backlog().waiting, outbox.backlog().unconfirmed) == (1, 0)


def test_a_letter_put_off_is_not_taken_before_its_time(engine: Engine, outbox: Outbox) -> None:
    put(engine, "a")
    outbox.put_off(taken(outbox), NOW + 30, "recipient 451")
    assert outbox.claim("email", NOW + 29) == []
    assert outbox.next_due("email") == NOW + 30
    assert taken(outbox, NOW + 30).attempt == 2


def test_an_attempt_that_was_never_begun_is_made_again_under_the_same_claim(
    engine: Engine, outbox: Outbox
) -> None:
    put(engine, "a")
    first = taken(outbox)
    outbox.give_back(first, NOW, keep_claim=True)
    second = taken(outbox)
    assert (second.attempt, second.claim) == (1, first.claim)


def test_a_letter_taken_from_a_silent_sender_gets_a_new_claim_and_the_old_one_counts_no_more(
    engine: Engine, outbox: Outbox
) -> None:
    put(engine, "a")
    silent = taken(outbox)
    (lost,) = outbox.abandoned(NOW + 1)
    outbox.give_back(lost, NOW, keep_claim=False)
    current = taken(outbox)
    assert current.claim != silent.claim
    outbox.settle(silent, "failed", "woke up")
    outbox.settle(current, "sent")
    assert [letter.state for letter in outbox.untold()] == ["sent"]


def test_a_sender_that_did_send_says_so_even_after_it_was_given_up(engine: Engine, outbox: Outbox) -> None:
    put(engine, "a")
    slow = taken(outbox)
    outbox.settle(slow, "unconfirmed", told=True)
    assert outbox.backlog().unconfirmed == 1
    outbox.settle(slow, "sent")
    outbox.settle(slow, "unconfirmed")
    assert [letter.state for letter in outbox.untold()] == ["sent"]


def test_what_was_told_is_counted_once(engine: Engine, outbox: Outbox) -> None:
    put(engine, "a")
    outbox.settle(taken(outbox), "sent")
    (ended,) = outbox.untold()
    assert [outbox.mark_told(ended) for _ in range(2)] == [True, False]
    assert outbox.untold() == []


def test_failed_letters_go_out_again_on_demand_and_unconfirmed_ones_only_by_name(
    engine: Engine, outbox: Outbox
) -> None:
    put(engine, "a", "b")
    outbox.settle(taken(outbox), "failed", "refused")
    outbox.settle(taken(outbox), "unconfirmed")
    assert outbox.retry() == 1
    assert taken(outbox).attempt == 2
    assert outbox.retry() == 0
    assert outbox.retry(["b"]) == 1


def test_an_unconfirmed_letter_that_a_person_looked_at_leaves_the_count(
    engine: Engine, outbox: Outbox
) -> None:
    put(engine, "a")
    outbox.settle(taken(outbox), "unconfirmed")
    assert (outbox.dismiss(["a"]), outbox.dismiss(["a"])) == (1, 0)
    assert outbox.backlog().unconfirmed == 0


def test_the_backlog_says_how_many_and_since_when(engine: Engine, outbox: Outbox) -> None:
    assert (outbox.backlog().waiting, outbox.backlog().oldest) == (0, 0.0)
    put(engine, "a", "b")
    taken(outbox)
    assert (outbox.backlog().waiting, outbox.backlog().oldest) == (2, NOW)
