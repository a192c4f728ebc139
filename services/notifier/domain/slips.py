"""The slip that an agency holds, as letters need it, and how each fact changes it."""

from functools import singledispatch
from typing import Any

from libs.contracts.events import (
    CaseAnswered,
    CaseAnsweredAtDesk,
    CaseDelegated,
    CaseDirected,
    CaseFact,
    CaseJoined,
    CaseProgressPromised,
    CasePublished,
    CaseRecalled,
    CaseRejected,
    CaseReopened,
    CaseReturned,
    CaseRouted,
    CaseSucceeded,
    CaseVerifying,
    CaseWithheld,
)
from libs.contracts.facts import Instant, Value

_ENDS_THE_SLIP = (
    CaseAnsweredAtDesk,
    CaseJoined,
    CasePublished,
    CaseRejected,
    CaseReopened,
    CaseReturned,
    CaseWithheld,
)


class Handed(Value):
    """The last slip: the agencies, what it is about, and since when or until when they owe an answer.

    `until` is the time that the citizen was told to wait for, `commune` who was last given the work.
    """

    number: int = 0
    lead: str
    co_leads: tuple[str, ...] = ()
    coordinating: tuple[str, ...] = ()
    commune: str = ""
    delegated: bool = False
    field: str
    place: str | None = None
    since: Instant
    until: Instant | None = None
    promised: Instant | None = None
    open: bool = True

    @property
    def leads(self) -> tuple[str, ...]:
        return (self.lead, *self.co_leads)


def handed_on(slip: Handed | None, fact: CaseFact) -> Handed | None:
    """The slip in force after this fact; None as long as nobody was given the case."""
    if isinstance(fact, CaseRouted | CaseDirected):
        return Handed(since=fact.at, **fact.slip.model_dump(include=set(Handed.model_fields)))
    return slip.model_copy(update=_moved(fact, slip)) if slip else None


@singledispatch
def _moved(fact: CaseFact, slip: Handed) -> dict[str, Any]:
    """How a fact changes the slip in force."""
    del slip
    return {"open": False} if isinstance(fact, _ENDS_THE_SLIP) else {}


@_moved.register
def _(fact: CaseVerifying, slip: Handed) -> dict[str, Any]:
    del slip
    return {"until": fact.until}


@_moved.register
def _(fact: CaseProgressPromised, slip: Handed) -> dict[str, Any]:
    del slip
    return {"promised": fact.promised_at, "until": None}


@_moved.register
def _(fact: CaseAnswered, slip: Handed) -> dict[str, Any]:
    if fact.missing:
        return {"promised": fact.promised_at or slip.promised, "until": None}
    return {"open": False}


@_moved.register
def _(fact: CaseDelegated, slip: Handed) -> dict[str, Any]:
    del slip
    return {"commune": fact.to, "delegated": True}


@_moved.register
def _(fact: CaseRecalled, slip: Handed) -> dict[str, Any]:
    del fact, slip
    return {"delegated": False}


@_moved.register
def _(fact: CaseSucceeded, slip: Handed) -> dict[str, Any]:
    if fact.slip != slip.number:
        return {}

    def now(*agencies: str) -> tuple[str, ...]:
        return tuple(fact.to if agency == fact.agency else agency for agency in agencies)

    return {
        "lead": now(slip.lead)[0],
        "co_leads": now(*slip.co_leads),
        "coordinating": now(*slip.coordinating),
        "commune": now(slip.commune)[0],
    }
