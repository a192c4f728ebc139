"""Letters when several hands work on a case, and when several citizens wait for one answer."""

from datetime import timedelta
from typing import Any

import pytest

from libs.contracts.events import (
    CaseAdded,
    CaseAnswered,
    CaseCallTransferred,
    CaseConfirmed,
    CaseContacted,
    CaseContributed,
    CaseDelegated,
    CaseFact,
    CaseFollowerAdded,
    CaseJoined,
    CaseProgressPromised,
    CaseRecalled,
    CaseReopened,
    CaseReported,
    CaseSucceeded,
    CaseSuspectedFalse,
    CaseVerified,
    CaseVerifying,
    Person,
)
from libs.contracts.facts import Actor
from services.notifier.domain.about import Draft
from services.notifier.domain.case import NOBODY
from services.notifier.domain.letters import Readers, letters
from tests.support.builders import CITIZEN, MONDAY_MORNING, make, opened, routed, slip
from tests.support.lettercases import LATER, REF, SMS_ONLY, after
from tests.support.letters import thanh_hoa

DISTRICT, COMMUNE = "UBND_406", "SYT"
"""Any two agencies of the pack will do for a district and its commune."""

HANDED = (opened(REF), routed(REF, slip=slip(lead=DISTRICT, coordinating=("SCT",))))
DELEGATED = make(CaseDelegated, REF, to=COMMUNE, at=MONDAY_MORNING + timedelta(hours=1))
REPORTED = make(CaseReported, REF, report="Đã xuống kiểm tra", by=Actor(service="desk", agency=COMMUNE))


def of(*facts: CaseFact, **more: Any) -> list[Draft]:
    """The letters that the last of these facts calls for, after the case was handed over."""
    return list(letters(after(*HANDED, *facts), facts[-1], thanh_hoa(), Readers(**more)))


def said(drafts: list[Draft]) -> set[tuple[str, str, str]]:
    return {(draft.template, draft.audience, draft.agency) for draft in drafts}


def test_the_commune_gets_a_slip_that_names_the_lead_and_no_citizen_hears_of_it() -> None:
    drafts = of(DELEGATED)
    assert said(drafts) == {("commune-slip", "officer", COMMUNE)}
    about = drafts[0].about
    assert (about.agencies, about.owner) == ((DISTRICT,), "commune")
    assert (about.since, about.answer_since) == (DELEGATED.at, MONDAY_MORNING)


def test_the_lead_hears_of_the_communes_report_and_the_commune_of_a_recall() -> None:
    drafts = of(DELEGATED, REPORTED)
    assert said(drafts) == {("commune-reported", "officer", DISTRICT)}
    assert drafts[0].about.agencies == (COMMUNE,)
    recalled = make(CaseRecalled, REF, reason="Không làm kịp")
    drafts = of(DELEGATED, REPORTED, recalled)
    assert said(drafts) == {("commune-recalled", "officer", COMMUNE)}
    assert drafts[0].about.agencies == (DISTRICT,)


def test_more_words_of_the_citizen_reach_the_commune_while_it_has_the_work() -> None:
    more = make(CaseAdded, REF, channel="portal", text="Thêm ảnh")
    recalled = make(CaseRecalled, REF, reason="Không làm kịp")
    assert {draft.agency for draft in of(DELEGATED, more)} == {DISTRICT, COMMUNE}
    assert {draft.agency for draft in of(DELEGATED, recalled, more)} == {DISTRICT}


def test_the_lead_hears_of_a_part_that_came_in() -> None:
    drafts = of(make(CaseContributed, REF, agency="SCT", text="Ý kiến của Sở"))
    assert said(drafts) == {("part-contributed", "officer", DISTRICT)}
    assert drafts[0].about.agencies == ("SCT",)
    assert drafts[0].about.words == {}


def test_a_successor_gets_the_slip_and_the_waiting_citizen_its_name() -> None:
    succeeded = make(CaseSucceeded, REF, slip=1, agency=DISTRICT, to="SGTVT", rule="merged")
    drafts = of(succeeded)
    assert said(drafts) == {("slip-succeeded", "officer", "SGTVT"), ("new-agency", "citizen", "")}
    assert {(draft.about.agencies, draft.about.former) for draft in drafts} == {(("SGTVT",), DISTRICT)}
    answered = make(CaseAnswered, REF, answer="Xong.")
    assert said(of(answered, succeeded)) == {("slip-succeeded", "officer", "SGTVT")}
    assert {draft.about.since for draft in drafts if draft.agency} == {MONDAY_MORNING}


def test_the_citizen_need_not_know_that_an_agency_which_only_helps_has_a_new_name() -> None:
    helper = make(CaseSucceeded, REF, slip=1, agency="SCT", to="SGTVT", rule="merged")
    assert said(of(helper)) == {("slip-succeeded", "officer", "SGTVT")}
    assert of(make(CaseSucceeded, REF, slip=2, agency=DISTRICT, to="SGTVT", rule="merged")) == []


