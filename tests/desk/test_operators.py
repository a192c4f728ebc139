"""What operators and the arbiter decide: details, slips, rejections, transfers, referrals."""

from typing import Any

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import Person
from services.desk.domain import inputs
from services.desk.domain.command import Command
from services.desk.domain.phones import normal_phone
from services.desk.domain.state import CaseState
from tests.support.builders import CITIZEN, a_case, make, opened, routed
from tests.support.desks import ARBITER, OPERATOR, after, by, case_in, life, sent_back_and_again, tell, told


def nameless(**known: Any) -> CaseState:
    return after(opened(a_case(), person=Person(**known), field="F04"))


def refused(state: CaseState, command: Command) -> Refused:
    with pytest.raises(Refused) as refusal:
        told(state, OPERATOR, command)
    return refusal.value


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        ({}, "name"),
        ({"phone": "+84912345678", "address": "Thôn 3"}, "name"),
        ({"name": "A", "address": "Thôn 3"}, "phone"),
        ({"name": "A", "phone": "+84912345678"}, "address"),
    ],
)
def test_a_slip_needs_name_phone_and_address(known: dict[str, str], missing: str) -> None:
    refusal = refused(nameless(**known), tell(inputs.Direct, lead="SYT"))
    assert refusal.field == missing
    assert "Điều 7.2" in refusal.vi


def test_a_slip_needs_a_field() -> None:
    unknown = after(opened(a_case()))
    assert refused(unknown, tell(inputs.Direct, lead="SYT")).field == "field"
    assert told(unknown, OPERATOR, tell(inputs.Direct, lead="SYT", field="F08")).token == "directed"


def test_an_urgent_slip_goes_out_without_anything_else() -> None:
    urgent = after(opened(a_case(), person=Person(), urgent=True))
    fact = told(urgent, OPERATOR, tell(inputs.Direct, lead="SYT"))
    assert isinstance(fact, events.CaseDirected)
    assert (fact.slip.number, fact.slip.lead, fact.slip.field) == (1, "SYT", "")


def test_a_slip_takes_field_and_place_of_the_case_unless_told_otherwise() -> None:
    ref = a_case()
    state = after(opened(ref, field="F04"), make(events.CaseTriaged, ref, reasons=("held",), places=("380",)))
    fact = told(state, OPERATOR, tell(inputs.Direct, lead="SYT"))
    assert isinstance(fact, events.CaseDirected)
    assert (fact.slip.field, fact.slip.place, fact.slip.rule) == ("F04", "380", "operator")
    other = told(state, OPERATOR, tell(inputs.Direct, lead="SYT", field="F08", place="381", note="Gấp"))
    assert isinstance(other, events.CaseDirected)
    assert (other.slip.field, other.slip.place, other.slip.note) == ("F08", "381", "Gấp")


def test_the_slip_after_a_return_is_number_two() -> None:
    state = after(*sent_back_and_again(a_case())[:3])
    fact = told(state, OPERATOR, tell(inputs.Direct, lead="SCT", field="F08"))
    assert isinstance(fact, events.CaseDirected) and fact.slip.number == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lead": "KHONG-CO"}, "lead"),
        ({"lead": "SYT", "co_leads": ("KHONG-CO",)}, "co_leads"),
        ({"lead": "SYT", "coordinating": ("KHONG-CO",)}, "coordinating"),
        ({"lead": "SYT", "coordinating": ("SYT",)}, "coordinating"),
        ({"lead": "SYT", "co_leads": ("SCT",), "coordinating": ("SCT",)}, "coordinating"),
        ({"lead": "SYT", "field": "F99"}, "field"),
        ({"lead": "SYT", "place": "999"}, "place"),
    ],
)
def test_a_slip_names_only_what_the_pack_knows_and_nobody_twice(wrong: dict[str, Any], field: str) -> None:
    assert refused(case_in("triage"), tell(inputs.Direct, **wrong)).field == field


def test_what_the_arbiter_determined_binds_the_slip_until_asked_again() -> None:
    ref = a_case()
    referred = after(*life(ref)["arbiter"])
    opinion = told(referred, ARBITER, tell(inputs.Determine, agency="SCT", opinion="Thuộc Công Thương"))
    state = after(opinion, start=referred)
    assert state.status == "triage" and state.determination
    assert refused(state, tell(inputs.Direct, lead="SYT")).field == "lead"
    assert told(state, OPERATOR, tell(inputs.Direct, lead="SCT")).token == "directed"
    asked_again = after(make(events.CaseReferred, ref, by=by(OPERATOR)), start=state)
    assert asked_again.determination is None


def test_an_urgent_case_does_not_wait_for_the_arbiter_and_another_one_does() -> None:
    ref = a_case()
    waiting = after(*life(ref)["arbiter"])
    assert "waiting for the arbiter" in refused(waiting, tell(inputs.Direct, lead="SYT")).en
    urgent = after(told(waiting, OPERATOR, tell(inputs.SetUrgency, urgent=True)), start=waiting)
    assert told(urgent, OPERATOR, tell(inputs.Direct, lead="SYT")).token == "directed"


def test_the_arbiter_names_an_agency_of_the_pack() -> None:
    with pytest.raises(Refused, match="not in the pack"):
        told(case_in("arbiter"), ARBITER, tell(inputs.Determine, agency="KHONG-CO"))


