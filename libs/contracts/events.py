"""The facts about a case, in the past tense; together, and in order, they are the case."""

from typing import Literal

from pydantic import Field

from libs.contracts.casefact import CaseFact
from libs.contracts.casevalues import Attached, Origin, Person, Slip, Spot, Suggestion
from libs.contracts.contacts import CaseAdded, CaseOpened
from libs.contracts.erasures import CaseErased, CaseHoldLifted, CaseHoldPlaced
from libs.contracts.facts import Instant, Text, Token
from libs.contracts.handovers import (
    CaseConfirmed,
    CaseContacted,
    CaseContributed,
    CaseDelegated,
    CaseFollowerAdded,
    CaseJoined,
    CaseRecalled,
    CaseReported,
    CaseSucceeded,
)
from libs.contracts.oversight import CaseInstructed, CaseRated, CaseReminded, CaseReviewed
from libs.contracts.suspicions import CaseSuspectedFalse, CaseVerified

# --- router ---------------------------------------------------------------------------------------


class CaseRouted(CaseFact):
    """A slip went out by rule; the 8-hour clock starts here, not when somebody opens it (Điều 10.3)."""

    slip: Slip
    urgent: bool = False


class CaseTriaged(CaseFact):
    """The case waits for a person, with the best suggestions and the reason why no slip went out."""

    to: Literal["operator", "arbiter"] = "operator"
    reasons: tuple[str, ...] = Field(description="codes: held, margin, place, contact, out-of-scope …")
    suggestions: tuple[Suggestion, ...] = ()
    margin: float = 0.0
    places: tuple[str, ...] = ()
    urgent: bool = False
    inputs: dict[str, str] = Field(default_factory=dict)


# --- desk: operators ------------------------------------------------------------------------------


class CaseReleased(CaseFact):
    """The operator lets go of a held case: the router may send its slip."""


class CaseAmended(CaseFact):
    """The operator completed or corrected the citizen's details, the field or the place (Điều 7.2)."""

    person: Person
    field: str | None = None
    place: str | None = None


class CaseUrgencySet(CaseFact):
    """Urgent or no longer urgent (Điều 13.2)."""

    urgent: bool
    reason: Text = ""


class CaseRejected(CaseFact):
    """Not taken, and the citizen is told why at once (Điều 3.6, 9.2)."""

    reason: str = Field(description="code of the pack's reject reasons")
    text: Text = ""


class CaseAnsweredAtDesk(CaseFact):
    """Answered by the operator from the questions and answers (Điều 10.1)."""

    answer: Text
    question_ids: tuple[str, ...] = ()


class CaseDirected(CaseFact):
    """A person sent the slip; same effect as `routed`."""

    slip: Slip


class CaseCallTransferred(CaseFact):
    """The call was put through to the agency's hotline, or failed to connect (Điều 10.1, 10.2)."""

    agency: str
    number: str
    result: Literal["connected", "failed"]
    detail: Text = ""


# --- desk: the arbiter ----------------------------------------------------------------------------


class CaseReferred(CaseFact):
    """The operator asked the arbiter which agency is competent (Điều 10.4)."""

    question: Text = ""


class CaseDetermined(CaseFact):
    """The arbiter's opinion names an agency; the operator then sends the slip (Điều 10.4)."""

    agency: str
    opinion: Text = ""


# --- desk: officers -------------------------------------------------------------------------------


class CaseReceived(CaseFact):
    """The agency acknowledged the slip; no legal clock depends on it."""


class CaseReturned(CaseFact):
    """Sent back as another authority's matter, with a coded ground."""

    ground: str
    proposed_agency: str | None = None
    text: Text = ""


class CaseAnsweredByPhone(CaseFact):
    """The officer answered on the telephone; the result must be published within 4 h (Điều 10.3)."""

    summary: Text


class CaseVerifying(CaseFact):
    """Needs checking: the citizen is told at once to wait, and until when (Điều 10.3)."""

    until: Instant = Field(description="the end of the 8 working hours")
    note: Text = ""


class CaseProgressPromised(CaseFact):
    """Progress so far and the time of the next answer (Điều 10.3); numbered within the slip from 1."""

    number: int = Field(ge=1)
    progress: Text
    promised_at: Instant


class CaseInformationAsked(CaseFact):
    """The officer needs more from the citizen (Điều 14.6); stops no clock."""

    question: Text


class CaseAnswered(CaseFact):
    """The agency's answer (Điều 10.3); the agency answers for its legality (Điều 8.2).

    Signed as partial while agencies in `missing` still owe their part: it then carries the promise of the
    rest, numbered with the promises of the slip.
    """

    answer: Text
    missing: tuple[str, ...] = ()
    promised_at: Instant | None = None
    number: int | None = Field(None, ge=1, description="of the promise, when the answer is partial")


# --- desk: the clocks and the life after an answer -------------------------------------------------


class CaseClockPaused(CaseFact):
    """A policy clock rests from now until `until`; the clocks of the law never do (Điều 10.3)."""

    clock: Token = Field(description="id of the clock: arbitration-1, accept-2")
    reason: str = Field(description="code of the pack's pause reasons")
    until: Instant
    note: Text = ""


class CaseClockResumed(CaseFact):
    """The pause of this clock ended before its time."""

    clock: Token


class CaseReopened(CaseFact):
    """Not solved: a new numbered cycle begins; what was missed before stays missed."""

    cycle: int = Field(ge=2)
    reason: Text


# --- desk: publication ----------------------------------------------------------------------------


class CasePublished(CaseFact):
    """A text without personal data, confirmed by whoever answered (Điều 12.1, 12.2)."""

    question: Text
    answer: Text


class CaseWithheld(CaseFact):
    """Not published, on a coded ground: only the sender sees the result."""

    ground: str
    note: Text = ""


__all__ = [
    "CASE_FACTS", "Attached", "CaseAdded", "CaseAmended", "CaseAnswered", "CaseAnsweredAtDesk",
    "CaseAnsweredByPhone", "CaseCallTransferred", "CaseClockPaused", "CaseClockResumed", "CaseConfirmed",
    "CaseContacted", "CaseContributed", "CaseDelegated", "CaseDetermined", "CaseDirected", "CaseErased",
    "CaseFact", "CaseFollowerAdded", "CaseHoldLifted", "CaseHoldPlaced", "CaseInformationAsked",
    "CaseInstructed", "CaseJoined", "CaseOpened", "CaseProgressPromised", "CasePublished", "CaseRated",
    "CaseRecalled", "CaseReceived", "CaseReferred", "CaseRejected", "CaseReleased", "CaseReminded",
    "CaseReopened", "CaseReported", "CaseReturned", "CaseReviewed", "CaseRouted", "CaseSucceeded",
    "CaseSuspectedFalse", "CaseTriaged", "CaseUrgencySet", "CaseVerified", "CaseVerifying", "CaseWithheld",
    "Origin", "Person", "Slip", "Spot", "Suggestion",
]  # fmt: skip

CASE_FACTS: dict[str, type[CaseFact]] = {cls.stem(): cls for cls in CaseFact.__subclasses__()}
"""Subject token → class of every fact about a case."""
