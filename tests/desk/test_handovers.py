"""Work in several hands: two returns at most, parts of one answer."""

from datetime import timedelta

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from services.desk.domain import handover_inputs as hands
from services.desk.domain import inputs
from services.desk.domain.errors import NotAllowed
from services.desk.domain.masking import narrowed, sees_fact
from services.desk.domain.rights import allowed
from services.desk.domain.state import CaseState
from tests.support.builders import MONDAY_MORNING, a_case, make
from tests.support.desks import (
    ARBITER,
    OFFICER,
    OPERATOR,
    STRANGER,
    after,
    step,
    tell,
    told,
    with_slip,
)

HOUR = timedelta(hours=1)
COORDINATOR = STRANGER.model_copy(update={"id": "f9", "agency": "H380"})
RETURN = {"ground": "wrong-field", "proposed_agency": "SCT"}


# --- returns ----------------------------------------------------------------------------------------


def test_a_return_without_a_proposed_agency_is_refused_and_names_the_arbiter_for_the_unknown() -> None:
    with pytest.raises(Refused) as refusal:
        told(with_slip(), OFFICER, tell(inputs.Return, ground="wrong-field"))
    assert refusal.value.field == "proposed_agency" and "STTTT" in refusal.value.vi
    fact = told(with_slip(), OFFICER, tell(inputs.Return, ground="wrong-field", proposed_agency="STTTT"))
    assert isinstance(fact, events.CaseReturned) and fact.proposed_agency == "STTTT"


def returned_twice() -> CaseState:
    state = step(with_slip(), OFFICER, inputs.Return, **RETURN)
    assert state.status == "triage", "the first return goes back to the operator"
    state = step(state, OPERATOR, inputs.Direct, lead="SCT")
    return step(state, STRANGER, inputs.Return, ground="wrong-field", proposed_agency="SYT")


def test_after_two_returns_nobody_but_the_arbiter_sends_it_on() -> None:
    state = returned_twice()
    assert state.status == "arbiter"
    for urgent in (False, True):
        stuck = state.model_copy(update={"urgent": urgent})
        assert "direct" not in allowed(stuck, OPERATOR, "STTTT")
        with pytest.raises(Refused) as refusal:
            told(stuck, OPERATOR, tell(inputs.Direct, lead="H380"))
        assert "hai lần" in refusal.value.vi
    again = make(events.CaseTriaged, a_case(), to="arbiter", reasons=("returned-twice",))
    assert after(again, start=state).status == "arbiter"


def test_what_the_arbiter_determined_is_not_returned_and_the_refusal_names_clause_and_person() -> None:
    state = step(returned_twice(), ARBITER, inputs.Determine, agency="SYT", opinion="Thuộc y tế")
    with pytest.raises(Refused, match="arbiter named SYT"):
        told(state, OPERATOR, tell(inputs.Direct, lead="SCT"))
    state = step(state, OPERATOR, inputs.Direct, lead="SYT")
    assert "return" not in allowed(state, OFFICER, "STTTT")
    with pytest.raises(Refused) as refusal:
        told(state, OFFICER, tell(inputs.Return, **RETURN))
    assert "Điều 10.4" in refusal.value.vi and ARBITER.name in refusal.value.vi


def test_a_slip_without_an_opinion_is_bound_by_nobody() -> None:
    assert "return" in allowed(with_slip(), OFFICER, "STTTT")


def test_returns_are_counted_afresh_in_a_new_cycle() -> None:
    ref = a_case()
    state = step(with_slip(ref), OFFICER, inputs.Return, **RETURN)
    state = step(state, OPERATOR, inputs.AnswerAtDesk, answer="Theo quy định")
    state = step(state, OPERATOR, inputs.Reopen, reason="Chưa xong")
    state = step(state, OPERATOR, inputs.Direct, lead="SYT")
    assert step(state, OFFICER, inputs.Return, **RETURN).status == "triage"


# --- parts ------------------------------------------------------------------------------------------


def of_three() -> CaseState:
    return with_slip(co_leads=("SCT",), coordinating=("H380",))


def test_an_answer_while_parts_are_missing_is_refused_naming_who_owes_them() -> None:
    for command, field in ((inputs.Answer, "answer"), (inputs.AnswerByPhone, "summary")):
        with pytest.raises(Refused) as refusal:
            told(of_three(), OFFICER, tell(command, **{field: "Đã xử lý"}))
        assert "Sở Công Thương" in refusal.value.vi and "H380" in refusal.value.vi
        assert refusal.value.field == field
    state = step(of_three(), STRANGER, hands.Contribute, text="Phần công thương")
    with pytest.raises(Refused) as refusal:
        told(state, OFFICER, tell(inputs.Answer, answer="Đã xử lý"))
    assert "Sở Công Thương" not in refusal.value.vi and "H380" in refusal.value.vi


