"""The tokens that tie a mail to a case or a letter: they survive the journey, and nobody makes one up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.subjects import CaseRef
from libs.mail.threads import Signed, Threads

KEY, OLD_KEY = "k" * 40, "o" * 40
CASE = CaseRef(2026, "0123456789abcdef0123456789abcdef")
LETTER = "fedcba9876543210fedcba9876543210"
SIGNED = Signed.of(KEY)
THREADS = Threads(SIGNED, "1022@tinh.example")


def test_our_message_id_names_the_letter_and_the_case() -> None:
    ours = [THREADS.message_id(LETTER, CASE)]
    assert (SIGNED.letters(ours), SIGNED.cases(ours)) == ((LETTER,), (CASE,))
    assert THREADS.message_id(LETTER, CASE) == ours[0]


def test_a_letter_to_an_officer_names_no_case() -> None:
    ours = [THREADS.message_id(LETTER)]
    assert (SIGNED.letters(ours), SIGNED.cases(ours)) == ((LETTER,), ())


def test_a_reply_address_names_the_case_and_a_bounce_address_the_letter() -> None:
    reply, bounce = THREADS.reply_to(CASE), THREADS.bounce_to(LETTER)
    assert reply.startswith("1022+") and reply.endswith("@tinh.example")
    assert len(reply.partition("@")[0]) <= 64
    assert (SIGNED.cases([reply]), SIGNED.letters([reply])) == ((CASE,), ())
    assert (SIGNED.cases([bounce]), SIGNED.letters([bounce])) == ((), (LETTER,))


def test_a_server_that_shouts_or_whispers_changes_nothing() -> None:
    reply = THREADS.reply_to(CASE)
    assert SIGNED.cases([reply.upper()]) == SIGNED.cases([reply.lower()]) == (CASE,)


def test_all_letters_of_a_case_refer_to_one_root() -> None:
    assert SIGNED.cases([THREADS.root(CASE)]) == (CASE,)


def test_without_a_separator_replies_go_to_the_plain_mailbox() -> None:
    plain = Threads(SIGNED, "1022@tinh.example", separator="")
    assert plain.reply_to(CASE) == plain.bounce_to(LETTER) == "1022@tinh.example"


@given(st.integers(0, 39), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_one_letter_changed_names_nothing(at: int, letter: str) -> None:
    token = SIGNED.of_case(CASE)
    forged = token[:at] + letter + token[at + 1 :]
    assert SIGNED.cases([f"1022+{forged}@tinh.example"]) == ((CASE,) if forged == token else ())


@given(st.text(max_size=200))
def test_whatever_stands_in_an_id_names_nothing_or_a_case(text: str) -> None:
    assert SIGNED.cases([text, f"<{text}@tinh.example>"]) == ()


def test_another_provinces_token_names_nothing_here() -> None:
    assert Signed.of(OLD_KEY).cases([THREADS.reply_to(CASE)]) == ()


def test_a_key_can_be_changed_and_old_letters_are_still_answered() -> None:
    changed = Signed.of(f"{KEY}\n{OLD_KEY}\n")
    old = Threads(Signed.of(OLD_KEY), "1022@tinh.example")
    assert changed.cases([old.reply_to(CASE)]) == (CASE,)
    assert changed.of_case(CASE) == SIGNED.of_case(CASE)


@pytest.mark.parametrize("secret", ["", "\n \n", "ngan"])
def test_a_key_that_anybody_could_guess_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="at least 32 characters"):
        Signed.of(secret)


@pytest.mark.parametrize(
    "address", ["khong-co-a-cong", "@tinh.example", "phan-anh-kien-nghi-cua-dan@tinh.example"]
)
def test_an_address_that_cannot_carry_a_token_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address for replies"):
        Threads(SIGNED, address)
