"""Decisions of the operators: complete, answer, reject, send the slip, refer, transfer the call."""

import re

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact, Person, Slip
from services.desk.domain import inputs
from services.desk.domain.decisions import Moment, decides, known, made
from services.desk.domain.phones import normal_phone
from services.desk.domain.state import CaseState

BY_OPERATOR = "operator"
"""The rule named in a slip that a person sent."""


@decides(inputs.Amend)
def amend(state: CaseState, command: inputs.Amend, moment: Moment) -> CaseFact:
    """The person whole, field and place where given; refused when nothing would change."""
    known(command.field, moment.rules.fields, field="field")
    known(command.place, moment.rules.units, field="place")
    phone = normal_phone(command.phone)
    if command.phone and not phone:
        raise Refused("Số điện thoại không đúng", "this is not a telephone number", field="phone")
    if command.email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", command.email):
        raise Refused("Địa chỉ thư điện tử không đúng", "this is not an e-mail address", field="email")
    person = Person(
        name=command.name,
        phone=phone,
        phone_raw=state.person.phone_raw if phone == state.person.phone else command.phone,
        address=command.address,
        email=command.email,
    )
    field = None if command.field == state.field else command.field
    place = None if command.place == state.place else command.place
    if person == state.person and not field and not place:
        raise Refused("Không có gì thay đổi", "nothing would change")
    return made(events.CaseAmended, state, command, moment, person=person, field=field, place=place)


@decides(inputs.SetUrgency)
def set_urgency(state: CaseState, command: inputs.SetUrgency, moment: Moment) -> CaseFact:
    """Điều 13.2; refused when it is so already."""
    if command.urgent == state.urgent:
        raise Refused("Mức khẩn đã như vậy rồi", "the urgency is so already", stale=True)
    return made(events.CaseUrgencySet, state, command, moment, urgent=command.urgent, reason=command.reason)


@decides(inputs.AnswerAtDesk)
def answer_at_desk(state: CaseState, command: inputs.AnswerAtDesk, moment: Moment) -> CaseFact:
    """Điều 10.1: answered from the questions and answers."""
    return made(
        events.CaseAnsweredAtDesk,
        state,
        command,
        moment,
        answer=command.answer,
        question_ids=command.question_ids,
    )


@decides(inputs.Reject)
def reject(state: CaseState, command: inputs.Reject, moment: Moment) -> CaseFact:
    """Điều 3.6, 9.2: only on a coded reason, which the citizen is told."""
    known(command.reason, moment.rules.reasons["reject"], field="reason")
    return made(events.CaseRejected, state, command, moment, reason=command.reason, text=command.text)


@decides(inputs.Direct)
def direct(state: CaseState, command: inputs.Direct, moment: Moment) -> CaseFact:
    """Điều 10.1: the next slip; what Điều 7.2 asks for must be known unless the case is urgent."""
    field = command.field or state.field
    place = command.place or state.place
    _complete(state, field)
    _agencies(state, command, moment)
    known(field, moment.rules.fields, field="field")
    known(place, moment.rules.units, field="place")
    slip = Slip(
        number=len(state.slips) + 1,
        lead=command.lead,
        co_leads=command.co_leads,
        coordinating=command.coordinating,
        field=field or "",
        place=place,
        rule=BY_OPERATOR,
        inputs={"status": state.status, "suggested": ",".join(one.field for one in state.suggestions)},
        note=command.note,
    )
    return made(events.CaseDirected, state, command, moment, slip=slip)


def _complete(state: CaseState, field: str | None) -> None:
    if state.urgent:
        return
    needed = (
        ("name", "họ tên", "the name", state.person.name),
        ("phone", "số điện thoại", "the telephone number", state.person.phone),
        ("address", "địa chỉ", "the address", state.person.address),
        ("field", "lĩnh vực", "the field", field),
    )
    missing = [(name, vi, en) for name, vi, en, value in needed if not value]
    if missing:
        raise Refused(
            f"Chưa chuyển phiếu được vì thiếu {', '.join(vi for _, vi, _ in missing)} (Điều 7.2);"
            " trường hợp khẩn thì đánh dấu khẩn",
            f"no slip without {', '.join(en for _, _, en in missing)} unless the case is urgent",
            field=missing[0][0],
        )


def _agencies(state: CaseState, command: inputs.Direct, moment: Moment) -> None:
    known(command.lead, moment.rules.agencies, field="lead")
    named = [command.lead]
    for field, codes in (("co_leads", command.co_leads), ("coordinating", command.coordinating)):
        for code in codes:
            known(code, moment.rules.agencies, field=field)
            if code in named:
                raise Refused(f"Cơ quan “{code}” bị chọn hai lần", f"{code} is named twice", field=field)
            named.append(code)
    determined = state.determination.agency if state.determination else command.lead
    if command.lead != determined:
        raise Refused(
            f"Cơ quan xác định thẩm quyền đã nêu “{determined}”; muốn khác thì xin ý kiến lại (Điều 10.4)",
            f"the arbiter named {determined}; refer the case again for another one",
            field="lead",
        )


@decides(inputs.Release)
def release(state: CaseState, command: inputs.Release, moment: Moment) -> CaseFact:
    """The router takes it from here."""
    return made(events.CaseReleased, state, command, moment)


@decides(inputs.Refer)
def refer(state: CaseState, command: inputs.Refer, moment: Moment) -> CaseFact:
    """Điều 10.4: unclear whose matter it is."""
    return made(events.CaseReferred, state, command, moment, question=command.question)


WHY_FAILED = ("Cần ghi lý do không kết nối được", "say why the call failed")


@decides(inputs.TransferCall)
def transfer_call(state: CaseState, command: inputs.TransferCall, moment: Moment) -> CaseFact:
    """Điều 10.1, 10.2: connected or failed; the slip goes out in any case."""
    known(command.agency, moment.rules.agencies, field="agency")
    number = command.number or moment.rules.hotlines.get(command.agency, "")
    if not number:
        raise Refused("Cơ quan này chưa đăng ký số", "the agency has no registered number", field="number")
    if command.result == "failed" and not command.detail:
        raise Refused(*WHY_FAILED, field="detail")
    if any(
        one.followed and (one.agency, one.result) == (command.agency, command.result)
        for one in state.transfers
    ):
        raise Refused(
            "Tổng đài điện thoại đã báo kết quả này rồi", "the telephone system told this already", stale=True
        )
    return made(
        events.CaseCallTransferred,
        state,
        command,
        moment,
        agency=command.agency,
        number=number,
        result=command.result,
        detail=command.detail,
    )
