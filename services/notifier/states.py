"""What a letter can be, what each fact about it makes it, and how many there are."""

from dataclasses import dataclass

from libs.contracts.sidefacts import (
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
)

WAITING, TRYING = "waiting", "trying"
SENT, FAILED, UNCONFIRMED = "sent", "failed", "unconfirmed"
SPARED = "spared"
"""A reminder of what is owed no longer: not sent, and no alarm."""

FALLEN = "fallen-back"
"""Another letter says the same on another way."""

NOBODY = "none"
"""The citizen gave no address: nothing is sent, only counted."""

OPEN = (WAITING, TRYING)
UNSENT = (*OPEN, FAILED, UNCONFIRMED)
"""May still have to go, if only when a person says so: these keep what they say."""

STATE_AFTER: dict[type[LetterFact], str] = {
    LetterTried: TRYING,
    LetterDeferred: WAITING,
    LetterSent: SENT,
    LetterFailed: FAILED,
    LetterFallenBack: FALLEN,
    LetterSpared: SPARED,
    LetterUnconfirmed: UNCONFIRMED,
}
"""What a letter is when this is the last fact about it, apart from reports of its arrival."""

DELIVERED, BOUNCED, DENIED = "delivered", "bounced", "denied"
REPORTS: dict[str, type[LetterDelivered | LetterBounced | LetterDenied]] = {
    DELIVERED: LetterDelivered,
    BOUNCED: LetterBounced,
    DENIED: LetterDenied,
}
RANK = {"": 0, "delayed": 0, DELIVERED: 1, BOUNCED: 2, DENIED: 3}
"""What a report of its arrival weighs: one that comes late changes nothing that weighs more.

A part that failed outweighs one that arrived, and whoever called a letter junk did get it.
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is waiting to go out, since when (Unix seconds, 0: nothing), and what nobody knows of.

    `held` are reminders that wait for working hours, not counted as waiting.
    """

    waiting: int
    oldest: float
    unconfirmed: int
    held: int = 0
