"""What a case looks like to its sender and to the public, fact by fact."""

from datetime import timedelta

import pytest

from libs.contracts.events import (
    CaseAdded,
    CaseAmended,
    CaseAnswered,
    CaseAnsweredAtDesk,
    CaseAnsweredByPhone,
    CaseCallTransferred,
    CaseDetermined,
    CaseFact,
    CaseFollowerAdded,
    CaseInformationAsked,
    CaseJoined,
    CaseProgressPromised,
    CasePublished,
    CaseReceived,
    CaseReferred,
    CaseRejected,
    CaseReleased,
    CaseReopened,
    CaseReturned,
    CaseSucceeded,
    CaseTriaged,
    CaseUrgencySet,
    CaseVerifying,
    CaseWithheld,
    Person,
)
from services.portal.case import OPEN, Proof, PublicCase, following, open_case, published_answer
from services.portal.domain import fold
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, make, opened, routed, slip

REF = a_case()
PROOF = Proof(b"secret")
SOON = MONDAY_MORNING + timedelta(hours=8)


def after(*facts: CaseFact) -> PublicCase:
    case = open_case(opened(REF), 2026, PROOF)
    for fact in facts:
        case = fold(case, fact, PROOF)
    return case


SETTLED = {"answered_by_phone", "answered", "answered_at_desk", "published", "withheld", "rejected"}
ANSWER = make(CaseAnswered, REF, answer="a")
PARTIAL = make(CaseAnswered, REF, answer="Một phần", missing=("SCT",), promised_at=SOON, number=1)
STORIES: list[tuple[str, list[CaseFact]]] = [
    ("new", []),
    ("triage", [make(CaseTriaged, REF, reasons=("margin",))]),
    ("arbiter", [make(CaseTriaged, REF, to="arbiter", reasons=("arbiter",))]),
    ("arbiter", [make(CaseReferred, REF)]),
    ("triage", [make(CaseReferred, REF), make(CaseDetermined, REF, agency="SYT")]),
    ("routed", [routed(REF)]),
    ("received", [routed(REF), make(CaseReceived, REF)]),
    ("verifying", [routed(REF), make(CaseVerifying, REF, until=SOON)]),
    ("promised", [routed(REF), make(CaseProgressPromised, REF, number=1, progress="…", promised_at=SOON)]),
    ("triage", [routed(REF), make(CaseReturned, REF, ground="wrong-field")]),
    ("answered_by_phone", [routed(REF), make(CaseAnsweredByPhone, REF, summary="Đã nói qua điện thoại")]),
    ("answered", [routed(REF), make(CaseAnswered, REF, answer="Có lịch thứ Bảy")]),
    ("promised", [routed(REF), PARTIAL]),
    ("answered", [routed(REF), PARTIAL, ANSWER]),
    ("triage", [routed(REF), ANSWER, make(CaseReopened, REF, cycle=2, reason="chưa xong")]),
    ("joined", [make(CaseJoined, REF, to="b" * 32, year=2026, code="123456782")]),
    ("answered_at_desk", [make(CaseAnsweredAtDesk, REF, answer="Có lịch thứ Bảy")]),
    ("rejected", [make(CaseRejected, REF, reason="unclear")]),
    ("published", [routed(REF), ANSWER, make(CasePublished, REF, question="q", answer="p")]),
    ("withheld", [routed(REF), ANSWER, make(CaseWithheld, REF, ground="child")]),
]  # fmt: skip


@pytest.mark.parametrize(("status", "facts"), STORIES)
def test_each_step_of_a_case_has_its_word(status: str, facts: list[CaseFact]) -> None:
    case = after(*facts)
    assert case.status == status
    assert (status in OPEN) == (status not in SETTLED)


@pytest.mark.parametrize(("_status", "facts"), STORIES)
def test_nothing_of_the_person_and_none_of_their_words_is_kept(_status: str, facts: list[CaseFact]) -> None:
    kept = after(*facts).model_dump_json()
    for secret in (CITIZEN.name, "912345678", "345 678", CITIZEN.address, CITIZEN.email, "khai báo y tế"):
        assert secret not in kept


def test_the_sender_proves_the_case_is_theirs_by_code_and_last_four_digits_alone() -> None:
    case = after()
    assert case.lookup == PROOF.of_code(case.code, "5678") == PROOF.of_code(case.code, "0912 345 678")
    assert case.lookup != PROOF.of_code(case.code, "5679")
    assert case.lookup != Proof(b"another secret").of_code(case.code, "5678")
    assert not PROOF.of_code(case.code, "678")


def test_without_a_phone_only_the_link_leads_to_the_case() -> None:
    case = open_case(opened(REF, person=Person(), track_token="mot-duong-dan"), 2026, PROOF)
    assert not case.lookup
    assert case.link == PROOF.of_token("mot-duong-dan")
    assert "mot-duong-dan" not in case.model_dump_json()


def test_a_corrected_phone_number_replaces_the_digits_and_an_empty_one_does_not() -> None:
    corrected = make(CaseAmended, REF, person=Person(phone="+84912340000"), field="F05", place="406")
    case = after(corrected)
    assert case.lookup == PROOF.of_code(case.code, "0000")
    assert (case.field, case.place) == ("F05", "406")
    assert fold(case, make(CaseAmended, REF, person=Person()), PROOF).lookup == case.lookup


def test_a_question_to_the_sender_stands_until_they_answer() -> None:
    asked = make(CaseInformationAsked, REF, question="Ở thôn nào?")
    assert after(routed(REF), asked).asked == "Ở thôn nào?"
    assert not after(routed(REF), asked, make(CaseAdded, REF, channel="portal", text="Thôn 3")).asked


