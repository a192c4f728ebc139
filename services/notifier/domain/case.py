"""What must be remembered of a case to write letters about it, and how each fact changes it."""

from typing import Literal

from libs.contracts.canary import CANARY
from libs.contracts.errors import HotlineError
from libs.contracts.events import (
    CaseAdded,
    CaseAmended,
    CaseAnswered,
    CaseAnsweredAtDesk,
    CaseDirected,
    CaseFact,
    CaseOpened,
    CaseProgressPromised,
    CasePublished,
    CaseRejected,
    CaseReturned,
    CaseRouted,
    CaseWithheld,
)
from libs.contracts.facts import Instant, Value

_SENT_TO_AGENCIES = (CaseRouted, CaseDirected)
_ENDS_THE_SLIP = (
    CaseAnswered,
    CaseAnsweredAtDesk,
    CasePublished,
    CaseRejected,
    CaseReturned,
    CaseWithheld,
)


class NotOpened(HotlineError):
    """The first fact of this case is not that it was opened."""


class Handed(Value):
    """The last slip: the agencies, what it is about, and since when or until when they owe an answer."""

    lead: str
    co_leads: tuple[str, ...] = ()
    coordinating: tuple[str, ...] = ()
    field: str
    place: str | None = None
    since: Instant
    promised: Instant | None = None
    open: bool = True

    @property
    def leads(self) -> tuple[str, ...]:
        return (self.lead, *self.co_leads)


class Case(Value):
    """What must be remembered of a case to write letters about it."""

    code: str
    track_token: str = ""
    language: Literal["vi", "en"] = "vi"
    email: str = ""
    phone: str = ""
    canary: bool = False
    slip: Handed | None = None


def fold(case: Case | None, fact: CaseFact) -> Case:
    """The case after this fact."""
    if isinstance(fact, CaseOpened):
        return Case(
            code=fact.code,
            track_token=fact.track_token,
            language=fact.language,
            email=fact.person.email,
            phone=fact.person.phone,
            canary=fact.channel == CANARY,
        )
    if case is None:
        raise NotOpened
    if isinstance(fact, CaseAmended):
        return case.model_copy(update={"email": fact.person.email, "phone": fact.person.phone})
    if isinstance(fact, CaseAdded):
        email, phone = case.email or fact.person.email, case.phone or fact.person.phone
        return case.model_copy(update={"email": email, "phone": phone})
    return case.model_copy(update={"slip": _slip(case.slip, fact)})


def _slip(slip: Handed | None, fact: CaseFact) -> Handed | None:
    if isinstance(fact, _SENT_TO_AGENCIES):
        return Handed(since=fact.at, **fact.slip.model_dump(include=set(Handed.model_fields)))
    if slip and isinstance(fact, CaseProgressPromised):
        return slip.model_copy(update={"promised": fact.promised_at})
    if slip and isinstance(fact, _ENDS_THE_SLIP):
        return slip.model_copy(update={"open": False})
    return slip
