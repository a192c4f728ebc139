"""Facts of several hands on one case: part of the work goes to a commune, a coordinator or another number."""

from typing import Literal

from pydantic import Field

from libs.contracts.casefact import CaseFact
from libs.contracts.facts import CaseId, Instant, Text


class CaseDelegated(CaseFact):
    """The lead hands the work to a commune below it and stays accountable (Đồng Nai 5)."""

    to: str = Field(description="agency code of the commune or ward")
    note: Text = ""


class CaseContacted(CaseFact):
    """Whoever works on the case spoke to the citizen, or tried to (Đồng Nai 5)."""

    way: Literal["phone", "visit", "message"]
    result: Literal["reached", "not-reached"]
    contacted_at: Instant
    note: Text = ""


class CaseReported(CaseFact):
    """The commune says what it did; a contact with the citizen must stand before it (Đồng Nai 5)."""

    report: Text


class CaseConfirmed(CaseFact):
    """The lead checked that what was reported is what was really done (Đồng Nai 5)."""

    note: Text = ""


class CaseRecalled(CaseFact):
    """The lead takes the work back from the commune."""

    reason: Text


class CaseContributed(CaseFact):
    """A co-lead or coordinating agency gave its part of the answer to the lead."""

    agency: str
    text: Text


class CaseSucceeded(CaseFact):
    """The agency that held the slip was merged, split or renamed: `to` holds it from now on, as it stood.

    No clock starts, stops or moves by it.
    """

    slip: int = Field(ge=1)
    agency: str = Field(description="agency code that ceased to be")
    to: str
    rule: str = Field(description="what decided: merged, split-by-place, split-by-field, or chosen")


class CaseJoined(CaseFact):
    """The same matter as another case: this citizen keeps their number and follows that one."""

    to: CaseId
    year: int
    code: str = Field(description="look-up code of the case that is followed")


class CaseFollowerAdded(CaseFact):
    """Another case follows this one: its citizen gets every letter of this one."""

    case: CaseId
    year: int
    code: str
