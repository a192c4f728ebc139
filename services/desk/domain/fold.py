"""What each fact changes in a case; importing this module fills the register that `fold` asks."""

from typing import Any

from libs.contracts import events
from libs.contracts.events import CaseFact, Person
from services.desk.domain import contacts
from services.desk.domain.effects import Changes, fold, on
from services.desk.domain.state import CaseState, Status
from services.desk.domain.values import (
    Addition,
    Coded,
    Determination,
    Promise,
    Publication,
    Returned,
    SentSlip,
    Transfer,
)

__all__ = ["fold"]


@on(events.CaseOpened)
def _opened(state: CaseState, fact: events.CaseOpened) -> Changes:
    kept = ("case_id", "code", "channel", "language", "person", "text", "received_at", "field", "held",
            "urgent", "secret", "same_as", "spot", "files", "origin", "spam")  # fmt: skip
    changes = {name: getattr(fact, name) for name in kept}
    said = contacts.of_origin(fact.channel, fact.origin) | contacts.of_words(fact.text)
    return changes | {
        "where": fact.place,
        "contacts": contacts.with_more((), said),
        "calls": (fact.call,) if fact.call else (),
        "opened_at": fact.at,
        "since": fact.at,
        "changed_by": fact.by,
        "details_at": state.facts + 1,
    }


@on(events.CaseAdded)
def _added(state: CaseState, fact: events.CaseAdded) -> Changes:
    more = Addition(
        channel=fact.channel, text=fact.text, at=fact.at, files=fact.files, automatic=fact.automatic
    )
    if fact.automatic:  # nobody has read the question yet
        return {"additions": (*state.additions, more)}
    said = contacts.of_person(fact.person) | contacts.of_origin(fact.channel, fact.origin)
    changes: Changes = {
        "additions": (*state.additions, more),
        "asked": "",
        "contacts": contacts.with_more(state.contacts, said | contacts.of_words(fact.text)),
        "calls": (*state.calls, fact.call) if fact.call else state.calls,
    }
    person = _completed(state.person, fact.person)
    return changes if person == state.person else changes | {"person": person, "details_at": state.facts + 1}


def _completed(known: Person, given: Person) -> Person:
    """What the citizen gives later fills what was unknown; what an operator may have checked stays."""
    fresh = {name: value for name, value in given if value and not getattr(known, name)}
    if "phone" in fresh:
        fresh["phone_raw"] = given.phone_raw
    elif known.phone:
        fresh.pop("phone_raw", None)
    return known.model_copy(update=fresh)


@on(events.CaseTriaged)
def _triaged(state: CaseState, fact: events.CaseTriaged) -> Changes:
    status: Status = "arbiter" if fact.to == "arbiter" else "triage"
    return {
        "status": status,
        "triage_reasons": fact.reasons,
        "suggestions": fact.suggestions,
        "margin": fact.margin,
        "place_words": fact.inputs.get("place-words", ""),
        "place_from": fact.inputs.get("place-from", ""),
        "places": fact.places,
        "place": state.place or (fact.places[0] if len(fact.places) == 1 else None),
        "urgent": state.urgent or fact.urgent,
    }


def _slip_sent(state: CaseState, fact: events.CaseRouted | events.CaseDirected) -> Changes:
    slip = fact.slip
    named = state.determination
    bound = named if named and named.agency == slip.lead else None
    sent = SentSlip(slip=slip, at=fact.at, by=fact.by, bound=bound, pack=fact.pack_version)
    return {
        "status": "routed",
        "slips": (*state.slips, sent),
        "parts": (),
        "delegation": None,
        "slip_at": state.facts + 1,
        "field": slip.field or state.field,
        "place": slip.place or state.place,
        "held": False,
        "determination": None,
        "instruction": state.instruction if bound else None,
        "slip_received_at": None,
        "verifying_until": None,
    }


on(events.CaseDirected)(_slip_sent)


@on(events.CaseRouted)
def _routed(state: CaseState, fact: events.CaseRouted) -> Changes:
    return _slip_sent(state, fact) | {"urgent": state.urgent or fact.urgent}


@on(events.CaseReleased)
def _released(_: CaseState, __: events.CaseReleased) -> Changes:
    return {"held": False}


@on(events.CaseAmended)
def _amended(state: CaseState, fact: events.CaseAmended) -> Changes:
    return {
        "person": fact.person,
        "field": fact.field or state.field,
        "place": fact.place or state.place,
        "details_at": state.facts + 1,
    }


