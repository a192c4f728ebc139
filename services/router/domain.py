"""Where a case goes: field, place and agency from what was read, and whether the slip may go by itself."""

from datetime import date, datetime
from typing import TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.contracts.canary import CANARY
from libs.contracts.events import (
    CaseAmended,
    CaseFact,
    CaseReturned,
    CaseRouted,
    CaseTriaged,
    Slip,
    Suggestion,
)
from libs.contracts.facts import Actor, derived_id
from libs.packs.knowledge import Reading
from libs.packs.model import UNROUTED_LABELS, Pack
from libs.packs.routing import Leads, leads_for
from services.router.case import SERVICE, Case
from services.router.fields import Choice, choose
from services.router.places import Place, place_of

SHOWN = 3
"""Suggestions an operator sees."""

HOPS = 2
"""Returns within a cycle after which the arbiter decides."""

PROPOSED = "proposed"
"""Stands for the rule where the agency that sent the slip back named another one."""

COMPLETABLE = frozenset({"contact", "place-missing", "place-ambiguous", "urgent"})
"""Reasons that the operator's completing of the details may remove (Điều 7.2)."""


def day_of(pack: Pack, now: datetime) -> date:
    """The day it is in the province."""
    return now.astimezone(ZoneInfo(pack.zone)).date()


class _Common(TypedDict):
    event_id: UUID
    case_id: str
    at: datetime
    by: Actor
    cause: UUID
    pack_version: str


def decide(
    case: Case, *, cause: CaseFact, reading: Reading, pack: Pack, now: datetime
) -> CaseRouted | CaseTriaged | None:
    """A slip when everything is sure, else the case waits for the operator; None when there is nothing to do.

    Nothing to do: router reacted already, or the case is in a person's hands (slip sent, rejected, answered
    at the desk, joined, referred). An amendment is looked at only where details were all that was missing.
    """
    if isinstance(cause, CaseReturned):
        return _sent_back(case, cause, reading, pack, now)
    if _nothing_to_do(case, cause):
        return None
    if case.canary:
        slip = Slip(number=1, lead=pack.desk, field="", rule=CANARY)
        return CaseRouted(**_common(cause, CaseRouted, pack, now), slip=slip)
    place = place_of(case, reading, pack)
    choice = choose(case, reading, place, pack)
    day = day_of(pack, now)
    leads = _leads(choice, place, pack, day)
    urgent = case.urgent or (reading.urgent and not case.weighed)
    hands_off = "spam" if case.spam else "held" if case.held else ""
    reasons = (hands_off,) if hands_off else reasons_to_wait(case, choice, place, leads, pack, urgent=urgent)
    inputs = _inputs(case, reading, choice, place, leads, urgent=urgent)
    if not reasons:
        slip = Slip(
            number=1,
            lead=leads.lead[0],
            co_leads=leads.lead[1:],
            field=choice.field,
            place=place.code,
            rule=leads.rule,
            inputs=inputs,
        )
        return CaseRouted(**_common(cause, CaseRouted, pack, now), slip=slip, urgent=urgent)
    if isinstance(cause, CaseAmended) and reasons == case.waiting:
        return None
    return CaseTriaged(
        **_common(cause, CaseTriaged, pack, now),
        reasons=reasons,
        suggestions=_suggestions(choice, reading, place, pack, day)[:SHOWN],
        margin=round(choice.margin, 4),
        places=(place.code,) if place.code else place.candidates,
        urgent=urgent,
        inputs=inputs,
    )


def _sent_back(
    case: Case, cause: CaseReturned, reading: Reading, pack: Pack, now: datetime
) -> CaseTriaged | None:
    """A slip that came back: once to the operator, twice in a cycle to the arbiter, who binds (Điều 10.4).

    Suggested are the agency that was proposed, then the rule's, then those of other likely fields.
    """
    if case.returned != cause.event_id:
        return None
    place = place_of(case, reading, pack)
    choice, day = choose(case, reading, place, pack), day_of(pack, now)
    leads = _leads(choice, place, pack, day)
    named = [
        Suggestion(field=choice.field or case.field or "", lead=(code,), rule=PROPOSED)
        for code in case.proposed
        if pack.agency_on(code, day)
    ]
    by_lead: dict[tuple[str, ...], Suggestion] = {}
    for one in (*named, *_suggestions(choice, reading, place, pack, day)):
        by_lead.setdefault(one.lead, one)
    twice = len(case.refused) >= HOPS
    return CaseTriaged(
        **_common(cause, CaseTriaged, pack, now),
        to="arbiter" if twice else "operator",
        reasons=("returned-twice" if twice else "returned", *(("urgent",) if case.urgent else ())),
        suggestions=tuple(by_lead.values())[:SHOWN],
        margin=round(choice.margin, 4),
        places=(place.code,) if place.code else place.candidates,
        urgent=case.urgent,
        inputs=_inputs(case, reading, choice, place, leads, urgent=case.urgent)
        | {"returned-by": " ".join(case.refused)},
    )


