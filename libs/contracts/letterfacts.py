"""Facts about letters, written by the notifier: the fate of one letter to one recipient on one way.

They hold ids, codes and ways, never an address or what was written.
"""

from typing import ClassVar, Literal

from pydantic import Field

from libs.contracts.facts import SideFact, Token

Audience = Literal["citizen", "officer", "deputy", "unit_head", "supervisor", "province", "partner"]
"""To whom a letter goes: the citizen, a position of the agency named in the fact, or a partner's program.

"supervisor" and "province" are the focal officers of the agencies above; `agency` is then theirs.
"""

LetterWay = Literal["email", "sms", "zalo", "zns", "facebook", "webhook", "none"]
"""How a letter goes out; "none": there was no address."""


class LetterFact(SideFact):
    """On `letter.<case>.<letter>.<fact>`: the fate of one letter to one recipient on one way."""

    prefix: ClassVar[str] = "Letter"

    letter: Token = Field(description="id of the letter, derived from the fact that caused it")
    template: str
    way: LetterWay
    audience: Audience
    agency: str = ""


class LetterTried(LetterFact):
    """Attempt `attempt` is about to be handed to the gateway: who loses this race does not send."""

    attempt: int = Field(ge=1)

    @property
    def token(self) -> str:
        return f"tried-{self.attempt}"


class LetterDeferred(LetterFact):
    """The gateway did not take attempt `attempt`, but may take the next one: it follows after a while."""

    attempt: int = Field(ge=1)
    reason: str

    @property
    def token(self) -> str:
        return f"deferred-{self.attempt}"


class LetterSent(LetterFact):
    """The gateway accepted the letter; `gateway_id` is its own name for it, in later reports."""

    attempt: int
    gateway_id: str = ""


class LetterFailed(LetterFact):
    """Given up after `attempt` attempts: refused for good, tried too often, or nobody to write to."""

    attempt: int = 0
    reason: str


class LetterSpared(LetterFact):
    """Not sent, and nobody misses it: what it reminded of was owed no longer when it could have gone."""

    attempt: int = 0
    reason: str


class LetterUnconfirmed(LetterFact):
    """Tried, and the outcome was lost in a crash: it may or may not have gone. A person looks at it."""

    attempt: int


class LetterFallenBack(LetterFact):
    """Its way did not carry the letter, or could not any more: letter `next` says the same on way `to`."""

    attempt: int = 0
    reason: str
    to: LetterWay
    next: Token


class LetterDelivered(LetterFact):
    """The gateway reports that it arrived."""

    status: str = ""


class LetterBounced(LetterFact):
    """The gateway took it and reports that it will not arrive: no more to this address for this case."""

    status: str = ""


class LetterDenied(LetterFact):
    """The recipient called it junk: nothing more goes to this address for this case."""

    status: str = ""


LETTER_FACTS: dict[str, type[LetterFact]] = {cls.stem(): cls for cls in LetterFact.__subclasses__()}