@on(events.CaseUrgencySet)
def _urgency(_: CaseState, fact: events.CaseUrgencySet) -> Changes:
    return {"urgent": fact.urgent}


@on(events.CaseRejected)
def _rejected(_: CaseState, fact: events.CaseRejected) -> Changes:
    coded = Coded(code=fact.reason, text=fact.text, at=fact.at)
    return {"status": "rejected", "rejection": coded, "held": False}


@on(events.CaseCallTransferred)
def _transferred(state: CaseState, fact: events.CaseCallTransferred) -> Changes:
    call = Transfer(
        agency=fact.agency,
        number=fact.number,
        result=fact.result,
        detail=fact.detail,
        at=fact.at,
        followed=fact.cause is not None,
    )
    return {"transfers": (*state.transfers, call)}


@on(events.CaseReferred)
def _referred(_: CaseState, fact: events.CaseReferred) -> Changes:
    return {"status": "arbiter", "referral": fact.question, "determination": None, "instruction": None}


@on(events.CaseDetermined)
def _determined(_: CaseState, fact: events.CaseDetermined) -> Changes:
    opinion = Determination(agency=fact.agency, opinion=fact.opinion, at=fact.at, by=fact.by)
    return {"status": "triage", "determination": opinion}


@on(events.CaseReceived)
def _received(_: CaseState, fact: events.CaseReceived) -> Changes:
    return {"status": "received", "slip_received_at": fact.at}


@on(events.CaseReturned)
def _returned(state: CaseState, fact: events.CaseReturned) -> Changes:
    slip = state.slips[-1].slip if state.slips else None
    back = Returned(
        slip=slip.number if slip else 0,
        agency=slip.lead if slip else fact.by.agency or "",
        ground=fact.ground,
        proposed_agency=fact.proposed_agency,
        text=fact.text,
        at=fact.at,
        cycle=state.cycle,
    )
    returned = (*state.returned, back)
    too_often = state.model_copy(update={"returned": returned}).returned_too_often
    status: Status = "arbiter" if too_often else "triage"
    return {"status": status, "returned": returned, "verifying_until": None}


@on(events.CaseVerifying)
def _verifying(_: CaseState, fact: events.CaseVerifying) -> Changes:
    return {"status": "verifying", "verifying_until": fact.until}


@on(events.CaseProgressPromised)
def _promised(state: CaseState, fact: events.CaseProgressPromised) -> Changes:
    return _with_promise(
        state, number=fact.number, progress=fact.progress, promised_at=fact.promised_at, at=fact.at
    )


def _with_promise(state: CaseState, **promise: Any) -> Changes:
    slip = state.slips[-1].slip.number if state.slips else 0
    return {"status": "promised", "promises": (*state.promises, Promise(slip=slip, **promise))}


@on(events.CaseInformationAsked)
def _asked(_: CaseState, fact: events.CaseInformationAsked) -> Changes:
    return {"asked": fact.question}


def _answer(status: Status, fact: CaseFact, words: str) -> Changes:
    return {"status": status, "answer": words, "answered_at": fact.at, "answered_by": fact.by, "held": False}


@on(events.CaseAnsweredByPhone)
def _answered_by_phone(_: CaseState, fact: events.CaseAnsweredByPhone) -> Changes:
    return _answer("answered_by_phone", fact, fact.summary)


@on(events.CaseAnswered)
def _answered(state: CaseState, fact: events.CaseAnswered) -> Changes:
    """Signed as partial, it leaves the case with the agency, which promised the rest."""
    if fact.missing and fact.promised_at and fact.number:
        return _with_promise(
            state,
            number=fact.number,
            progress=fact.answer,
            promised_at=fact.promised_at,
            at=fact.at,
            missing=fact.missing,
        )
    return _answer("answered", fact, fact.answer)


@on(events.CaseAnsweredAtDesk)
def _answered_at_desk(_: CaseState, fact: events.CaseAnsweredAtDesk) -> Changes:
    return _answer("answered_at_desk", fact, fact.answer) | {"question_ids": fact.question_ids}


@on(events.CasePublished)
def _published(_: CaseState, fact: events.CasePublished) -> Changes:
    text = Publication(question=fact.question, answer=fact.answer, at=fact.at)
    return {"status": "published", "publication": text}


@on(events.CaseWithheld)
def _withheld(_: CaseState, fact: events.CaseWithheld) -> Changes:
    return {"status": "withheld", "withholding": Coded(code=fact.ground, text=fact.note, at=fact.at)}
