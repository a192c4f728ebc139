"""On which way a citizen is answered, and who is not answered by a machine at all."""

from typing import Any

import pytest

from libs.contracts.casevalues import Origin, Person
from libs.contracts.events import CaseAnswered, CaseFact, CaseInformationAsked, CaseRejected, CaseReleased
from libs.contracts.facts import Actor
from services.notifier.domain.about import Draft
from services.notifier.domain.letters import Readers, letters
from services.notifier.domain.talks import Partner, Reach
from tests.support.builders import CITIZEN, make, opened, routed
from tests.support.chats import IN_PUBLIC, OA, REACH, by_facebook, by_zalo, more_words
from tests.support.lettercases import LATER, REF, SMS_ONLY, after
from tests.support.letters import thanh_hoa

OFFICER = Actor(service="desk", person="a1", role="officer", agency="SYT")
ANSWERED = make(CaseAnswered, REF, answer="Xong.", by=OFFICER)


def of(*facts: CaseFact, reach: Reach = REACH, **more: Any) -> list[Draft]:
    """The letters to the citizen that the last fact calls for."""
    found = letters(after(*facts), facts[-1], thanh_hoa(), Readers(reach, **more))
    return [draft for draft in found if not draft.agency]


def ways(*facts: CaseFact, **more: Any) -> list[str]:
    """The ways of the one letter, the best first."""
    (draft,) = of(*facts, **more)
    return [draft.way, *(other.way for other in draft.others)]


def test_a_citizen_is_answered_where_they_wrote_then_by_mail_then_on_the_telephone() -> None:
    assert ways(by_zalo(REF)) == ["zalo"]
    assert ways(by_zalo(REF, person=CITIZEN)) == ["zalo", "email", "sms"]
    assert ways(by_facebook(REF, person=SMS_ONLY)) == ["facebook", "sms"]
    assert ways(opened(REF)) == ["email", "sms"]


def test_who_mailed_or_called_last_is_answered_there_and_on_zalo_only_if_nothing_else_is_left() -> None:
    mailed = more_words(REF, 1, channel="email", origin=Origin(), person=Person(email=CITIZEN.email))
    called = more_words(REF, 2, channel="phone", origin=Origin(), person=Person(phone=CITIZEN.phone))
    assert ways(by_zalo(REF), mailed, ANSWERED) == ["email", "zalo"]
    assert ways(by_zalo(REF), mailed, called, ANSWERED) == ["email", "sms", "zalo"]
    assert ways(opened(REF), more_words(REF, 1), ANSWERED) == ["zalo", "email", "sms"]


def test_an_installation_without_zalo_or_with_another_account_answers_by_mail() -> None:
    assert ways(by_zalo(REF, person=CITIZEN), reach=Reach()) == ["email", "sms"]
    other = Reach(accounts={"zalo": "another account"})
    assert ways(by_zalo(REF, person=CITIZEN), reach=other) == ["email", "sms"]


def test_who_writes_without_an_account_of_their_own_is_answered_another_way() -> None:
    nobody = Origin(account=OA, person="anonymous:77", thread="conversation-1")
    assert ways(by_zalo(REF, origin=nobody, person=CITIZEN)) == ["email", "sms"]


def test_who_commented_in_public_is_answered_in_private_to_that_comment() -> None:
    (draft,) = of(by_facebook(REF, origin=IN_PUBLIC))
    assert (draft.way, draft.recipient, draft.talk) == ("facebook", "comment:1022_77", "comment:1022_77")


def test_who_posted_on_the_page_itself_is_answered_another_way() -> None:
    post = IN_PUBLIC.model_copy(update={"thread": ""})
    assert ways(by_facebook(REF, origin=post, person=CITIZEN)) == ["email", "sms"]


def test_a_letter_with_a_zns_template_tries_it_before_the_text_message() -> None:
    reach = Reach(zns=frozenset({"receipt"}))
    assert ways(opened(REF, person=SMS_ONLY), reach=reach) == ["zns", "sms"]
    assert ways(opened(REF, person=SMS_ONLY), ANSWERED, reach=reach) == ["sms"]


def test_a_way_that_did_not_carry_an_earlier_letter_is_not_used_again() -> None:
    assert ways(opened(REF), ANSWERED, shut={"": {"email"}}) == ["sms"]


@pytest.mark.parametrize(
    "address", ["no-reply@dan.example", "MAILER-DAEMON@dan.example", "1022@Tinh.example"]
)
def test_a_machine_and_our_own_mailbox_get_no_mail(address: str) -> None:
    reach = Reach(own=frozenset({"1022@tinh.example"}))
    assert ways(opened(REF, person=Person(email=address)), reach=reach) == ["none"]


def test_no_machine_answers_what_looks_like_junk_until_a_person_has_taken_it_up() -> None:
    junk = opened(REF, spam=("links",))
    assert of(junk) == []
    assert of(junk, make(CaseRejected, REF, reason="out-of-scope", text="")) == []
    assert ways(junk, make(CaseReleased, REF), routed(REF)) == ["email", "sms"]
    asked = make(CaseInformationAsked, REF, question="Ở đâu?", by=OFFICER)
    assert [draft.template for draft in of(junk, asked)] == ["information-asked"]


def test_what_a_machine_of_the_citizens_says_is_told_to_nobody_and_changes_no_address() -> None:
    machine = more_words(REF, 1, automatic=True, person=Person(email="vacation@dan.example"))
    case = after(by_zalo(REF), routed(REF), machine)
    assert list(letters(case, machine, thanh_hoa(), Readers(REACH))) == []
    assert case.email == ""


PARTNERS = Reach(partners=(Partner("smart", "app", "smart-app"), Partner("ung-dung", "")))


def test_a_partner_is_told_of_its_own_cases_in_public_words_only() -> None:
    mine = opened(REF, channel="app", origin=Origin(account="smart-app", person="u-7", thread="T-77"))
    told = [draft for draft in of(mine, routed(REF), ANSWERED, reach=PARTNERS) if draft.way == "webhook"]
    (draft,) = told
    assert (draft.audience, draft.recipient) == ("partner", "smart")
    assert draft.about.words["reference"] == "T-77" and draft.about.words["status"] == "closed"
    said = draft.about.model_dump_json()
    assert not any(word in said for word in ("u-7", CITIZEN.name, CITIZEN.phone, "Xong."))
    partial = make(CaseAnswered, REF, answer="Một phần", missing=("SCT",), promised_at=LATER, number=1)
    drafts = of(mine, routed(REF), partial, reach=PARTNERS)
    assert [one.about.words["status"] for one in drafts if one.way == "webhook"] == ["open"]


def test_nobody_is_told_of_another_partners_case() -> None:
    theirs = opened(REF, channel="app", origin=Origin(account="another"))
    assert [draft.way for draft in of(theirs, reach=PARTNERS)] == ["email"]
    by_open311 = opened(REF, channel="open311", origin=Origin(account="x", thread="ung-dung/77"))
    (told,) = [draft for draft in of(by_open311, reach=PARTNERS) if draft.way == "webhook"]
    assert (told.recipient, told.about.words["reference"]) == ("ung-dung", "77")


def test_words_in_a_conversation_are_of_the_account_they_were_said_to() -> None:
    case = after(by_zalo(REF))
    assert case.talk is not None and case.talk.key == f"zalo:{OA}:8309393960000000001"
