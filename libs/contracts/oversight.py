"""Facts of those who watch over cases: reminders, directions, reviews, and what the citizen thinks of it."""

from pydantic import Field

from libs.contracts.casefact import CaseFact
from libs.contracts.facts import Instant, Text


class CaseReminded(CaseFact):
    """The coordinator reminds an agency of what it owes (Điều 13.1); numbered within the case from 1.

    Several cases of one agency may be told in one letter: that of the case which names the others in
    `beside`, by their look-up codes. They say in `told_with` whose letter it is and have none of their own.
    """

    agency: str
    number: int = Field(ge=1)
    text: Text
    beside: tuple[str, ...] = ()
    told_with: str = ""


class CaseInstructed(CaseFact):
    """The coordinator has the operator send an urgent matter to a named agency at once (Điều 13.2)."""

    agency: str
    text: Text
    answer_by: Instant | None = Field(None, description="wished, no clock of the law")


class CaseReviewed(CaseFact):
    """A department looked at the answer of a district or commune in its field (Đồng Nai 4)."""

    agreed: bool
    text: Text = ""


class CaseRated(CaseFact):
    """What the citizen thinks of the result, once for each cycle; from 1 (bad) to 5 (good).

    `agency`, `field`: whose answer it was, and in which field; of a case that follows another one, the
    other one's.
    """

    cycle: int = Field(ge=1)
    agency: str = ""
    field: str = ""
    answer: int = Field(ge=1, le=5)
    attitude: int | None = Field(None, ge=1, le=5)
    timeliness: int | None = Field(None, ge=1, le=5)
    text: Text = ""
