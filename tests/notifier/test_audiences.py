"""Who hears of a step of the ladder, and that nobody hears of it twice."""

import pytest

from libs.contracts.events import CaseAnswered, CaseVerifying
from libs.contracts.sidefacts import (
    ClockEscalated,
    ClockFact,
    ClockMissed,
    ClockMoved,
    ClockStretched,
    ClockWarned,
)
from libs.packs.model import Pack
from services.notifier.domain.about import Draft
from services.notifier.domain.contacts import contacts
from services.notifier.domain.letters import clock_letters
from tests.support.builders import MONDAY_MORNING, make, opened, routed
from tests.support.lettercases import LATER, REF, after, clock
from tests.support.letters import pack_with, thanh_hoa

HANDED = (opened(REF), routed(REF))
EVERYBODY = ("officer", "deputy", "unit_head", "supervisor", "province")


def heard(fact: ClockFact, pack: Pack | None = None) -> list[Draft]:
    return list(clock_letters(after(*HANDED), fact, pack or thanh_hoa()))


def whom(drafts: list[Draft]) -> list[tuple[str, str, str]]:
    return [(draft.audience, draft.agency, draft.way) for draft in drafts]


def changed(code: str, **fields: object) -> Pack:
    agencies = [agency.model_dump() for agency in thanh_hoa().agencies]
    return pack_with(agencies=[one | fields if one["code"] == code else one for one in agencies])


@pytest.mark.parametrize(
    ("cls", "template"),
    [
        (ClockWarned, "clock-warned"),
        (ClockMissed, "clock-missed"),
        (ClockEscalated, "clock-escalated"),
        (ClockStretched, "promise-stretched"),
    ],
)
def test_a_step_is_told_to_everybody_it_names(cls: type[ClockFact], template: str) -> None:
    drafts = heard(clock(cls, tell=EVERYBODY))
    assert {draft.template for draft in drafts} == {template}
    assert whom(drafts) == [
        ("officer", "SYT", "email"),
        ("officer", "SYT", "sms"),
        ("deputy", "SYT", "email"),
        ("unit_head", "SYT", "email"),
        ("supervisor", "STTTT", "email"),
        ("supervisor", "STTTT", "sms"),
        ("province", "VPUBND", "email"),
        ("province", "VPUBND", "sms"),
    ]
    assert {draft.about.agencies for draft in drafts} == {("SYT",)}


def test_one_address_gets_one_letter_though_two_positions_share_it() -> None:
    """The arbiter here reads the province's mail as well, and has nobody above but itself."""
    shared = changed("VPUBND", email="dau-moi.stttt@thanhhoa.example", sms=None)
    drafts = heard(clock(ClockEscalated, tell=("supervisor", "province")), shared)
    assert whom(drafts) == [("supervisor", "STTTT", "email"), ("supervisor", "STTTT", "sms")]
    arbiter = clock(ClockEscalated, agency="STTTT", tell=("officer", "supervisor"))
    own = heard(arbiter, changed("STTTT", supervisor=None))
    assert whom(own) == [("officer", "STTTT", "email"), ("officer", "STTTT", "sms")]


def test_an_agency_without_one_above_it_is_answered_for_by_the_arbiter() -> None:
    alone = changed("SYT", supervisor=None)
    assert whom(heard(clock(ClockMissed, tell=("supervisor",)), alone))[0] == ("supervisor", "STTTT", "email")
    gone = clock(ClockMissed, agency="SO_DA_GIAI_THE", tell=("officer", "supervisor"))
    assert whom(heard(gone)) == [
        ("officer", "SO_DA_GIAI_THE", "none"),
        ("supervisor", "STTTT", "email"),
        ("supervisor", "STTTT", "sms"),
    ]


def test_a_position_nobody_holds_is_a_letter_that_cannot_go() -> None:
    vacant = pack_with(contacts=[])
    assert whom(heard(clock(ClockWarned, tell=("deputy",)), vacant)) == [("deputy", "SYT", "none")]


def test_a_fact_that_names_nobody_is_told_to_the_officer_and_a_stretched_promise_upwards() -> None:
    assert {draft.audience for draft in heard(clock(ClockMissed))} == {"officer"}
    assert {draft.audience for draft in heard(clock(ClockStretched))} == {"supervisor"}


def test_a_reminder_names_its_clock_and_whether_the_case_is_urgent() -> None:
    calm = heard(clock(ClockWarned))[0].about
    assert (calm.reminds, calm.hours, calm.urgent) == ("answer-1", "v1/province", False)
    assert heard(clock(ClockWarned, urgent=True))[0].about.urgent
    urgent = after(opened(REF, urgent=True), routed(REF))
    assert next(clock_letters(urgent, clock(ClockWarned), thanh_hoa())).about.urgent


def test_a_moved_limit_is_told_to_the_officer_once_with_what_it_was() -> None:
    (draft,) = heard(clock(ClockMoved))
    assert (draft.template, draft.audience, draft.way) == ("clock-moved", "officer", "email")
    assert draft.about.times == {"due": LATER, "was": MONDAY_MORNING}
    assert draft.about.words == {"document": "Thông báo 05"}


def test_the_citizen_hears_of_a_moved_limit_only_if_told_to_wait_until_the_old_one() -> None:
    verifying = make(CaseVerifying, REF, until=MONDAY_MORNING)
    told = after(*HANDED, verifying)
    drafts = list(clock_letters(told, clock(ClockMoved), thanh_hoa()))
    assert [draft.template for draft in drafts] == ["clock-moved", "new-time"]
    assert (drafts[1].audience, drafts[1].about.times) == ("citizen", {"due": LATER})
    answered = after(*HANDED, verifying, make(CaseAnswered, REF, answer="Xong."))
    for case, fact in ((answered, clock(ClockMoved)), (told, clock(ClockMoved, kind="publish"))):
        assert [one.template for one in clock_letters(case, fact, thanh_hoa())] == ["clock-moved"]


def test_the_focal_officer_of_every_agency_can_be_told_by_e_mail() -> None:
    pack = thanh_hoa()
    assert all("email" in contacts(pack, agency.code) for agency in pack.agencies)
