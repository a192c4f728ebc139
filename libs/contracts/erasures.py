"""Facts of erasing: what stays of a case is its history without persons and words; holds stand in the way."""

from typing import Any, Literal

from pydantic import Field

from libs.contracts.casefact import CaseFact
from libs.contracts.facts import Text, Token, Value


class Remnant(Value):
    """What is left of one fact: `fact` is its content without persons and words (see `remnants`)."""

    seq: int = Field(ge=1, description="in CASES, of the fact it stands for")
    token: Token
    fact: dict[str, Any]


class CaseErased(CaseFact):
    """The case without its person, once it is settled (Luật 91/2025, Điều 14): readers begin again with it.

    They drop what they know of it, whatever came before, and read `history` instead: every count stays.
    `files`, `raw` and `calls` name what is deleted elsewhere; of calls those of no other case.
    """

    ground: Literal["asked", "retention"] = Field(description="the person asked for it, or its time was up")
    reference: str = Field(description="number of the request or of the rule; no name")
    reason: Text = ""
    history: tuple[Remnant, ...]
    files: tuple[Token, ...] = Field((), description="ids in FILES")
    raw: tuple[str, ...] = Field((), description="subjects in RAW")
    calls: tuple[Token, ...] = Field((), description="ids in CALLS")


class CaseHoldPlaced(CaseFact):
    """Nothing of the case is erased while somebody needs it as evidence."""

    reference: str = Field(description="number of the demand: of a court, the police, an inspection")
    reason: Text = ""


class CaseHoldLifted(CaseFact):
    """Nobody needs it as evidence any more."""

    reference: str
