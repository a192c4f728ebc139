"""What the clocks know of a case: its slip in force, and every clock it ever had."""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from libs.contracts.events import (
    CaseAnswered,
    CaseDelegated,
    CaseDirected,
    CaseFact,
    CaseInstructed,
    CaseOpened,
    CaseProgressPromised,
    CaseReopened,
    CaseRouted,
    CaseSucceeded,
    CaseSuspectedFalse,
    CaseTriaged,
    CaseUrgencySet,
    Slip,
)
from libs.contracts.facts import Instant, Value
from services.sla.domain.clock import Clock, Span


class Case(Value):
    """The slip in force with its lead and the agencies that owe a part (`parts`: co-leads, then others).

    `promises` are those of this slip, as (made, promised). `ignored` counts pauses and resumptions that the
    desk should have refused.
    """

    case_id: str
    clocks: Mapping[str, Clock] = {}
    cycle: int = 1
    slip: int = 0
    lead: str = ""
    parts: tuple[str, ...] = ()
    commune: str = ""
    police: str = ""
    field: str = ""
    urgent: bool = False
    promises: tuple[Span, ...] = ()
    ignored: int = 0

    def with_(self, **changes: Any) -> "Case":
        return self.model_copy(update=changes)


class Promise(Value):
    """A promised instant, numbered within its slip."""

    number: int
    made: Instant
    promised_at: Instant


def promise_in(fact: CaseFact, case: Case) -> Promise | None:
    """The promise this fact makes, of its own (Điều 10.3) or with an answer in part."""
    if not isinstance(fact, CaseProgressPromised | CaseAnswered) or fact.promised_at is None:
        return None
    number = fact.number or len(case.promises) + 1
    return Promise(number=number, made=fact.at, promised_at=fact.promised_at)


def noted(case: Case, fact: CaseFact) -> Case:
    """The case with what its later clocks have to know."""
    if promise := promise_in(fact, case):
        return case.with_(promises=(*case.promises, (promise.made, promise.promised_at)))
    return case.with_(**_changes(fact, case))


@singledispatch
def _changes(_fact: CaseFact, _case: Case) -> dict[str, Any]:
    return {}


@_changes.register(CaseOpened)
@_changes.register(CaseUrgencySet)
def _urgency(fact: CaseOpened | CaseUrgencySet, _case: Case) -> dict[str, Any]:
    return {"urgent": fact.urgent}


@_changes.register
def _instructed(_fact: CaseInstructed, _case: Case) -> dict[str, Any]:
    return {"urgent": True}


@_changes.register
def _triaged(fact: CaseTriaged, case: Case) -> dict[str, Any]:
    return {"urgent": case.urgent or fact.urgent}


@_changes.register
def _routed(fact: CaseRouted, case: Case) -> dict[str, Any]:
    return {**_slip(fact.slip), "urgent": case.urgent or fact.urgent}


@_changes.register
def _directed(fact: CaseDirected, _case: Case) -> dict[str, Any]:
    return _slip(fact.slip)


def _slip(slip: Slip) -> dict[str, Any]:
    parts = (*slip.co_leads, *slip.coordinating)
    fresh: dict[str, Any] = {"commune": "", "promises": ()}
    return {"slip": slip.number, "lead": slip.lead, "parts": parts, "field": slip.field, **fresh}


@_changes.register
def _delegated(fact: CaseDelegated, _case: Case) -> dict[str, Any]:
    return {"commune": fact.to}


@_changes.register
def _suspected(fact: CaseSuspectedFalse, _case: Case) -> dict[str, Any]:
    return {"police": fact.police}


@_changes.register
def _reopened(fact: CaseReopened, _case: Case) -> dict[str, Any]:
    return {"cycle": fact.cycle, "commune": "", "promises": ()}


@_changes.register
def _succeeded(fact: CaseSucceeded, case: Case) -> dict[str, Any]:
    if fact.slip != case.slip:
        return {}
    heir = {fact.agency: fact.to}
    return {
        "lead": heir.get(case.lead, case.lead),
        "parts": tuple(heir.get(one, one) for one in case.parts),
        "commune": heir.get(case.commune, case.commune),
    }