def reasons_to_wait(
    case: Case, choice: Choice, place: Place, leads: Leads, pack: Pack, *, urgent: bool
) -> tuple[str, ...]:
    """Why no slip may go out by itself, as codes; none when it may.

    Name, phone, address and field must be known (Điều 7.2) unless the case is urgent (Điều 13.2); the field
    must be sure, the lead one that answers for it, and the place one if the slip depends on it (Điều 3.5).
    A rule whose agency is not in force is broken: that is an administrator's matter, not nobody's.
    """
    person = case.person
    complete = bool(person.name and person.phone and person.address)
    unsettled = _place_trouble(choice, place, leads, pack)
    leadless = bool(choice.field) and not unsettled and not leads.lead
    found = {
        "auto-off": not pack.auto_slip,
        "out-of-scope": choice.label == "OOS" and not choice.field,
        "unclear": choice.label != "OOS" and not choice.field,
        "margin": bool(choice.field) and not choice.sure and choice.margin < pack.margin,
        unsettled: bool(unsettled),
        "contact": not complete and not urgent,
        "rule-broken": leadless and bool(leads.broken),
        "no-lead": leadless and not leads.broken,
    }
    reasons = tuple(code for code, holds in found.items() if holds)
    return (*reasons, "urgent") if reasons and urgent else reasons


def _suggestions(
    choice: Choice, reading: Reading, place: Place, pack: Pack, day: date
) -> tuple[Suggestion, ...]:
    """The likeliest fields, a chosen one first, each with its agencies at this place."""
    shares = {label: share for label, share in choice.ranked if label not in UNROUTED_LABELS}
    fields = dict.fromkeys((choice.field, *shares) if choice.sure else shares)
    return tuple(
        Suggestion(
            field=field,
            lead=found.lead,
            offered=found.offered,
            score=round(shares.get(field, 0.0), 4),
            rule=found.rule,
            words=reading.why.get(field, ()),
        )
        for field in list(fields)[:SHOWN]
        for found in [leads_for(pack, field, place.code, place.candidates, day)]
    )


def _leads(choice: Choice, place: Place, pack: Pack, day: date) -> Leads:
    return leads_for(pack, choice.field, place.code, place.candidates, day) if choice.field else Leads()


def _place_trouble(choice: Choice, place: Place, leads: Leads, pack: Pack) -> str:
    if not choice.field or place.code:
        return ""
    required = pack.field(choice.field).place == "required"
    if place.candidates and (required or leads.depends_on_place):
        return "place-ambiguous"
    return "place-missing" if required else ""


def _nothing_to_do(case: Case, cause: CaseFact) -> bool:
    if not case.opened or case.taken or cause.event_id in case.reacted:
        return True
    return isinstance(cause, CaseAmended) and (case.held or case.spam or not _only_details_missing(case))


def _only_details_missing(case: Case) -> bool:
    return bool(case.waiting) and COMPLETABLE.issuperset(case.waiting)


def _inputs(
    case: Case, reading: Reading, choice: Choice, place: Place, leads: Leads, *, urgent: bool
) -> dict[str, str]:
    """What the decision was based on, for whoever asks later why."""
    return {
        "scores": " ".join(f"{label}={share:.2f}" for label, share in reading.ranked),
        "margin": f"{choice.margin:.2f}",
        "field-from": choice.source,
        "place-from": place.source,
        "place-words": place.words,
        "places": " ".join((place.code,) if place.code else place.candidates),
        "offered": " ".join(leads.offered),
        "rule": leads.rule,
        "broken": " ".join(leads.broken),
        "urgent": "set" if case.urgent else "words" if urgent else "",
    }


def _common(cause: CaseFact, made: type[CaseFact], pack: Pack, now: datetime) -> _Common:
    return {
        "event_id": derived_id(cause.event_id, made.stem()),
        "case_id": cause.case_id,
        "at": now,
        "by": Actor(service=SERVICE),
        "cause": cause.event_id,
        "pack_version": pack.version,
    }
