"""Facts beside the case: clocks (written by sla), letters (by notifier) and dead letters.

They hold ids, never a person's data. Thresholds and attempts stand in the token, and each subject is
written once for ever: already there means already done.
"""

from typing import ClassVar, Literal

from pydantic import Field

from libs.contracts.facts import Instant, SideFact, Token, Value
from libs.contracts.letterfacts import (
    LETTER_FACTS,
    Audience,
    LetterBounced,
    LetterDeferred,
    LetterDelivered,
    LetterDenied,
    LetterFact,
    LetterFailed,
    LetterFallenBack,
    LetterSent,
    LetterSpared,
    LetterTried,
    LetterUnconfirmed,
    LetterWay,
)

# --- clocks ---------------------------------------------------------------------------------------


class ClockFact(SideFact):
    """On `clock.<case>.<clock>.<fact>`; carries the whole clock, so a reader needs no earlier one."""

    prefix: ClassVar[str] = "Clock"

    clock: Token = Field(description="kind and number within the case: answer-1, publish-1, promise-2")
    kind: str
    agency: str
    field: str = ""
    urgent: bool = False
    basis: Literal["law", "policy"]
    clause: str = ""
    start: Instant
    due: Instant
    budget_seconds: int | None = Field(None, description="working seconds; None for a promised instant")
    calendar: str = Field("", description="version of the calendar that made `due`")
    hours: str = Field("", description="pack version and profile of that calendar: <version>/<profile>")
    pauses: tuple[tuple[Instant, Instant], ...] = Field((), description="spans that do not count, in order")
    cycle: int = Field(1, ge=1, description="grows each time the case is reopened")
    tell: tuple[str, ...] = Field((), description="whom this step of the ladder is told: officer, deputy …")


class ClockArmed(ClockFact):
    """The clock runs."""


class ClockWarned(ClockFact):
    """A share of the working time, below 100 %, is used up."""

    percent: int

    @property
    def token(self) -> str:
        return f"warned-{self.percent}"


class ClockMissed(ClockFact):
    """The time ended first. Stays for ever; `promised` tells late-with-promise from late-and-silent."""

    promised: bool = False


class ClockEscalated(ClockFact):
    """Still nothing: more than the whole time is used up, and the next one above is told."""

    percent: int = Field(gt=100)

    @property
    def token(self) -> str:
        return f"escalated-{self.percent}"


class ClockStretched(ClockFact):
    """A promise beyond the pack's limit: accepted, since Điều 10.3 obliges to promise, and told upwards."""

    excess: Literal["number", "length"]


class ClockPaused(ClockFact):
    """A policy clock rests until `until`; `due` has moved with it. Numbered within the clock from 1."""

    number: int = Field(ge=1)
    reason: str
    until: Instant

    @property
    def token(self) -> str:
        return f"paused-{self.number}"


class ClockResumed(ClockFact):
    """Pause `number` ended before its time; `due` is the new one."""

    number: int = Field(ge=1)

    @property
    def token(self) -> str:
        return f"resumed-{self.number}"


class ClockMoved(ClockFact):
    """A changed calendar, applied by a named person, moved the limit of a clock that was still running."""

    change: int = Field(ge=1, description="number of the change of pack")
    was: Instant
    document: str
    person: str

    @property
    def token(self) -> str:
        return f"moved-{self.change}"


class ClockMet(ClockFact):
    """What was owed came in time."""

    stopped_at: Instant


class ClockEnded(ClockFact):
    """What was owed came, after the clock had been missed."""

    stopped_at: Instant


class ClockCancelled(ClockFact):
    """What was owed is owed no longer by this agency: the slip was returned or replaced."""

    stopped_at: Instant


# --- dead letters ---------------------------------------------------------------------------------


class Dead(Value):
    """A pointer to a fact that a service could not handle, with the reason and none of the content."""

    service: Token
    stream: Token
    seq: int
    subject: str
    error: str = Field(max_length=500)
    at: Instant


CLOCK_FACTS: dict[str, type[ClockFact]] = {cls.stem(): cls for cls in ClockFact.__subclasses__()}

__all__ = [
    "CLOCK_FACTS", "LETTER_FACTS", "Audience", "ClockArmed", "ClockCancelled", "ClockEnded",
    "ClockEscalated", "ClockFact", "ClockMet", "ClockMissed", "ClockMoved", "ClockPaused", "ClockResumed",
    "ClockStretched", "ClockWarned", "Dead", "LetterBounced", "LetterDeferred", "LetterDelivered",
    "LetterDenied", "LetterFact", "LetterFailed", "LetterFallenBack", "LetterSent", "LetterSpared",
    "LetterTried", "LetterUnconfirmed", "LetterWay", "SideFact",
]  # fmt: skip
