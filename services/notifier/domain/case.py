"""What must be remembered of a case to write letters about it, and how each fact changes it."""

from functools import singledispatch
from typing import Any, Literal

from libs.contracts.canary import CANARY
from libs.contracts.errors import HotlineError
from libs.contracts.events import (
    CaseAdded,
    CaseAmended,
    CaseAnsweredAtDesk,
    CaseDirected,
    CaseFact,
    CaseFollowerAdded,
    CaseInformationAsked,
    CaseInstructed,
    CaseOpened,
    CaseReleased,
    CaseRouted,
    CaseTriaged,
    CaseUrgencySet,
)
from libs.contracts.facts import Value
from libs.contracts.partners import partner_of
from services.notifier.domain.slips import Handed, handed_on
from services.notifier.domain.talks import Talk, talk

_JUDGED = (CaseReleased, CaseRouted, CaseDirected, CaseAnsweredAtDesk, CaseInformationAsked)
"""After one of these somebody takes the case for a citizen's, whatever spoke for junk."""


class NotOpened(HotlineError):
    """The first fact of this case is not that it was opened."""


class Directed(Value):
    """The coordinator's direction in an urgent matter, and the agency it names (Điều 13.2)."""

    agency: str
    text: str


class Case(Value):
    """What must be remembered of a case to write letters about it; `followers` are cases joined to it.

    `talk` is the conversation in which the citizen last spoke on a channel that can be answered, `talking`
    whether those were their last words at all. `silent`: it looks like junk, no machine answers. `reference`
    is what the `partner` who sent it calls it, `thread` the id of the citizen's last mail, `year` that of the
    case's subject. `email_since` and `phone_since` are the sequences of the facts that last changed them.
    `directed` waits for the slip to the agency that the coordinator named.
    """

    code: str
    year: int = 0
    thread: str = ""
    channel: str = ""
    account: str = ""
    partner: str = ""
    reference: str = ""
    talk: Talk | None = None
    talking: bool = False
    silent: bool = False
    email_since: int = 0
    phone_since: int = 0
    track_token: str = ""
    language: Literal["vi", "en"] = "vi"
    email: str = ""
    phone: str = ""
    urgent: bool = False
    canary: bool = False
    followers: tuple[str, ...] = ()
    directed: Directed | None = None
    slip: Handed | None = None


NOBODY = Case(code="")
"""Stands for a case of which nothing could be read: there is nobody to write to."""


def fold(case: Case | None, fact: CaseFact) -> Case:
    """The case after this fact."""
    if isinstance(fact, CaseOpened):
        conversation, partner = talk(fact.channel, fact.origin), partner_of(fact)
        return Case(
            code=fact.code,
            thread=fact.origin.thread,
            channel=fact.channel,
            account=fact.origin.account,
            partner=partner,
            reference=fact.origin.thread.removeprefix(f"{partner}/") if partner else fact.origin.thread,
            talk=conversation,
            talking=conversation is not None,
            silent=bool(fact.spam),
            track_token=fact.track_token,
            language=fact.language,
            email=fact.person.email,
            phone=fact.person.phone,
            urgent=fact.urgent,
            canary=fact.channel == CANARY,
        )
    if case is None:
        raise NotOpened
    changes = _changes(fact, case) | {"slip": handed_on(case.slip, fact)}
    return case.model_copy(update=changes | ({"silent": False} if isinstance(fact, _JUDGED) else {}))


def noted(before: Case | None, case: Case, seq: int, year: int = 0) -> Case:
    """The case, with its year and the sequence of the fact since which its addresses are what they are."""
    old = before or NOBODY
    changes = {"email_since": case.email != old.email, "phone_since": case.phone != old.phone}
    return case.model_copy(update={name: seq for name, new in changes.items() if new} | {"year": year})


@singledispatch
def _changes(fact: CaseFact, case: Case) -> dict[str, Any]:
    """Most facts change nothing but the slip."""
    del fact, case
    return {}


@_changes.register
def _(fact: CaseAmended, case: Case) -> dict[str, Any]:
    del case
    return {"email": fact.person.email, "phone": fact.person.phone}


@_changes.register
def _(fact: CaseAdded, case: Case) -> dict[str, Any]:
    if fact.automatic:
        return {}
    conversation = talk(fact.channel, fact.origin)
    return {
        "email": case.email or fact.person.email,
        "phone": case.phone or fact.person.phone,
        "thread": fact.origin.thread or case.thread,
        "talk": conversation or case.talk,
        "talking": conversation is not None,
    }


@_changes.register
def _(fact: CaseUrgencySet, case: Case) -> dict[str, Any]:
    del case
    return {"urgent": fact.urgent}


@_changes.register
def _(fact: CaseInstructed, case: Case) -> dict[str, Any]:
    del case
    return {"urgent": True, "directed": Directed(agency=fact.agency, text=fact.text)}


@_changes.register(CaseRouted)
@_changes.register(CaseTriaged)
def _(fact: CaseRouted | CaseTriaged, case: Case) -> dict[str, Any]:
    return {"urgent": case.urgent or fact.urgent}


@_changes.register
def _(fact: CaseFollowerAdded, case: Case) -> dict[str, Any]:
    return {"followers": tuple(dict.fromkeys((*case.followers, fact.case)))}
