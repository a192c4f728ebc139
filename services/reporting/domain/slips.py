"""Phiếu chuyển as it is counted: each hands the case to one agency for a while."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from libs.contracts import events
from libs.contracts.events import CaseFact
from libs.contracts.facts import Value


def seconds(at: datetime) -> int:
    """Whole seconds since 1970."""
    return int(at.timestamp())


_ENDS = (
    events.CaseAnsweredByPhone,
    events.CaseAnswered,
    events.CaseReturned,
    events.CaseRouted,
    events.CaseDirected,
    events.CaseRejected,
    events.CaseAnsweredAtDesk,
    events.CaseJoined,
)


class Slip(Value):
    """Delivered at `sent_at`, ended by an answer, a return or a new slip."""

    case_id: str
    number: int
    agency: str
    field: str
    place: str = ""
    sent_at: int
    received_at: int | None = None
    answered_at: int | None = None
    how: Literal["", "phone", "written"] = ""
    returned_at: int | None = None
    ended_at: int | None = None


def hand_on(slips: Mapping[int, Slip], current: int, place: str, fact: CaseFact) -> dict[int, Slip]:
    """The slips after one more fact: the one in hand is received or ended, a new one begins."""
    after = dict(slips)
    slip = after.get(current)
    if slip and slip.ended_at is None:
        after[current] = slip.model_copy(update=_change(fact))
    if isinstance(fact, events.CaseRouted | events.CaseDirected):
        new = fact.slip
        after[new.number] = Slip(
            case_id=fact.case_id, number=new.number, agency=new.lead, field=new.field,
            place=new.place or place, sent_at=seconds(fact.at),
        )  # fmt: skip
    return after


def _change(fact: CaseFact) -> dict[str, Any]:
    at = seconds(fact.at)
    changes: dict[str, Any] = {"ended_at": at} if isinstance(fact, _ENDS) else {}
    match fact:
        case events.CaseReceived():
            changes = {"received_at": at}
        case events.CaseSucceeded():
            changes = {"agency": fact.to}
        case events.CaseAnsweredByPhone():
            changes |= {"answered_at": at, "how": "phone"}
        case events.CaseAnswered(missing=()):
            changes |= {"answered_at": at, "how": "written"}
        case events.CaseAnswered():
            changes = {}  # a part of the answer, and a promise of the rest
        case events.CaseReturned():
            changes |= {"returned_at": at}
    return changes
