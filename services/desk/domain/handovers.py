"""Work in several hands: parts of one answer (Điều 10.3), a commune under its lead (Đồng Nai 5)."""

from datetime import datetime, timedelta

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from services.desk.domain import handover_inputs as hands
from services.desk.domain.decisions import Moment, decides, known, made
from services.desk.domain.effects import Changes, on
from services.desk.domain.state import CaseState
from services.desk.domain.values_of_hands import Contact, Delegation, Part

FARTHEST_PROMISE = timedelta(days=366)
"""A later instant is taken for a slip of the pen."""


def require_ahead(promised_at: datetime | None, now: datetime) -> datetime:
    """The instant of the next answer. Raises Refused unless it lies in the future, within a year."""
    if promised_at is None or not now < promised_at <= now + FARTHEST_PROMISE:
        raise Refused(
            "Thời điểm hẹn phải ở tương lai và trong vòng một năm",
            "the promised time must lie in the future, within a year",
            field="promised_at",
        )
    return promised_at


def next_promise(state: CaseState) -> int:
    """The number of the next promise within the current slip."""
    slip = state.slips[-1].slip.number
    return 1 + sum(promise.slip == slip for promise in state.promises)


def require_whole(state: CaseState, moment: Moment, *, field: str) -> None:
    """Raises Refused, naming who still owes a part of the answer."""
    if state.missing:
        raise Refused(
            f"Còn thiếu phần của: {moment.rules.named(state.missing)}. Chờ đủ, hoặc ký trả lời một phần",
            f"parts are missing: {', '.join(state.missing)}; wait, or sign a partial answer with a promise",
            field=field,
        )


@decides(hands.Contribute)
def contribute(state: CaseState, command: hands.Contribute, moment: Moment) -> CaseFact:
    """The lead makes one answer of all parts."""
    agency = moment.account.agency
    return made(events.CaseContributed, state, command, moment, agency=agency, text=command.text)


@decides(hands.Delegate)
def delegate(state: CaseState, command: hands.Delegate, moment: Moment) -> CaseFact:
    """Đồng Nai 5: only to a commune below the lead; the lead's own clock runs on."""
    known(command.to, moment.rules.agencies, field="to")
    if command.to not in moment.rules.communes_of(state.lead):
        raise Refused(
            "Chỉ giao được cho xã, phường trực thuộc", "this is no commune below your agency", field="to"
        )
    return made(events.CaseDelegated, state, command, moment, to=command.to, note=command.note)


@decides(hands.Contact)
def contact(state: CaseState, command: hands.Contact, moment: Moment) -> CaseFact:
    """Đồng Nai 5: what was tried and when; it lies in the past, and in the life of this case."""
    at = command.contacted_at or moment.now
    if at > moment.now or (state.received_at and at < min(state.received_at, moment.now)):
        raise Refused(
            "Thời điểm liên hệ phải sau khi tiếp nhận và không ở tương lai",
            "the contact must lie between the request and now",
            field="contacted_at",
        )
    return made(
        events.CaseContacted,
        state,
        command,
        moment,
        way=command.way,
        result=command.result,
        contacted_at=at,
        note=command.note,
    )


@decides(hands.Report)
def report(state: CaseState, command: hands.Report, moment: Moment) -> CaseFact:
    """Đồng Nai 5: after a contact with the citizen; the lead still has to confirm it."""
    return made(events.CaseReported, state, command, moment, report=command.report)


@decides(hands.Confirm)
def confirm(state: CaseState, command: hands.Confirm, moment: Moment) -> CaseFact:
    """Đồng Nai 5: the result in the software equals what was really done."""
    return made(events.CaseConfirmed, state, command, moment, note=command.note)


@decides(hands.Recall)
def recall(state: CaseState, command: hands.Recall, moment: Moment) -> CaseFact:
    """One step, at any time before it is confirmed."""
    return made(events.CaseRecalled, state, command, moment, reason=command.reason)


@on(events.CaseContributed)
def _contributed(state: CaseState, fact: events.CaseContributed) -> Changes:
    """Each agency has one part; its newest counts."""
    others = tuple(one for one in state.parts if one.agency != fact.agency)
    part = Part(agency=fact.agency, text=fact.text, at=fact.at, by=fact.by)
    return {"parts": (*others, part), "hands_at": state.facts + 1}


@on(events.CaseDelegated)
def _delegated(_: CaseState, fact: events.CaseDelegated) -> Changes:
    return {"delegation": Delegation(to=fact.to, note=fact.note, at=fact.at, by=fact.by)}


@on(events.CaseContacted)
def _contacted(state: CaseState, fact: events.CaseContacted) -> Changes:
    spoken = Contact(
        agency=fact.by.agency or "",
        way=fact.way,
        result=fact.result,
        contacted_at=fact.contacted_at,
        note=fact.note,
    )
    return _work(state, contacts=(*(state.delegation.contacts if state.delegation else ()), spoken))


@on(events.CaseReported)
def _reported(state: CaseState, fact: events.CaseReported) -> Changes:
    return _work(state, report=fact.report, reported_at=fact.at) | {"hands_at": state.facts + 1}


@on(events.CaseConfirmed)
def _confirmed(state: CaseState, fact: events.CaseConfirmed) -> Changes:
    return _work(state, confirmed_at=fact.at)


@on(events.CaseRecalled)
def _recalled(state: CaseState, fact: events.CaseRecalled) -> Changes:
    return _work(state, recalled_at=fact.at)


def _work(state: CaseState, **changes: object) -> Changes:
    return {"delegation": state.delegation.model_copy(update=changes)} if state.delegation else {}
