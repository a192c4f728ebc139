"""Who must be told what: from a fact to the letters it calls for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Literal

from pydantic import Field

from libs.contracts.canary import CANARY
from libs.contracts.events import (
    CaseAdded,
    CaseAnswered,
    CaseAnsweredAtDesk,
    CaseCallTransferred,
    CaseDetermined,
    CaseDirected,
    CaseFact,
    CaseInformationAsked,
    CaseOpened,
    CaseProgressPromised,
    CaseRejected,
    CaseRouted,
    CaseVerifying,
)
from libs.contracts.facts import Instant, Value
from libs.contracts.sidefacts import ClockFact, ClockMissed, ClockWarned
from libs.packs.model import NotInPack, Pack
from services.notifier.domain.case import Case, Handed

Way = Literal["email", "sms", "none"]
Audience = Literal["citizen", "officer"]

_OF_CLOCKS: dict[type[ClockFact], str] = {ClockWarned: "clock-warned", ClockMissed: "clock-missed"}


class About(Value):
    """What a letter says, still in codes and instants: names and dates are put in when it is sent.

    `since` is the beginning of an answer clock whose end nobody has written down yet: the slip must go out
    at once, before sla has armed the clock.
    """

    code: str
    track_token: str = ""
    agencies: tuple[str, ...] = ()
    field: str = ""
    place: str | None = None
    since: Instant | None = None
    reason: str = ""
    clock: str = ""
    times: dict[str, Instant] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """One letter to one recipient on one way; an officer's address is looked up when it is sent."""

    template: str
    audience: Audience
    way: Way
    agency: str
    recipient: str
    language: str
    about: About


Wanted = Iterable[tuple[str, str, About]]
"""(template, agency or "" for the citizen, what it says)."""


def letters(case: Case, fact: CaseFact, pack: Pack) -> Iterator[Draft]:
    """The letters that this fact calls for; `case` is the case after it.

    An agency is written to on every way it has, and on the way "none" if it has none, for the alarm; the
    citizen by e-mail, else by text message, else not at all (way "none"), for the count.
    """
    if case.canary:
        yield from _of_the_canary(case, fact)
        return
    for template, agency, about in _wanted(fact, case):
        ways = contacts(pack, agency) if agency else _citizen(case)
        audience: Audience = "officer" if agency else "citizen"
        for way, address in ways.items():
            recipient, language = ("", "vi") if agency else (address, case.language)
            yield Draft(template, audience, way, agency, recipient, language, about)


def _of_the_canary(case: Case, fact: CaseFact) -> Iterator[Draft]:
    """It shows that slips become letters, and nobody is written to."""
    if isinstance(fact, CaseRouted):
        yield Draft(CANARY, "officer", "none", fact.slip.lead, "", "vi", About(code=case.code))


def clock_letters(case: Case, fact: ClockFact, pack: Pack) -> Iterator[Draft]:
    """A warning or a breach is told to the agency whose clock it is."""
    template = _OF_CLOCKS.get(type(fact))
    if template is None or not fact.agency or case.canary:
        return
    about = About(
        code=case.code,
        agencies=(fact.agency,),
        field=fact.field or (case.slip.field if case.slip else ""),
        place=case.slip.place if case.slip else None,
        clock=fact.kind,
        times={"due": fact.due},
    )
    for way in contacts(pack, fact.agency):
        yield Draft(template, "officer", way, fact.agency, "", "vi", about)


def contacts(pack: Pack, agency: str) -> dict[Way, str]:
    """The agency's addresses by way; only "none" when the pack in force has none or no such agency."""
    try:
        found = pack.agency(agency)
    except NotInPack:
        return {"none": ""}
    ways: dict[Way, str] = {"email": found.email or "", "sms": found.sms or ""}
    return {way: address for way, address in ways.items() if address} or {"none": ""}


def _citizen(case: Case) -> dict[Way, str]:
    if case.email:
        return {"email": case.email}
    return {"sms": case.phone} if case.phone else {"none": ""}


@singledispatch
def _wanted(fact: CaseFact, case: Case) -> Wanted:
    """Most facts call for no letter."""
    del fact, case
    return ()


def _to_citizen(template: str, case: Case, agencies: tuple[str, ...] = (), **more: object) -> Wanted:
    about = {"code": case.code, "track_token": case.track_token, "agencies": agencies, **more}
    return [(template, "", About.model_validate(about))]


def _to_officers(template: str, slip: Handed, code: str, agencies: Iterable[str], named: str = "") -> Wanted:
    """Code, field, place and due time, and nothing of the citizen's; `named` is the agency it speaks of."""
    due = {"times": {"due": slip.promised}} if slip.promised else {"since": slip.since}
    about = {"code": code, "field": slip.field, "place": slip.place, **due}
    return [
        (template, agency, About.model_validate(about | {"agencies": (named or agency,)}))
        for agency in agencies
    ]


def _speaker(fact: CaseFact, case: Case) -> tuple[str, ...]:
    """The agency that a person acted for, else the one that holds the slip."""
    if fact.by.agency:
        return (fact.by.agency,)
    return (case.slip.lead,) if case.slip else ()


@_wanted.register
def _(fact: CaseOpened, case: Case) -> Wanted:
    del fact
    return _to_citizen("receipt", case)


@_wanted.register
def _(fact: CaseRejected, case: Case) -> Wanted:
    words = {"reason": fact.text} if fact.text else {}
    return _to_citizen("rejected", case, reason=fact.reason, words=words)


@_wanted.register(CaseRouted)
@_wanted.register(CaseDirected)
def _(fact: CaseRouted | CaseDirected, case: Case) -> Wanted:
    del fact
    slip = case.slip
    assert slip is not None
    yield from _to_officers("slip", slip, case.code, (slip.lead,))
    helping = (*slip.co_leads, *slip.coordinating)  # one agency answers; only it can act on the slip
    yield from _to_officers("coordinator-slip", slip, case.code, helping, slip.lead)
    yield from _to_citizen("handed-over", case, (slip.lead,), since=slip.since)


@_wanted.register
def _(fact: CaseAdded, case: Case) -> Wanted:
    del fact
    slip = case.slip
    return _to_officers("information-added", slip, case.code, slip.leads) if slip and slip.open else ()


@_wanted.register
def _(fact: CaseCallTransferred, case: Case) -> Wanted:
    return _to_citizen("call-failed", case, (fact.agency,)) if fact.result == "failed" else ()


@_wanted.register
def _(fact: CaseDetermined, case: Case) -> Wanted:
    return _to_citizen("determined", case, (fact.agency,))


@_wanted.register
def _(fact: CaseVerifying, case: Case) -> Wanted:
    return _to_citizen("verifying", case, _speaker(fact, case), times={"due": fact.until})


@_wanted.register
def _(fact: CaseProgressPromised, case: Case) -> Wanted:
    said = {"words": {"progress": fact.progress}, "times": {"promised": fact.promised_at}}
    return _to_citizen("progress", case, _speaker(fact, case), **said)


@_wanted.register
def _(fact: CaseInformationAsked, case: Case) -> Wanted:
    words = {"question": fact.question}
    return _to_citizen("information-asked", case, _speaker(fact, case), words=words)


@_wanted.register
def _(fact: CaseAnswered, case: Case) -> Wanted:
    return _to_citizen("answered", case, _speaker(fact, case), words={"answer": fact.answer})


@_wanted.register
def _(fact: CaseAnsweredAtDesk, case: Case) -> Wanted:
    return _to_citizen("answered-at-desk", case, words={"answer": fact.answer})
