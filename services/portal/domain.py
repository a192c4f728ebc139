"""What the public, and the sender alone, may see of a case: facts in, a public case out."""

from collections.abc import Callable

from libs.contracts.events import (
    CaseAdded,
    CaseAmended,
    CaseAnswered,
    CaseAnsweredAtDesk,
    CaseAnsweredByPhone,
    CaseCallTransferred,
    CaseDetermined,
    CaseDirected,
    CaseFact,
    CaseFollowerAdded,
    CaseInformationAsked,
    CaseJoined,
    CaseProgressPromised,
    CasePublished,
    CaseRated,
    CaseReceived,
    CaseReferred,
    CaseRejected,
    CaseReopened,
    CaseReturned,
    CaseRouted,
    CaseSucceeded,
    CaseTriaged,
    CaseVerifying,
    CaseWithheld,
)
from services.portal.case import ANSWERED, Proof, PublicCase, Status, Step, phone_of


def fold(case: PublicCase, fact: CaseFact, proof: Proof) -> PublicCase:
    """The case after this fact; a fact that the public does not see changes nothing."""
    change = _CHANGES.get(type(fact))
    changed = change(case, fact) if change else {}
    if isinstance(fact, CaseAmended):
        changed |= _amended(case, fact, proof)
    if changed.get("status") in ANSWERED:
        changed["closed_at"] = fact.at
    step = _STEPS.get(type(fact))
    if step and (said := step(case, fact)):
        changed["steps"] = (*case.steps, said)
    return case.model_copy(update=changed)


def _amended(case: PublicCase, fact: CaseAmended, proof: Proof) -> dict[str, object]:
    return {
        "lookup": proof.of_code(case.code, phone_of(fact.person)) or case.lookup,
        "field": fact.field or case.field,
        "place": fact.place or case.place,
    }


def _triaged(_: PublicCase, fact: CaseTriaged) -> dict[str, object]:
    return {"status": "arbiter" if fact.to == "arbiter" else "triage"}


def _slip_sent(_: PublicCase, fact: CaseRouted | CaseDirected) -> dict[str, object]:
    slip = fact.slip
    return {
        "status": "routed",
        "slip": slip.number,
        "agency": slip.lead,
        "agencies": (slip.lead, *slip.co_leads),
        "field": slip.field,
        "place": slip.place,
        "promised_at": None,
        "missing": (),
        "asked": "",
    }


def _succeeded(case: PublicCase, fact: CaseSucceeded) -> dict[str, object]:
    now = {fact.agency: fact.to}
    return {
        "agency": now.get(case.agency, case.agency),
        "agencies": tuple(now.get(code, code) for code in case.agencies),
    }


def _without_agency() -> dict[str, object]:
    return {"status": "triage", "agency": "", "agencies": (), "missing": ()}


def _answered_whole_or_in_part(_: PublicCase, fact: CaseAnswered) -> dict[str, object]:
    """A partial answer promises the rest; the case stays open until the whole one."""
    return {
        "status": "promised" if fact.missing else "answered",
        "answer": fact.answer,
        "missing": fact.missing,
        "promised_at": fact.promised_at,
        "answered_at": fact.at,
        "asked": "",
    }


def _answered(status: Status, words: Callable[[CaseFact], str]) -> Callable[..., dict[str, object]]:
    return lambda _case, fact: {
        "status": status,
        "answer": words(fact),
        "missing": (),
        "answered_at": fact.at,
        "asked": "",
    }


def _published(case: PublicCase, fact: CasePublished) -> dict[str, object]:
    return {
        "status": "published",
        "public_agency": case.agency,
        "public_question": fact.question,
        "public_answer": fact.answer,
        "published_at": fact.at,
    }


def _opened_again(case: PublicCase, fact: CaseReopened) -> dict[str, object]:
    by_sender = fact.by.role == "citizen"
    return _without_agency() | {
        "promised_at": None,
        "cycle": fact.cycle,
        "closed_at": None,
        "unsolved": case.unsolved + by_sender,
    }


