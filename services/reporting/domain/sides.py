"""What counts of a clock and of a letter, whatever order their facts are read in; pure.

Readers of side streams may be several, so facts of one clock can arrive out of order: every change here
gives the same record in any order, and twice as well as once.
"""

from typing import Literal

from libs.contracts.facts import Value
from libs.contracts.sidefacts import (
    ClockCancelled,
    ClockEnded,
    ClockEscalated,
    ClockFact,
    ClockMet,
    ClockMissed,
    ClockMoved,
    ClockStretched,
    LetterBounced,
    LetterDelivered,
    LetterDenied,
    LetterFact,
    LetterFailed,
    LetterFallenBack,
    LetterSent,
    LetterSpared,
    LetterUnconfirmed,
)
from services.reporting.domain.slips import seconds

Judgement = Literal["", "on_time", "late_promised", "late_silent"]
JUDGEMENTS: tuple[Judgement, ...] = ("on_time", "late_promised", "late_silent")
"""On time, late with a promise, late and silent: three things for ever (Điều 10.3)."""

_STOPS = {ClockMet: "met", ClockEnded: "ended", ClockCancelled: "cancelled"}
_FATES: tuple[tuple[type[LetterFact], str], ...] = (
    (LetterDelivered, "sent"),
    (LetterDenied, "sent"),
    (LetterSent, "sent"),
    (LetterFallenBack, "fallen-back"),
    (LetterBounced, "bounced"),
    (LetterFailed, "failed"),
    (LetterSpared, "spared"),
    (LetterUnconfirmed, "unconfirmed"),
    (LetterFact, "tried"),
)
_STRONGER = ("", "tried", "unconfirmed", "spared", "failed", "sent", "bounced", "fallen-back")
"""A letter that was mended went out at last; one that came back did not arrive."""


class Clock(Value):
    """`judgement` is final: a clock that ran out stays late, whether or not an answer came.

    `told_at`: the instant of the newest fact, the one that says how long the clock is and whose.
    `escalated_at`: when somebody above was first told. `moved_at`: when a new calendar last moved its limit.
    """

    case_id: str
    clock: str
    kind: str = ""
    basis: str = ""
    cycle: int = 1
    agency: str = ""
    field: str = ""
    channel: str = ""
    start: int = 0
    due: int = 0
    stopped: Literal["", "met", "ended", "cancelled"] = ""
    stopped_at: int | None = None
    judgement: Judgement = ""
    judged_at: int | None = None
    told_at: int = 0
    escalated_at: int | None = None
    moved_at: int | None = None


class Letter(Value):
    """The strongest that is known of one letter."""

    case_id: str
    letter: str
    template: str = ""
    way: str = ""
    audience: str = ""
    agency: str = ""
    state: Literal["", "tried", "unconfirmed", "spared", "failed", "sent", "bounced", "fallen-back"] = ""
    attempts: int = 0
    at: int = 0


def heard(clock: Clock, fact: ClockFact) -> Clock:
    """The clock after one of its facts; each carries the whole clock."""
    at, due, stops = seconds(fact.at), seconds(fact.due), type(fact) in _STOPS
    changes: dict[str, object] = {}
    if (stops, at, due) >= (bool(clock.stopped), clock.told_at, clock.due):
        changes |= {
            "kind": fact.kind, "agency": fact.agency, "field": fact.field, "basis": fact.basis,
            "cycle": fact.cycle, "start": seconds(fact.start), "due": due, "told_at": at,
        }  # fmt: skip
    if isinstance(fact, ClockEscalated | ClockStretched):
        changes["escalated_at"] = min(at, at if clock.escalated_at is None else clock.escalated_at)
    if isinstance(fact, ClockMoved):
        changes["moved_at"] = max(at, clock.moved_at or 0)
    if isinstance(fact, ClockMet | ClockEnded | ClockCancelled):
        changes |= {"stopped": _STOPS[type(fact)], "stopped_at": seconds(fact.stopped_at)}
    if judged := _judged(fact):
        changes |= {"judgement": judged[0], "judged_at": judged[1]}
    return clock.model_copy(update=changes)


def _judged(fact: ClockFact) -> tuple[Judgement, int] | None:
    if isinstance(fact, ClockMet):
        return "on_time", seconds(fact.stopped_at)
    if isinstance(fact, ClockMissed):
        return ("late_promised" if fact.promised else "late_silent"), seconds(fact.due)
    return None


def known(letter: Letter, fact: LetterFact) -> Letter:
    """The letter after one of its facts."""
    fate = next(name for cls, name in _FATES if isinstance(fact, cls))
    return letter.model_copy(
        update={
            "template": fact.template,
            "way": fact.way,
            "audience": fact.audience,
            "agency": fact.agency,
            "state": max(letter.state, fate, key=_STRONGER.index),
            "attempts": max(letter.attempts, getattr(fact, "attempt", 0)),
            "at": max(letter.at, seconds(fact.at)),
        }
    )