def test_an_answer_written_before_the_last_part_came_is_read_once_more() -> None:
    before = step(of_three(), STRANGER, hands.Contribute, text="Phần công thương")
    state = step(before, COORDINATOR, hands.Contribute, text="Phần của huyện")
    with pytest.raises(Refused) as refusal:
        told(state, OFFICER, tell(inputs.Answer, answer="Đã xử lý", seen=before.facts))
    assert refusal.value.stale
    assert told(state, OFFICER, tell(inputs.Answer, answer="Đã xử lý", seen=state.facts)).token == "answered"


def test_with_every_part_given_the_lead_gives_one_answer() -> None:
    state = step(of_three(), STRANGER, hands.Contribute, text="Phần công thương")
    state = step(state, COORDINATOR, hands.Contribute, text="Phần của huyện")
    assert state.missing == () and state.status == "routed"
    assert step(state, OFFICER, inputs.Answer, answer="Đã xử lý").status == "answered"


def test_a_later_part_of_the_same_agency_replaces_its_earlier_one() -> None:
    state = step(of_three(), COORDINATOR, hands.Contribute, text="Nháp")
    state = step(state, COORDINATOR, hands.Contribute, text="Bản cuối")
    assert [(part.agency, part.text) for part in state.parts] == [("H380", "Bản cuối")]


def test_a_partial_answer_is_signed_with_a_promise_and_leaves_the_case_with_the_agency() -> None:
    state = step(of_three(), STRANGER, hands.Contribute, text="Phần công thương")
    early = tell(inputs.PromiseProgress, progress="Đang hỏi huyện", promised_at=MONDAY_MORNING + HOUR)
    state = after(told(state, OFFICER, early), start=state)
    partial = {"answer": "Trả lời một phần", "partial": True}
    for promised_at in (None, MONDAY_MORNING - HOUR):
        with pytest.raises(Refused) as refusal:
            told(state, OFFICER, tell(inputs.Answer, **partial, promised_at=promised_at))
        assert refusal.value.field == "promised_at"
    fact = told(state, OFFICER, tell(inputs.Answer, **partial, promised_at=MONDAY_MORNING + 9 * HOUR))
    assert isinstance(fact, events.CaseAnswered)
    assert (fact.missing, fact.number) == (("H380",), 2), "numbered with the promises of the slip"
    promised = after(fact, start=state)
    assert promised.status == "promised" and promised.answer == "" and promised.lead == "SYT"
    assert promised.promises[-1].missing == ("H380",)
    assert "publish" not in allowed(promised, OFFICER, "STTTT")
    full = step(promised, COORDINATOR, hands.Contribute, text="Phần của huyện")
    assert step(full, OFFICER, inputs.Answer, answer="Đầy đủ").status == "answered"


def test_nothing_is_signed_as_partial_when_no_part_is_missing() -> None:
    sign = tell(inputs.Answer, answer="a", partial=True, promised_at=MONDAY_MORNING + HOUR)
    with pytest.raises(Refused) as refusal:
        told(with_slip(), OFFICER, sign)
    assert refusal.value.field == "partial"


def test_a_new_slip_asks_for_new_parts() -> None:
    state = step(of_three(), COORDINATOR, hands.Contribute, text="Phần của huyện")
    state = step(state, OFFICER, inputs.Return, **RETURN)
    state = step(state, OPERATOR, inputs.Direct, lead="SCT", coordinating=("H380",))
    assert state.parts == () and state.missing == ("H380",)


def test_a_coordinator_whose_slip_is_over_is_late_and_not_an_intruder() -> None:
    state = step(of_three(), OFFICER, inputs.Return, **RETURN)
    with pytest.raises(Refused) as refusal:
        told(state, COORDINATOR, tell(hands.Contribute, text="Muộn"))
    assert refusal.value.stale and not isinstance(refusal.value, NotAllowed)


def test_a_coordinator_sees_its_own_part_and_neither_the_others_nor_the_communes_work() -> None:
    state = step(of_three(), STRANGER, hands.Contribute, text="Phần công thương")
    state = step(state, COORDINATOR, hands.Contribute, text="Phần của huyện")
    state = step(state, OFFICER, hands.Delegate, to="X14758")
    seen = narrowed(state, COORDINATOR)
    assert [part.agency for part in seen.parts] == ["H380"] and seen.delegation is None
    assert narrowed(state, OFFICER) == state
    assert sees_fact("contributed", "H380", state, COORDINATOR)
    assert not sees_fact("contributed", "SCT", state, COORDINATOR)
    assert not sees_fact("contacted", "X14758", state, COORDINATOR)
    assert sees_fact("answered", "SYT", state, COORDINATOR)