def test_a_new_slip_ends_the_promise_of_the_agency_before() -> None:
    promise = make(CaseProgressPromised, REF, number=1, progress="…", promised_at=SOON)
    back = make(CaseReturned, REF, ground="wrong-field")
    again = routed(REF, slip=slip(2, "SGTVT", co_leads=("SCT",)))
    case = after(routed(REF), promise, back, again)
    assert case.promised_at is None
    assert (case.slip, case.agency, case.agencies) == (2, "SGTVT", ("SGTVT", "SCT"))


def test_the_public_reads_the_public_text_and_never_the_officers() -> None:
    case = after(
        routed(REF),
        make(CaseAnswered, REF, answer="Anh Mẫu đến trạm."),
        make(CasePublished, REF, question="Tiêm ở đâu?", answer="Ở trạm y tế."),
    )
    answer = published_answer(case)
    assert answer is not None
    assert (answer.question, answer.answer, answer.agency) == ("Tiêm ở đâu?", "Ở trạm y tế.", "SYT")
    shown = answer.model_dump_json()
    assert not [secret for secret in (case.code, case.case_id, case.lookup, "Anh Mẫu") if secret in shown]


def test_a_withheld_result_is_for_the_sender_alone() -> None:
    case = after(
        routed(REF), make(CaseAnswered, REF, answer="Đã xử lý."), make(CaseWithheld, REF, ground="child")
    )
    assert (case.answer, case.ground, published_answer(case)) == ("Đã xử lý.", "child", None)


def test_the_steps_tell_what_concerns_the_sender_and_nothing_internal() -> None:
    failed = make(CaseCallTransferred, REF, agency="SYT", number="0237 0000 001", result="failed")
    case = after(
        make(CaseTriaged, REF, reasons=("margin",)),
        make(CaseUrgencySet, REF, urgent=True),
        make(CaseReleased, REF),
        routed(REF),
        failed,
        make(CaseVerifying, REF, until=SOON),
    )
    assert [step.what for step in case.steps] == ["opened", "routed", "call-failed", "verifying"]
    assert case.steps[-1].until == SOON


def test_a_partial_answer_says_who_still_owes_and_until_when() -> None:
    case = after(routed(REF), PARTIAL)
    assert (case.answer, case.missing, case.promised_at) == ("Một phần", ("SCT",), SOON)
    assert after(routed(REF), PARTIAL, ANSWER).missing == ()


def test_a_reform_changes_the_agency_and_nothing_else() -> None:
    moved = make(CaseSucceeded, REF, slip=1, agency="SYT", to="SYT2", rule="merged")
    before, case = after(routed(REF)), after(routed(REF), moved)
    assert (case.agency, case.agencies) == ("SYT2", ("SYT2",))
    assert case.model_copy(update={"agency": "SYT", "agencies": ("SYT",), "steps": before.steps}) == before


FOLLOWED = make(CaseFollowerAdded, REF, case=REF.case_id, year=2026, code="123456782")


@pytest.mark.parametrize(
    "later",
    [
        make(CaseAnsweredByPhone, REF, summary="Đã nói đủ"),
        make(CaseReturned, REF, ground="wrong-field"),
        make(CaseReopened, REF, cycle=2, reason="chưa xong"),
    ],
)
def test_no_part_is_missing_any_more_once_the_whole_answer_is_given_or_the_slip_is_gone(
    later: CaseFact,
) -> None:
    assert after(routed(REF), PARTIAL, later).missing == ()


def test_a_published_answer_stays_the_agencys_who_gave_it_when_another_one_gets_the_case() -> None:
    public = make(CasePublished, REF, question="q", answer="p")
    again = (make(CaseReopened, REF, cycle=2, reason="chưa xong"), routed(REF, slip=slip(2, "SGTVT")))
    answer = published_answer(after(routed(REF), ANSWER, public, *again))
    assert answer and answer.agency == "SYT"


def test_who_follows_reads_no_words_from_before_but_the_public_ones() -> None:
    own = after(make(CaseJoined, REF, to="b" * 32, year=2026, code="123456782"))
    promise = make(CaseProgressPromised, REF, number=1, progress="Đã gặp ông Mẫu", promised_at=SOON)
    late = FOLLOWED.model_copy(update={"at": MONDAY_MORNING + timedelta(days=1)})
    before = (routed(REF), promise, make(CaseAnswered, REF, answer="Mời ông Mẫu đến trạm"))
    for facts in ((*before, late), before):
        seen = following(own, after(*facts))
        assert (seen.status, seen.answer) == ("answered", "")
        assert "Mẫu" not in seen.model_dump_json()
    public = make(CasePublished, REF, question="q", answer="p")
    assert following(own, after(*before, late, public)).answer == "p"


def test_who_follows_is_told_why_the_matter_was_not_taken() -> None:
    own = after(make(CaseJoined, REF, to="b" * 32, year=2026, code="123456782"))
    seen = following(own, after(FOLLOWED, make(CaseRejected, REF, reason="unclear", text="Chưa rõ nơi")))
    assert (seen.status, seen.reason, seen.reason_text) == ("rejected", "unclear", "Chưa rõ nơi")


def test_who_follows_sees_how_the_matter_stands_and_nothing_of_the_other_person() -> None:
    own = after(make(CaseJoined, REF, to="b" * 32, year=2026, code="123456782"))
    asked = make(CaseInformationAsked, REF, question="Nhà ông ở số mấy?")
    seen = following(
        own,
        after(routed(REF), FOLLOWED, asked, make(CaseAdded, REF, channel="portal", text="Số 5"), ANSWER),
    )
    assert (seen.code, seen.status, seen.answer) == (own.code, "answered", "a")
    assert seen.asked == ""
    assert [step.what for step in seen.steps] == ["opened", "joined", "routed", "answered"]