_CHANGES: dict[type[CaseFact], Callable[..., dict[str, object]]] = {
    CaseTriaged: _triaged,
    CaseReferred: lambda _case, _fact: {"status": "arbiter"},
    CaseDetermined: lambda _case, _fact: {"status": "triage"},
    CaseRouted: _slip_sent,
    CaseDirected: _slip_sent,
    CaseReceived: lambda _case, _fact: {"status": "received"},
    CaseReturned: lambda _case, _fact: _without_agency() | {"asked": ""},
    CaseVerifying: lambda _case, _fact: {"status": "verifying"},
    CaseProgressPromised: lambda _case, fact: {"status": "promised", "promised_at": fact.promised_at},
    CaseInformationAsked: lambda _case, fact: {"asked": fact.question},
    CaseAdded: lambda _case, _fact: {"asked": ""},
    CaseAnswered: _answered_whole_or_in_part,
    CaseAnsweredByPhone: _answered("answered_by_phone", lambda fact: getattr(fact, "summary", "")),
    CaseAnsweredAtDesk: _answered("answered_at_desk", lambda fact: getattr(fact, "answer", "")),
    CaseRejected: lambda _case, fact: {
        "status": "rejected",
        "reason": fact.reason,
        "reason_text": fact.text,
    },
    CasePublished: _published,
    CaseWithheld: lambda _case, fact: {"status": "withheld", "ground": fact.ground},
    CaseReopened: _opened_again,
    CaseRated: lambda case, fact: {"rated": (*case.rated, fact.cycle)},
    CaseSucceeded: _succeeded,
    CaseJoined: lambda _case, fact: {"status": "joined", "follows": fact.to, "asked": ""},
    CaseFollowerAdded: lambda case, fact: {"followers": {fact.case: fact.at, **case.followers}},
}


def _plain(case: PublicCase, fact: CaseFact) -> Step:
    return Step(what=fact.stem(), at=fact.at, agency=case.agency)


def _of_triage(case: PublicCase, fact: CaseTriaged) -> Step | None:
    if fact.to != "arbiter" or case.status == "arbiter":
        return None
    return Step(what="referred", at=fact.at)


_STEPS: dict[type[CaseFact], Callable[..., Step | None]] = {
    CaseTriaged: _of_triage,
    CaseReferred: _plain,
    CaseDetermined: lambda _, fact: Step(what=fact.stem(), at=fact.at, agency=fact.agency),
    CaseRouted: lambda _, fact: Step(what="routed", at=fact.at, agency=fact.slip.lead),
    CaseDirected: lambda _, fact: Step(what="routed", at=fact.at, agency=fact.slip.lead),
    CaseCallTransferred: lambda _, fact: Step(what=f"call-{fact.result}", at=fact.at, agency=fact.agency),
    CaseReceived: _plain,
    CaseReturned: _plain,
    CaseVerifying: lambda case, fact: Step(
        what=fact.stem(), at=fact.at, agency=case.agency, until=fact.until
    ),
    CaseProgressPromised: lambda case, fact: Step(
        what=fact.stem(), at=fact.at, agency=case.agency, text=fact.progress, until=fact.promised_at
    ),
    CaseInformationAsked: lambda case, fact: Step(
        what=fact.stem(), at=fact.at, agency=case.agency, text=fact.question
    ),
    CaseAdded: _plain,
    CaseAnswered: lambda case, fact: Step(
        what="answered-in-part" if fact.missing else fact.stem(),
        at=fact.at,
        agency=case.agency,
        until=fact.promised_at,
    ),
    CaseAnsweredByPhone: _plain,
    CaseAnsweredAtDesk: _plain,
    CaseRejected: _plain,
    CasePublished: _plain,
    CaseWithheld: _plain,
    CaseReopened: lambda _case, fact: Step(what=fact.stem(), at=fact.at),
    CaseRated: lambda _case, fact: Step(what=fact.stem(), at=fact.at),
    CaseSucceeded: lambda _case, fact: Step(what=fact.stem(), at=fact.at, agency=fact.to),
    CaseJoined: lambda _case, fact: Step(what=fact.stem(), at=fact.at),
}
