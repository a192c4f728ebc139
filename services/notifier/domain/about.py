"""A letter before it is written out: what it says, still in codes and instants, and to whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import Field

from libs.contracts.facts import Instant, Value, derived_id
from libs.contracts.sidefacts import Audience
from libs.contracts.sidefacts import LetterWay as Way
from libs.packs.entries import Owner
from services.notifier.domain.case import Case
from services.notifier.domain.slips import Handed
from services.notifier.domain.talks import Address

__all__ = ["About", "Draft", "Way", "Wish", "Wishes", "letter_id", "to_citizen", "to_officers"]


class About(Value):
    """What a letter says, still in codes and instants: names and dates are put in when it is sent.

    `since` is the beginning of a time whose end nobody has written down yet: the slip must go out at once,
    before sla has armed the clock. It is the time for the answer, which began at `answer_since`, or that of
    the part which `owner` has of it. `reminds` is the id of the clock that a reminder is about, counting in
    `hours`: once that clock has ended the letter is not sent, and unless the case is urgent it waits for
    working hours. `year` and `thread` are those of the reader's case, if it is a citizen.
    """

    code: str
    year: int = 0
    thread: str = ""
    track_token: str = ""
    urgent: bool = False
    agencies: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    former: str = ""
    field: str = ""
    place: str | None = None
    since: Instant | None = None
    answer_since: Instant | None = None
    owner: Owner = "lead"
    reason: str = ""
    clock: str = ""
    reminds: str = ""
    hours: str = ""
    excess: Literal["", "number", "length"] = ""
    times: dict[str, Instant] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """One letter to one recipient on one way; the address of an agency is looked up when it is sent.

    `agency` and `audience` are a position: "deputy" is the agency's own, "supervisor" the focal officer of
    `agency`, which stands above the one that owes. `follower` is the case of a citizen who follows this one.
    `others` are the ways that remain should this one not carry the letter, the best first; `talk` is the
    conversation whose window must be open.
    """

    template: str
    audience: Audience
    way: Way
    agency: str
    recipient: str
    language: str
    about: About
    follower: str = ""
    talk: str = ""
    others: tuple[Address, ...] = ()


class Wish(NamedTuple):
    """A letter that a fact calls for: to these positions of an agency, or without one to the citizen."""

    template: str
    about: About
    agency: str = ""
    tell: tuple[Audience, ...] = ("officer",)


Wishes = Iterable[Wish]


def to_citizen(template: str, case: Case, agencies: tuple[str, ...] = (), **more: Any) -> Wish:
    """To the citizen, about these agencies."""
    return Wish(template, About(code=case.code, track_token=case.track_token, agencies=agencies, **more))


def to_officers(
    template: str, case: Case, slip: Handed, agencies: Iterable[str], named: str = "", **more: Any
) -> Wishes:
    """Code, field, place and due time, and nothing of the citizen's; `named` is the agency it speaks of."""
    due: dict[str, Any] = {"times": {"due": slip.promised}} if slip.promised else {"since": slip.since}
    about = {"code": case.code, "urgent": case.urgent, "field": slip.field, "place": slip.place}
    return [
        Wish(template, About(**about | due | more | {"agencies": (named or agency,)}), agency)
        for agency in dict.fromkeys(agencies)
        if agency
    ]


def letter_id(cause: UUID, template: str, recipient: str, way: str) -> str:
    """The same for the same fact, template, recipient and way, however often the fact is read."""
    return derived_id(cause, f"{template}/{recipient}/{way}").hex
