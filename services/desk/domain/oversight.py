"""Decisions of those who watch over cases: to remind, to direct, to review (Điều 13.1, 13.2; Đồng Nai 4).

None of them touches a clock: what is late stays late, and an answer stays the agency's own.
"""

from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.contracts.oversight import CaseInstructed, CaseReminded, CaseReviewed
from services.desk.domain import oversight_inputs as inputs
from services.desk.domain.decisions import Moment, decides, known, made
from services.desk.domain.effects import Changes, on
from services.desk.domain.errors import NotAllowed
from services.desk.domain.privacy import KINDS, find_personal
from services.desk.domain.state import TO_PUBLISH, WITH_AGENCY, CaseState
from services.desk.domain.values import Determination
from services.desk.domain.values_of_oversight import Instruction, Reminder, Review

USUAL = "Đề nghị xử lý và trả lời ngay."
"""What a reminder says when nobody wrote anything else."""


def owing(state: CaseState) -> tuple[str, ...]:
    """Who may be reminded: the lead, then who works below it, then those who owe it a part of the answer."""
    if state.status in TO_PUBLISH:
        return (state.lead,) if state.lead else ()
    if state.status not in WITH_AGENCY:
        return ()
    return tuple(dict.fromkeys(one for one in (state.lead, state.commune, *state.missing) if one))


@decides(inputs.Remind)
def remind(state: CaseState, command: inputs.Remind, moment: Moment) -> CaseFact:
    """Điều 13.1: whoever owes something on the case is asked for it."""
    owes = owing(state)
    agency = command.agency or state.lead
    if agency not in owes:
        raise Refused("Cơ quan này không còn việc phải làm ở hồ sơ", "it owes nothing here", field="agency")
    text = command.text or USUAL
    _check_impersonal(text, state, moment)
    return made(
        CaseReminded,
        state,
        command,
        moment,
        agency=agency,
        number=len(state.reminders) + 1,
        text=text,
        beside=command.beside,
        told_with=command.told_with or "",
    )


@decides(inputs.Instruct)
def instruct(state: CaseState, command: inputs.Instruct, moment: Moment) -> CaseFact:
    """Điều 13.2: before a slip is out, whom it goes to; afterwards only that it is urgent."""
    known(command.agency, moment.rules.agencies, field="agency")
    if state.lead and state.lead != command.agency:
        lead = moment.rules.named([state.lead])
        raise Refused(
            f"Phiếu đang ở {lead}: chỉ đạo chính cơ quan này, hoặc chờ phiếu được trả lại",
            f"{state.lead} holds the slip: direct that agency, or wait until the slip is returned",
            field="agency",
        )
    if command.answer_by and command.answer_by <= moment.now:
        raise Refused("Thời điểm phải ở tương lai", "this instant has passed", field="answer_by")
    _check_impersonal(command.text, state, moment)
    return made(
        CaseInstructed,
        state,
        command,
        moment,
        agency=command.agency,
        text=command.text,
        answer_by=command.answer_by,
    )


@decides(inputs.Review)
def review(state: CaseState, command: inputs.Review, moment: Moment) -> CaseFact:
    """Đồng Nai 4: a department whose field it is, an answer of a district or commune, once an answer."""
    mine, answering = moment.account.agency, state.answered_by.agency if state.answered_by else ""
    if answering not in moment.rules.local or mine not in moment.rules.reviewers_of(state.field or ""):
        raise NotAllowed(
            "Chỉ sở, ngành phụ trách lĩnh vực rà soát câu trả lời của huyện, xã",
            "only a department of this field reviews answers of districts and communes",
        )
    if not command.agreed and not command.text:
        raise Refused("Cần nêu ý kiến", "say what is wrong with the answer", field="text")
    if mine in reviewed_by(state):
        raise Refused("Cơ quan bạn đã rà soát câu trả lời này", "your agency did it already", stale=True)
    _check_impersonal(command.text, state, moment)
    return made(CaseReviewed, state, command, moment, agreed=command.agreed, text=command.text)


def reviewed_by(state: CaseState) -> tuple[str, ...]:
    """The departments that reviewed the answer in force."""
    since = state.answered_at
    return tuple(one.agency for one in state.reviews if since and one.at >= since)


def _check_impersonal(text: str, state: CaseState, moment: Moment) -> None:
    """These words go out in letters to agencies, which hold nothing of the citizen's (Điều 3.4)."""
    if found := find_personal(text, state.person, moment.rules.public_words):
        named = "; ".join(f"{KINDS[one.kind][0]} “{one.words}”" for one in found[:5])
        raise Refused(
            f"Nội dung đi kèm thư, hãy bỏ dữ liệu cá nhân: {named}",
            f"this goes out in a letter: take out the personal data {named}",
            field="text",
        )


@on(CaseReminded)
def _reminded(state: CaseState, fact: CaseReminded) -> Changes:
    one = Reminder(agency=fact.agency, number=fact.number, text=fact.text, at=fact.at, by=fact.by)
    return {"reminders": (*state.reminders, one)}


@on(CaseInstructed)
def _instructed(state: CaseState, fact: CaseInstructed) -> Changes:
    """Naming the agency is the coordinator's opinion on whose matter it is, and binds (Điều 10.4)."""
    given = Instruction(agency=fact.agency, text=fact.text, answer_by=fact.answer_by, at=fact.at, by=fact.by)
    named = Determination(agency=fact.agency, opinion=fact.text, at=fact.at, by=fact.by)
    return {"urgent": True, "instruction": given} | ({} if state.lead else {"determination": named})


@on(CaseReviewed)
def _reviewed(state: CaseState, fact: CaseReviewed) -> Changes:
    one = Review(agency=fact.by.agency or "", agreed=fact.agreed, text=fact.text, at=fact.at)
    return {"reviews": (*state.reviews, one)}
