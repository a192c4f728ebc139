"""Which fact calls for which letters, to whom, on which way."""

from typing import Any

import pytest

from libs.contracts.events import (
    CaseAdded,
    CaseAmended,
    CaseAnswered,
    CaseAnsweredAtDesk,
    CaseAnsweredByPhone,
    CaseCallTransferred,
    CaseDetermined,
    CaseDirected,
    CaseFact,
    CaseInformationAsked,
    CaseProgressPromised,
    CasePublished,
    CaseReceived,
    CaseRejected,
    CaseReturned,
    CaseTriaged,
    CaseVerifying,
    Person,
)
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import (
    ClockArmed,
    ClockFact,
    ClockMissed,
    ClockWarned,
)
from services.notifier.domain.about import Draft
from services.notifier.domain.case import NotOpened, fold
from services.notifier.domain.letters import clock_letters, letters
from tests.support.builders import CITIZEN, MONDAY_MORNING, make, opened, routed, slip
from tests.support.lettercases import LATER, REF, SMS_ONLY, after, clock
from tests.support.letters import pack_with, thanh_hoa


def of(*facts: CaseFact, pack: Any = None) -> list[Draft]:
    """The letters that the last of these facts calls for."""
    return list(letters(after(*facts), facts[-1], pack or thanh_hoa()))


def said(drafts: list[Draft]) -> set[tuple[str, str, str]]:
    return {(draft.template, draft.agency, draft.way) for draft in drafts}


def test_a_citizen_with_an_e_mail_address_gets_the_receipt_by_e_mail_only() -> None:
    (receipt,) = of(opened(REF))
    assert (receipt.template, receipt.way, receipt.recipient) == ("receipt", "email", CITIZEN.email)


def test_a_citizen_with_only_a_phone_gets_a_text_message() -> None:
    (receipt,) = of(opened(REF, person=SMS_ONLY, language="en"))
    assert (receipt.way, receipt.recipient, receipt.language) == ("sms", SMS_ONLY.phone, "en")


def test_a_citizen_without_any_address_gets_nothing_but_is_counted() -> None:
    assert said(of(opened(REF, person=Person()))) == {("receipt", "", "none")}


def test_the_lead_gets_the_slip_and_those_who_help_are_told_whom_they_help() -> None:
    drafts = of(opened(REF), routed(REF, slip=slip(co_leads=("SGTVT",), coordinating=("UBND_406",))))
    assert said(drafts) == {
        ("slip", "SYT", "email"),
        ("slip", "SYT", "sms"),
        ("coordinator-slip", "SGTVT", "email"),
        ("coordinator-slip", "SGTVT", "sms"),
        ("coordinator-slip", "UBND_406", "email"),
        ("coordinator-slip", "UBND_406", "sms"),
        ("handed-over", "", "email"),
    }
    about = {draft.template: draft.about for draft in drafts}
    assert about["coordinator-slip"].agencies == ("SYT",)
    assert about["handed-over"].agencies == ("SYT",)
    assert about["slip"].since == MONDAY_MORNING


def test_a_slip_sent_by_hand_is_told_like_one_sent_by_rule() -> None:
    assert said(of(opened(REF), make(CaseDirected, REF, slip=slip()))) == said(of(opened(REF), routed(REF)))


def test_an_agency_without_contacts_is_a_letter_that_cannot_go() -> None:
    pack = pack_with(
        agencies=[
            agency.model_dump() | {"email": None, "sms": None}
            if agency.code == "SYT"
            else agency.model_dump()
            for agency in thanh_hoa().agencies
        ]
    )
    drafts = of(opened(REF), routed(REF), pack=pack)
    assert ("slip", "SYT", "none") in said(drafts)
    unknown = of(opened(REF), routed(REF, slip=slip(lead="SO_DA_GIAI_THE")))
    assert ("slip", "SO_DA_GIAI_THE", "none") in said(unknown)


OFFICER = Actor(service="desk", person="a1", role="officer", agency="SYT")

CITIZENS: list[tuple[CaseFact, str, dict[str, str]]] = [
    (
        make(CaseRejected, REF, reason="out-of-scope", text="Xin gọi 113"),
        "rejected",
        {"reason": "Xin gọi 113"},
    ),
    (make(CaseAnsweredAtDesk, REF, answer="Có."), "answered-at-desk", {"answer": "Có."}),
    (make(CaseDetermined, REF, agency="SYT"), "determined", {}),
    (
        make(CaseCallTransferred, REF, agency="SYT", number="+842370000001", result="failed"),
        "call-failed",
        {},
    ),
    (make(CaseVerifying, REF, until=LATER, by=OFFICER), "verifying", {}),
    (
        make(CaseProgressPromised, REF, number=1, progress="Đã cử đoàn", promised_at=LATER, by=OFFICER),
        "progress",
        {"progress": "Đã cử đoàn"},
    ),
    (
        make(CaseInformationAsked, REF, question="Ở đâu?", by=OFFICER),
        "information-asked",
        {"question": "Ở đâu?"},
    ),
    (make(CaseAnswered, REF, answer="Xong.", by=OFFICER), "answered", {"answer": "Xong."}),
]


