"""What those who watch over cases may decide: to remind, to direct, to review."""

from dataclasses import replace

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from services.desk.domain.decisions import Moment, decide
from services.desk.domain.errors import NotAllowed
from services.desk.domain.inputs import Direct
from services.desk.domain.oversight import owing
from services.desk.domain.oversight_inputs import Instruct, Remind, Review
from services.desk.domain.rights import require_in_office
from services.desk.domain.state import CaseState
from services.desk.store import queue_of
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.desks import ARBITER, COMMUNE, OFFICER, OPERATOR, RULES, after, case_in, tell, told

BELOW = replace(RULES, local=frozenset({"X14758"}), reviewers_of=lambda _: frozenset({"SYT"}))


def answered_below() -> CaseState:
    ref = a_case()
    sent = routed(ref, slip=slip(1, "X14758"))
    return after(opened(ref), sent, make(events.CaseAnswered, ref, answer="Xong", by=COMMUNE.actor()))


def reviewed(state: CaseState, **fields: object) -> events.CaseFact:
    return decide(state, tell(Review, **fields), Moment(OFFICER, MONDAY_MORNING, BELOW))


def test_reminders_are_numbered_and_mark_the_holders_case_and_no_clock() -> None:
    state = case_in("received")
    for number in (1, 2):
        fact = told(state, ARBITER, tell(Remind))
        assert isinstance(fact, events.CaseReminded) and (fact.number, fact.agency) == (number, "SYT")
        assert fact.text == "Đề nghị xử lý và trả lời ngay."
        state = after(fact, start=state)
    assert len(state.reminded) == 2 and state.status == "received" and not state.pauses


def test_only_who_owes_something_is_reminded() -> None:
    ref = a_case()
    state = after(opened(ref), routed(ref, slip=slip(coordinating=("SCT",))))
    assert owing(state) == ("SYT", "SCT")
    assert told(state, ARBITER, tell(Remind, agency="SCT")).token == "reminded"
    with pytest.raises(Refused, match="owes nothing"):
        told(state, ARBITER, tell(Remind, agency="H380"))
    assert owing(case_in("answered")) == ("SYT",) and not owing(case_in("triage"))


def test_words_that_go_out_in_letters_hold_no_person() -> None:
    for command in (Remind, Instruct):
        with pytest.raises(Refused) as refusal:
            told(case_in("routed"), ARBITER, tell(command, agency="SYT", text="Gọi 0987 654 321"))
        assert refusal.value.field == "text"


@pytest.mark.parametrize("status", ["triage", "arbiter"])
def test_a_direction_makes_the_case_urgent_first_and_binds_the_operator(status: str) -> None:
    state = case_in(status)
    state = after(told(state, ARBITER, tell(Instruct, agency="SCT", text="Chuyển ngay")), start=state)
    assert state.urgent and queue_of(state) == "triage"
    with pytest.raises(Refused, match="the arbiter named SCT"):
        told(state, OPERATOR, tell(Direct, lead="SYT"))
    sent = after(told(state, OPERATOR, tell(Direct, lead="SCT")), start=state)
    assert sent.current and sent.current.bound and sent.instruction


def test_a_slip_that_is_out_is_directed_only_to_who_holds_it() -> None:
    with pytest.raises(Refused, match="holds the slip"):
        told(case_in("routed"), ARBITER, tell(Instruct, agency="SCT", text="Gấp"))
    with pytest.raises(Refused, match="has passed"):
        told(case_in("routed"), ARBITER, tell(Instruct, agency="SYT", text="Gấp", answer_by=MONDAY_MORNING))


def test_a_department_reviews_an_answer_below_once_and_must_say_what_is_wrong() -> None:
    state = answered_below()
    with pytest.raises(Refused, match="say what is wrong"):
        reviewed(state, agreed=False)
    after_it = after(reviewed(state, agreed=True), start=state)
    assert after_it.status == state.status and after_it.reviews[0].agency == "SYT"
    with pytest.raises(Refused, match="did it already"):
        reviewed(after_it, agreed=False, text="Thiếu")


def test_the_arbiters_own_department_reviews_in_its_field_like_any_other() -> None:
    rules = replace(BELOW, reviewers_of=lambda _: frozenset({"STTTT"}))
    fact = decide(answered_below(), tell(Review, agreed=True), Moment(ARBITER, MONDAY_MORNING, rules))
    assert fact.by.agency == "STTTT"
    with pytest.raises(NotAllowed):
        decide(answered_below(), tell(Review, agreed=True), Moment(ARBITER, MONDAY_MORNING, BELOW))


def test_an_answer_of_the_province_or_of_another_field_is_not_theirs_to_review() -> None:
    with pytest.raises(NotAllowed):
        told(answered_below(), OFFICER, tell(Review, agreed=True))
    with pytest.raises(NotAllowed):
        reviewed(case_in("answered"), agreed=True)


def test_an_arbiters_account_of_another_agency_is_out_of_office() -> None:
    require_in_office(ARBITER, "STTTT")
    require_in_office(OFFICER, "STTTT")
    with pytest.raises(NotAllowed, match="not the arbiter"):
        require_in_office(ARBITER.model_copy(update={"agency": "SYT"}), "STTTT")
