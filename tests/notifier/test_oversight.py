"""Letters of those who watch over cases: reminders, urgent directions, reviews."""

from libs.contracts.events import CaseDirected, CaseFact, CaseInstructed, CaseReminded, CaseReviewed
from libs.contracts.facts import Actor
from services.notifier.domain.case import Case, fold
from services.notifier.domain.handed import wishes
from services.notifier.domain.letters import letters
from tests.support.builders import a_case, make, opened, routed, slip
from tests.support.provinces import thanh_hoa

REF = a_case()
REMINDED = make(CaseReminded, REF, agency="SYT", number=1, text="Trả lời ngay", beside=("123456790",))


def after(*facts: CaseFact) -> Case:
    case = None
    for fact in facts:
        case = fold(case, fact)
    assert case
    return case


def test_a_reminder_goes_to_the_focal_officer_and_to_the_agency_above() -> None:
    case = after(opened(REF), routed(REF), REMINDED)
    drafts = [one for one in letters(case, REMINDED, thanh_hoa()) if one.template == "reminder"]
    assert {one.audience for one in drafts} == {"officer", "supervisor"}
    assert {one.agency for one in drafts if one.audience == "officer"} == {"SYT"}
    assert {one.agency for one in drafts if one.audience == "supervisor"} == {
        thanh_hoa().agency("SYT").supervisor or thanh_hoa().arbiter
    }


def test_one_letter_names_all_the_cases_that_were_reminded_together() -> None:
    case = after(opened(REF), routed(REF), REMINDED)
    (wish,) = wishes(REMINDED, case)
    assert wish.about.words["codes"].endswith("123 456 790") and case.code[:3] in wish.about.words["codes"]
    told_there = REMINDED.model_copy(update={"beside": (), "told_with": "123456790"})
    assert not list(wishes(told_there, case))


def test_a_direction_waits_for_the_slip_and_makes_the_letters_urgent() -> None:
    directed = make(CaseInstructed, REF, agency="SYT", text="Chuyển ngay")
    case = after(opened(REF), directed)
    assert case.urgent and not list(wishes(directed, case))
    sent = make(CaseDirected, REF, slip=slip(1, "SYT", rule="operator"))
    names = [wish.template for wish in wishes(sent, after(opened(REF), directed, sent))]
    assert names == ["slip", "handed-over", "instructed"]
    elsewhere = make(CaseDirected, REF, slip=slip(1, "SCT", rule="operator"))
    assert "instructed" not in [
        wish.template for wish in wishes(elsewhere, after(opened(REF), directed, elsewhere))
    ]


def test_an_agency_that_holds_the_slip_is_told_of_the_direction_at_once() -> None:
    directed = make(CaseInstructed, REF, agency="SYT", text="Trả lời trong ngày")
    (wish,) = wishes(directed, after(opened(REF), routed(REF), directed))
    assert (wish.template, wish.agency, wish.about.words["said"]) == (
        "instructed",
        "SYT",
        "Trả lời trong ngày",
    )


def test_only_a_review_that_does_not_agree_is_told_to_whoever_answered() -> None:
    by = Actor(service="desk", person="f9", name="Sở", role="officer", agency="SCT")
    case = after(opened(REF), routed(REF))
    review = make(CaseReviewed, REF, agreed=False, text="Thiếu căn cứ", by=by)
    (wish,) = wishes(review, case)
    assert (wish.agency, wish.about.agencies, wish.tell) == ("SYT", ("SCT",), ("officer",))
    assert not list(wishes(make(CaseReviewed, REF, agreed=True, by=by), case))
