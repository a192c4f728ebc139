"""Decisions of the arbiter and of the officers of the current slip's lead agency (Điều 10.3, 10.4)."""

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from services.desk.domain import inputs
from services.desk.domain.decisions import Moment, decides, known, made
from services.desk.domain.handovers import next_promise, require_ahead, require_whole
from services.desk.domain.state import CaseState


@decides(inputs.Determine)
def determine(state: CaseState, command: inputs.Determine, moment: Moment) -> CaseFact:
    """Điều 10.4: the arbiter names the agency; the operator then sends the slip."""
    known(command.agency, moment.rules.agencies, field="agency")
    return made(events.CaseDetermined, state, command, moment, agency=command.agency, opinion=command.opinion)


@decides(inputs.Receive)
def receive(state: CaseState, command: inputs.Receive, moment: Moment) -> CaseFact:
    """No legal clock depends on it: the 8 hours began with the slip."""
    return made(events.CaseReceived, state, command, moment)


@decides(inputs.Return)
def give_back(state: CaseState, command: inputs.Return, moment: Moment) -> CaseFact:
    """Điều 3.5: another authority's matter, on a coded ground, with the agency whose matter it is."""
    known(command.ground, moment.rules.reasons["return"], field="ground")
    if not command.proposed_agency:
        arbiter = moment.rules.arbiter
        raise Refused(
            f"Cần đề xuất cơ quan có thẩm quyền; thật sự không rõ thì chọn {moment.rules.named([arbiter])}",
            f"propose the competent agency; if really unknown, {arbiter}, who determines it",
            field="proposed_agency",
        )
    known(command.proposed_agency, moment.rules.agencies, field="proposed_agency")
    if command.proposed_agency == state.lead:
        raise Refused(
            "Không thể đề xuất chính cơ quan mình",
            "you cannot propose your own agency",
            field="proposed_agency",
        )
    return made(
        events.CaseReturned,
        state,
        command,
        moment,
        ground=command.ground,
        proposed_agency=command.proposed_agency,
        text=command.text,
    )


@decides(inputs.AnswerByPhone)
def answer_by_phone(state: CaseState, command: inputs.AnswerByPhone, moment: Moment) -> CaseFact:
    """Điều 10.3: to be published within 4 working hours."""
    require_whole(state, moment, field="summary")
    return made(events.CaseAnsweredByPhone, state, command, moment, summary=command.summary)


@decides(inputs.Verify)
def verify(state: CaseState, command: inputs.Verify, moment: Moment) -> CaseFact:
    """Điều 10.3: the citizen waits until the end of the slip's 8 working hours, not longer."""
    assert state.current is not None, "the right to it presupposes a slip"
    until = moment.rules.answer_due(state.current.slip.number, state.current.at)
    if until <= moment.now:
        raise Refused(
            "Đã hết 8 giờ làm việc: hãy báo tiến độ và hẹn thời gian trả lời tiếp theo (Điều 10.3)",
            "the 8 working hours are over: report progress and promise the next answer",
            stale=True,
        )
    return made(events.CaseVerifying, state, command, moment, until=until, note=command.note)


@decides(inputs.PromiseProgress)
def promise_progress(state: CaseState, command: inputs.PromiseProgress, moment: Moment) -> CaseFact:
    """Điều 10.3: it does not undo the missed 8 hours; numbered within the slip."""
    return made(
        events.CaseProgressPromised,
        state,
        command,
        moment,
        number=next_promise(state),
        progress=command.progress,
        promised_at=require_ahead(command.promised_at, moment.now),
    )


@decides(inputs.AskInformation)
def ask_information(state: CaseState, command: inputs.AskInformation, moment: Moment) -> CaseFact:
    """Điều 14.6: stops no clock."""
    return made(events.CaseInformationAsked, state, command, moment, question=command.question)


@decides(inputs.Answer)
def answer(state: CaseState, command: inputs.Answer, moment: Moment) -> CaseFact:
    """Điều 10.3; the agency answers for its legality (Điều 8.2).

    One answer of all parts. While one is missing, only as partial, with the promise of the rest.
    """
    if not command.partial:
        require_whole(state, moment, field="answer")
        return made(events.CaseAnswered, state, command, moment, answer=command.answer)
    if not state.missing:
        raise Refused("Đã đủ các phần: hãy trả lời đầy đủ", "no part is missing", field="partial")
    return made(
        events.CaseAnswered,
        state,
        command,
        moment,
        answer=command.answer,
        missing=state.missing,
        promised_at=require_ahead(command.promised_at, moment.now),
        number=next_promise(state),
    )
