"""What a partner's program is told of its own cases: that they changed, in public words, and no name."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from libs.contracts.events import (
    CaseAnswered,
    CaseAnsweredAtDesk,
    CaseAnsweredByPhone,
    CaseDirected,
    CaseFact,
    CaseInformationAsked,
    CaseOpened,
    CaseProgressPromised,
    CasePublished,
    CaseReceived,
    CaseRejected,
    CaseReopened,
    CaseRouted,
    CaseSucceeded,
    CaseVerifying,
    CaseWithheld,
)
from libs.contracts.partners import public_id
from services.notifier.domain.about import About, Draft
from services.notifier.domain.case import Case
from services.notifier.domain.talks import Partner, Reach

TEMPLATE = "case-changed"

_CLOSES = (CaseAnswered, CaseAnsweredAtDesk, CaseAnsweredByPhone, CasePublished, CaseRejected, CaseWithheld)
_TOLD = (
    *(CaseOpened, CaseRouted, CaseDirected, CaseReceived, CaseVerifying, CaseProgressPromised),
    *(CaseInformationAsked, CaseSucceeded, CaseReopened, *_CLOSES),
)


def partner_letters(
    case: Case, fact: CaseFact, reach: Reach, following: Mapping[str, Case]
) -> Iterator[Draft]:
    """One to the partner each case came from; what happens to a case is told to those who follow it too."""
    if not isinstance(fact, _TOLD):
        return
    for follower, own in {"": case, **following}.items():
        for partner in reach.partners:
            if _sent(partner, own):
                about = _about(own, case, fact, follower or fact.case_id)
                yield Draft(TEMPLATE, "partner", "webhook", "", partner.name, "vi", about, follower)


def _sent(partner: Partner, case: Case) -> bool:
    if not partner.channel:
        return partner.name == case.partner
    return partner.channel == case.channel and partner.account in {"", case.account}


def _about(own: Case, case: Case, fact: CaseFact, case_id: str) -> About:
    closed = isinstance(fact, _CLOSES) and not (isinstance(fact, CaseAnswered) and fact.missing)
    words = {
        "event": fact.token,
        "status": "closed" if closed else "open",
        "service_request_id": public_id(case_id),
        "reference": own.reference,
        "text": fact.answer if isinstance(fact, CasePublished) else "",
    }
    times: dict[str, datetime] = {"updated_at": fact.at}
    if isinstance(fact, CaseVerifying):
        times["expected_at"] = fact.until
    if isinstance(fact, CaseProgressPromised):
        times["expected_at"] = fact.promised_at
    return About(
        code="",  # the citizen's alone
        agencies=(case.slip.lead,) if case.slip else (),
        reason=fact.reason if isinstance(fact, CaseRejected) else "",
        words=words,
        times=times,
    )