def test_the_police_are_told_which_case_and_nothing_of_it() -> None:
    suspected = make(CaseSuspectedFalse, REF, police="CAT", ground="Bịa đặt", seal="0" * 64)
    drafts = of(suspected)
    assert said(drafts) == {("police-request", "officer", "CAT")}
    about = drafts[0].about.model_dump(exclude_defaults=True)
    assert about == {"code": "123456782"}
    assert said(of(suspected, make(CaseVerified, REF, result="true"))) == {
        ("police-verified", "officer", DISTRICT)
    }


def test_a_partial_answer_tells_what_is_missing_and_the_slip_stays_open_until_the_promise() -> None:
    partial = make(CaseAnswered, REF, answer="Một phần.", missing=("SCT",), promised_at=LATER, number=1)
    (draft,) = of(partial)
    assert (draft.template, draft.audience) == ("answered-in-part", "citizen")
    assert (draft.about.missing, draft.about.times) == (("SCT",), {"promised": LATER})
    more = of(partial, make(CaseAdded, REF, channel="portal", text="Thêm ảnh"))
    assert {draft.about.times["due"] for draft in more} == {LATER}


def test_a_joined_citizen_is_told_that_their_number_stays() -> None:
    (draft,) = of(make(CaseJoined, REF, to="d" * 32, year=2026, code="987654321"))
    assert (draft.template, draft.about.code) == ("joined", "123456782")
    assert "987654321" not in draft.about.model_dump_json()


def test_a_reopened_case_is_told_to_the_last_lead_those_above_and_the_citizen() -> None:
    drafts = of(make(CaseReopened, REF, cycle=2, reason="Vẫn còn rác"))
    assert said(drafts) == {
        ("reopened-confirmed", "citizen", ""),
        ("reopened", "officer", DISTRICT),
        ("reopened", "supervisor", "STTTT"),
    }
    assert not any("rác" in draft.about.model_dump_json() for draft in drafts)


FOLLOWING = make(CaseFollowerAdded, REF, case="f" * 32, year=2026, code="555555555")
FOLLOWER = after(opened(REF, code="555555555", track_token="rieng", person=SMS_ONLY, language="en"))
TO_EVERYBODY: list[CaseFact] = [
    make(CaseVerifying, REF, until=LATER),
    make(CaseProgressPromised, REF, number=1, progress="Đã cử đoàn", promised_at=LATER),
    make(CaseAnswered, REF, answer="Xong."),
    make(CaseReopened, REF, cycle=2, reason="Chưa xong"),
]


@pytest.mark.parametrize("fact", TO_EVERYBODY, ids=[fact.token for fact in TO_EVERYBODY])
def test_a_follower_gets_every_letter_with_their_own_code_link_and_language(fact: CaseFact) -> None:
    both = [draft for draft in of(FOLLOWING, fact, following={"f" * 32: FOLLOWER}) if not draft.agency]
    (own, followers) = both
    assert own.about.code == "123456782"
    assert (followers.follower, followers.recipient, followers.language) == ("f" * 32, SMS_ONLY.phone, "en")
    assert (followers.about.code, followers.about.track_token) == ("555555555", "rieng")
    assert (followers.about.words, followers.about.times) == (own.about.words, own.about.times)
    text = followers.about.model_dump_json()
    assert not any(personal in text for personal in (CITIZEN.name, CITIZEN.phone, CITIZEN.email, "123456782"))


def test_a_follower_hears_nothing_of_the_other_persons_call() -> None:
    failed = make(CaseCallTransferred, REF, agency=DISTRICT, number="+842370000001", result="failed")
    assert [draft.follower for draft in of(FOLLOWING, failed, following={"f" * 32: FOLLOWER})] == [""]


def test_a_person_with_two_joined_cases_gets_one_letter_and_an_unknown_one_is_counted() -> None:
    answered, again = make(CaseAnswered, REF, answer="Xong."), after(opened(REF, code="555555555"))
    same = of(FOLLOWING, answered, following={"f" * 32: again})
    assert [draft.recipient for draft in same] == [CITIZEN.email]
    unknown = of(FOLLOWING, answered, following={"f" * 32: NOBODY})
    assert [(draft.follower, draft.way) for draft in unknown] == [("", "email"), ("f" * 32, "none")]
    nobody = after(opened(REF, person=Person()))
    assert [draft.way for draft in of(FOLLOWING, answered, following={"f" * 32: nobody})] == ["email", "none"]


def test_what_agencies_only_note_calls_for_no_letter() -> None:
    contacted = make(CaseContacted, REF, way="phone", result="reached", contacted_at=MONDAY_MORNING)
    assert of(DELEGATED, contacted) == of(DELEGATED, make(CaseConfirmed, REF)) == of(FOLLOWING) == []