def test_a_rejection_needs_a_reason_of_the_pack() -> None:
    assert refused(case_in("new"), tell(inputs.Reject, reason="wrong-field")).field == "reason"
    fact = told(case_in("new"), OPERATOR, tell(inputs.Reject, reason="out-of-scope", text="Xin gọi 113"))
    assert isinstance(fact, events.CaseRejected)
    assert (fact.reason, fact.text) == ("out-of-scope", "Xin gọi 113")


def test_a_transferred_call_takes_the_agencys_registered_number() -> None:
    fact = told(case_in("triage"), OPERATOR, tell(inputs.TransferCall, agency="SYT", result="connected"))
    assert isinstance(fact, events.CaseCallTransferred) and fact.number == "0237 0000 001"
    state = after(fact, start=case_in("triage"))
    assert state.status == "triage", "the slip goes out in any case"
    assert state.transfers[0].result == "connected"


def test_a_transfer_without_a_number_or_a_failure_without_a_reason_is_refused() -> None:
    state = case_in("triage")
    assert refused(state, tell(inputs.TransferCall, agency="SCT", result="connected")).field == "number"
    assert refused(state, tell(inputs.TransferCall, agency="SYT", result="failed")).field == "detail"
    assert refused(state, tell(inputs.TransferCall, agency="XX", result="connected")).field == "agency"
    failed = tell(inputs.TransferCall, agency="SYT", result="failed", detail="busy")
    assert told(state, OPERATOR, failed).token == "call-transferred"


def test_amending_gives_the_person_whole_with_the_phone_in_e164() -> None:
    state = nameless()
    fact = told(
        state,
        OPERATOR,
        tell(inputs.Amend, name="Trần A", phone="0987 654 321", address="Thôn 1", field="F08"),
    )
    assert isinstance(fact, events.CaseAmended)
    assert fact.person == Person(
        name="Trần A", phone="+84987654321", phone_raw="0987 654 321", address="Thôn 1"
    )
    amended = after(fact, start=state)
    assert (amended.person, amended.field) == (fact.person, "F08")


def test_amending_keeps_field_and_place_that_are_not_given() -> None:
    state = case_in("new")
    fact = told(state, OPERATOR, tell(inputs.Amend, name="Tên Khác"))
    assert after(fact, start=state).field == "F04"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"phone": "không có"}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"email": "a@b"}, "email"),
        ({"email": "a b@c.example"}, "email"),
        ({"field": "F99"}, "field"),
        ({"place": "999"}, "place"),
    ],
)
def test_amending_refuses_what_cannot_be(wrong: dict[str, str], field: str) -> None:
    assert refused(case_in("new"), tell(inputs.Amend, **wrong)).field == field


def test_amending_nothing_is_refused() -> None:
    same = {name: getattr(CITIZEN, name) for name in ("name", "address", "email")}
    command = tell(inputs.Amend, **same, phone=CITIZEN.phone_raw, field="F04")
    assert "Không có gì thay đổi" in refused(case_in("new"), command).vi


def test_two_operators_amending_at_once_do_not_overwrite_each_other() -> None:
    state = case_in("new")
    first = told(state, OPERATOR, tell(inputs.Amend, name="Một", seen=state.facts))
    later = after(first, start=state)
    refusal = refused(later, tell(inputs.Amend, name="Hai", seen=state.facts))
    assert refusal.stale and "thay đổi" in refusal.vi


def test_a_case_whose_words_sounded_urgent_to_the_router_stays_urgent_when_its_slip_comes_back() -> None:
    ref = a_case()
    back = make(events.CaseReturned, ref, ground="wrong-field")
    state = after(opened(ref, person=Person()), routed(ref, urgent=True), back)
    assert state.urgent
    assert told(state, OPERATOR, tell(inputs.Direct, lead="SYT")).token == "directed"


def test_urgency_is_set_and_taken_back_but_not_twice() -> None:
    state = case_in("new")
    urgent = after(told(state, OPERATOR, tell(inputs.SetUrgency, urgent=True)), start=state)
    assert urgent.urgent
    assert refused(urgent, tell(inputs.SetUrgency, urgent=True)).stale
    assert told(urgent, OPERATOR, tell(inputs.SetUrgency, urgent=False)).token == "urgency-set"


def test_the_same_command_of_the_same_person_is_the_same_fact_and_of_anybody_else_another() -> None:
    command = tell(inputs.Reject, reason="out-of-scope")
    state, other = case_in("new"), case_in("new")
    one = told(state, OPERATOR, command)
    assert told(state, OPERATOR, command).event_id == one.event_id
    assert told(other, OPERATOR, command).event_id != one.event_id
    assert told(state, OPERATOR.model_copy(update={"id": "o2"}), command).event_id != one.event_id


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("0912 345 678", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("+84 (91) 234-5678", "+84912345678"),
        ("0237 3852 246", "+842373852246"),
        ("+1 202 555 0100", "+12025550100"),
        ("1022", ""),
        ("", ""),
        ("0912345", ""),
        ("09123456789012", ""),
        ("abc", ""),
    ],
)
def test_telephone_numbers_are_read_as_people_type_them(typed: str, normal: str) -> None:
    assert normal_phone(typed) == normal
