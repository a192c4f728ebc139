"""What counts of a case: a flat record, folded from facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from libs.contracts import events
from libs.contracts.events import CaseFact, CaseOpened
from libs.contracts.facts import Actor, Value
from services.reporting.domain.holdings import ARBITER, DESK, Holding, Reopening, opened_again, pass_on
from services.reporting.domain.slips import Slip, hand_on, seconds

Status = Literal[
    "new", "triage", "arbiter", "routed", "received", "verifying", "promised",
    "answered_by_phone", "answered", "answered_at_desk", "published", "withheld", "rejected", "joined",
]  # fmt: skip
STATUSES: tuple[Status, ...] = get_args(Status)

WITHOUT_SLIP: tuple[Status, ...] = ("new", "triage", "arbiter")
AT_DESK: tuple[Status, ...] = ("new", "triage")
UNANSWERED: tuple[Status, ...] = STATUSES[:7]
FINAL: tuple[Status, ...] = STATUSES[-4:]


class Case(Value):
    """What Điều 11.1 wants kept of a request, and what is counted of it."""

    case_id: str
    code: str = ""
    channel: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    secret: bool = False
    received_at: int = 0
    opened_at: int = 0
    content: str = ""
    field: str = ""
    place: str = ""
    urgent: bool = False
    asked: bool = False
    status: Status = "new"
    open: bool = True
    agency: str = ""
    commune: str = ""
    cycle: int = 1
    coordinating: str = ""
    slip: int = 0
    handling_from: int | None = None
    handling_to: int | None = None
    handling: str = ""
    promised_until: int | None = None
    result: str = ""
    reason: str = ""
    operator: str = ""
    officer: str = ""
    call_agency: str = ""
    call_number: str = ""
    call_result: str = ""
    call_at: int | None = None
    published_at: int | None = None
    public_text: str = ""


@dataclass(frozen=True)
class Record:
    """A case with its slips by number, who held it, and its reopenings."""

    case: Case
    slips: Mapping[int, Slip] = field(default_factory=dict)
    holdings: tuple[Holding, ...] = ()
    reopenings: tuple[Reopening, ...] = ()


Changes = dict[str, Any]


def fold(record: Record, fact: CaseFact) -> Record:
    """The record after one more fact; a fact without a meaning here changes nothing."""
    effect = _EFFECTS.get(type(fact))
    changes = effect(record.case, fact) if effect else {}
    changes["open"] = changes.get("status", record.case.status) not in FINAL
    before, case = record.case, record.case.model_copy(update=changes)
    led = record.slips[before.slip].agency if before.slip in record.slips else ""
    return Record(
        case=case,
        slips=hand_on(record.slips, before.slip, before.place, fact),
        holdings=pass_on(record.holdings, _holder(case), fact),
        reopenings=opened_again(record.reopenings, before.agency or led, fact),
    )


def _holder(case: Case) -> str | None:
    """Who has to act; the same as on the desk's page of the case."""
    if not case.open:
        return None
    return ARBITER if case.status == "arbiter" else case.commune or case.agency or DESK


def _named(by: Actor) -> str:
    return by.name or by.person or ""


def _noted(case: Case, note: str) -> str:
    return "\n".join(part for part in (case.handling, note) if part)


def _opened(_: Case, fact: CaseOpened) -> Changes:
    person = fact.person
    return {
        "code": fact.code, "channel": fact.channel, "name": person.name,
        "phone": person.phone or person.phone_raw, "address": person.address, "email": person.email,
        "secret": fact.secret, "received_at": seconds(fact.received_at), "opened_at": seconds(fact.at),
        "content": fact.text, "field": fact.field or "", "urgent": fact.urgent, "operator": _named(fact.by),
    }  # fmt: skip


def _added(case: Case, fact: events.CaseAdded) -> Changes:
    return {"content": f"{case.content}\n{fact.text}", "asked": False}


def _amended(case: Case, fact: events.CaseAmended) -> Changes:
    person = fact.person
    return {
        "name": person.name, "phone": person.phone or person.phone_raw, "address": person.address,
        "email": person.email, "field": fact.field or case.field, "place": fact.place or case.place,
    }  # fmt: skip


def _triaged(_: Case, fact: events.CaseTriaged) -> Changes:
    status = "arbiter" if fact.to == "arbiter" else "triage"
    return {"status": status} | ({"urgent": True} if fact.urgent else {})


def _slip_sent(case: Case, fact: events.CaseRouted | events.CaseDirected) -> Changes:
    slip = fact.slip
    return {
        "status": "routed", "agency": slip.lead, "field": slip.field, "place": slip.place or case.place,
        "coordinating": ", ".join((*slip.co_leads, *slip.coordinating)), "slip": slip.number,
        "handling_from": seconds(fact.at), "promised_until": None, "commune": "",
        "urgent": case.urgent or (isinstance(fact, events.CaseRouted) and fact.urgent),
    } | ({"operator": _named(fact.by)} if _named(fact.by) else {})  # fmt: skip


