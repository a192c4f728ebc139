"""What a letter can be, and what each fact about it makes it."""

from libs.contracts.sidefacts import (
    LetterDeferred,
    LetterFact,
    LetterFailed,
    LetterSent,
    LetterSpared,
    LetterTried,
    LetterUnconfirmed,
)

WAITING, TRYING = "waiting", "trying"
SENT, FAILED, UNCONFIRMED = "sent", "failed", "unconfirmed"
SPARED = "spared"
"""A reminder of what is owed no longer: not sent, and no alarm."""

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
    LetterSpared: SPARED,
    LetterUnconfirmed: UNCONFIRMED,
}
"""What a letter is when this is the last fact about it."""