@pytest.mark.parametrize(("fact", "template", "words"), CITIZENS, ids=[one[1] for one in CITIZENS])
def test_the_citizen_is_told_of(fact: CaseFact, template: str, words: dict[str, str]) -> None:
    (draft,) = of(opened(REF), routed(REF), fact)
    assert (draft.template, draft.audience, draft.way) == (template, "citizen", "email")
    assert draft.about.words == words


SILENT: list[CaseFact] = [
    make(CaseReceived, REF),
    make(CaseReturned, REF, ground="not-ours"),
    make(CaseAnsweredByPhone, REF, summary="Đã giải thích"),
    make(CasePublished, REF, question="Hỏi", answer="Đáp"),
    make(CaseTriaged, REF, reasons=("margin",)),
    make(CaseCallTransferred, REF, agency="SYT", number="+842370000001", result="connected"),
    make(CaseAmended, REF, person=CITIZEN),
]


@pytest.mark.parametrize("fact", SILENT, ids=[fact.token for fact in SILENT])
def test_nobody_is_written_to_after(fact: CaseFact) -> None:
    assert of(opened(REF), routed(REF), fact) == []


def test_more_words_of_the_citizen_reach_the_agency_only_while_its_slip_is_open() -> None:
    more = make(CaseAdded, REF, channel="portal", text="Thêm ảnh")
    answered = make(CaseAnswered, REF, answer="Xong.")
    assert of(opened(REF), more) == []
    assert said(of(opened(REF), routed(REF), more)) == {
        ("information-added", "SYT", "email"),
        ("information-added", "SYT", "sms"),
    }
    assert of(opened(REF), routed(REF), answered, more) == []


def test_the_promised_time_replaces_the_legal_one_in_later_letters() -> None:
    promise = make(CaseProgressPromised, REF, number=1, progress="…", promised_at=LATER)
    more = make(CaseAdded, REF, channel="portal", text="Thêm ảnh")
    assert {draft.about.times["due"] for draft in of(opened(REF), routed(REF), promise, more)} == {LATER}


def test_a_corrected_address_is_used_and_an_added_one_only_fills_a_gap() -> None:
    amended = make(CaseAmended, REF, person=Person(phone="+84911111111", email="dung@dan.example"))
    added = make(CaseAdded, REF, channel="email", text="…", person=Person(email="khac@dan.example"))
    answered = make(CaseAnswered, REF, answer="Xong.")
    assert of(opened(REF), routed(REF), amended, added, answered)[0].recipient == "dung@dan.example"
    unknown = opened(REF, person=SMS_ONLY)
    assert of(unknown, routed(REF), added, answered)[0].recipient == "khac@dan.example"


def test_a_co_leads_answer_is_told_in_its_own_name() -> None:
    co_lead = Actor(service="desk", agency="SGTVT")
    answered = make(CaseAnswered, REF, answer="Xong.", by=co_lead)
    assert of(opened(REF), routed(REF), answered)[0].about.agencies == ("SGTVT",)


@pytest.mark.parametrize(
    ("cls", "kind", "template"),
    [
        (ClockWarned, "answer", "clock-warned"),
        (ClockWarned, "publish", "clock-warned"),
        (ClockMissed, "answer", "clock-missed"),
        (ClockMissed, "promise", "clock-missed"),
    ],
)
def test_warnings_and_breaches_go_to_the_agency_of_the_clock(
    cls: type[ClockFact], kind: str, template: str
) -> None:
    drafts = list(clock_letters(after(opened(REF), routed(REF)), clock(cls, kind=kind), thanh_hoa()))
    assert said(drafts) == {(template, "SYT", "email"), (template, "SYT", "sms")}
    assert drafts[0].about.times == {"due": LATER, "at": MONDAY_MORNING}


def test_a_clock_that_only_starts_is_not_written_about() -> None:
    assert list(clock_letters(after(opened(REF)), clock(ClockArmed), thanh_hoa())) == []


def test_a_case_that_begins_in_the_middle_is_an_error() -> None:
    with pytest.raises(NotOpened):
        fold(None, routed(REF))