def _back_at_the_desk(status: Status) -> Callable[[Case, CaseFact], Changes]:
    def effect(_: Case, __: CaseFact) -> Changes:
        return {"status": status, "agency": "", "commune": "", "coordinating": "", "promised_until": None}

    return effect


def _rejected(case: Case, fact: events.CaseRejected) -> Changes:
    return {
        "status": "rejected", "agency": "", "reason": fact.reason, "result": fact.text,
        "handling_from": case.handling_from or case.opened_at, "handling_to": seconds(fact.at),
        "officer": _named(fact.by),
    }  # fmt: skip


def _called(_: Case, fact: events.CaseCallTransferred) -> Changes:
    return {
        "call_agency": fact.agency,
        "call_number": fact.number,
        "call_result": fact.result,
        "call_at": seconds(fact.at),
    }


def _verifying(case: Case, fact: events.CaseVerifying) -> Changes:
    return {"status": "verifying", "handling": _noted(case, fact.note)}


def _promised(case: Case, fact: events.CaseProgressPromised) -> Changes:
    return {
        "status": "promised",
        "handling": _noted(case, fact.progress),
        "promised_until": seconds(fact.promised_at),
    }


def _answered(status: Status, words: str) -> Callable[[Case, CaseFact], Changes]:
    def effect(case: Case, fact: CaseFact) -> Changes:
        changes = {
            "status": status, "result": getattr(fact, words), "officer": _named(fact.by),
            "handling_from": case.handling_from or case.opened_at, "handling_to": seconds(fact.at),
            "promised_until": None, "asked": False, "commune": "",
        }  # fmt: skip
        return changes | ({"agency": "", "coordinating": ""} if status == "answered_at_desk" else {})

    return effect


def _answered_in_writing(case: Case, fact: events.CaseAnswered) -> Changes:
    if not fact.missing:
        return _answered("answered", "answer")(case, fact)
    until = seconds(fact.promised_at) if fact.promised_at else None
    return {"status": "promised", "handling": _noted(case, fact.answer), "promised_until": until}


def _reopened(_: Case, fact: events.CaseReopened) -> Changes:
    return {"status": "triage", "agency": "", "commune": "", "coordinating": "", "promised_until": None,
            "handling_to": None, "cycle": fact.cycle}  # fmt: skip


def _succeeded(case: Case, fact: events.CaseSucceeded) -> Changes:
    return {"agency": fact.to} if fact.slip == case.slip and case.agency == fact.agency else {}


def _joined(case: Case, fact: events.CaseJoined) -> Changes:
    ends = case.handling_to or seconds(fact.at)
    return {"status": "joined", "agency": "", "commune": "", "handling_to": ends}


def _published(_: Case, fact: events.CasePublished) -> Changes:
    return {"status": "published", "published_at": seconds(fact.at), "public_text": fact.answer}


_EFFECTS: dict[type[CaseFact], Callable[[Case, Any], Changes]] = {
    events.CaseOpened: _opened,
    events.CaseAdded: _added,
    events.CaseAmended: _amended,
    events.CaseTriaged: _triaged,
    events.CaseRouted: _slip_sent,
    events.CaseDirected: _slip_sent,
    events.CaseUrgencySet: lambda _, fact: {"urgent": fact.urgent},
    events.CaseInstructed: lambda _, __: {"urgent": True},
    events.CaseRejected: _rejected,
    events.CaseAnsweredAtDesk: _answered("answered_at_desk", "answer"),
    events.CaseCallTransferred: _called,
    events.CaseReferred: _back_at_the_desk("arbiter"),
    events.CaseDetermined: _back_at_the_desk("triage"),
    events.CaseReturned: _back_at_the_desk("triage"),
    events.CaseReceived: lambda _, __: {"status": "received"},
    events.CaseAnsweredByPhone: _answered("answered_by_phone", "summary"),
    events.CaseAnswered: _answered_in_writing,
    events.CaseVerifying: _verifying,
    events.CaseProgressPromised: _promised,
    events.CaseInformationAsked: lambda case, fact: {"asked": True, "handling": _noted(case, fact.question)},
    events.CasePublished: _published,
    events.CaseReopened: _reopened,
    events.CaseSucceeded: _succeeded,
    events.CaseJoined: _joined,
    events.CaseDelegated: lambda _, fact: {"commune": fact.to},
    events.CaseConfirmed: lambda _, __: {"commune": ""},
    events.CaseRecalled: lambda _, __: {"commune": ""},
    events.CaseWithheld: lambda _, fact: {"status": "withheld", "reason": fact.ground},
}
