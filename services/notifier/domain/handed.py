"""Which letters are called for when several hands work on a case: communes, coordinators, police, joins."""

from libs.contracts.events import (
    CaseContributed,
    CaseDelegated,
    CaseJoined,
    CaseRecalled,
    CaseReported,
    CaseSucceeded,
    CaseSuspectedFalse,
    CaseVerified,
)
from services.notifier.domain.about import About, Wish, Wishes, to_citizen, to_officers
from services.notifier.domain.case import Case
from services.notifier.domain.wishes import wishes

__all__ = ["wishes"]


@wishes.register
def _(fact: CaseDelegated, case: Case) -> Wishes:
    if slip := case.slip:
        own = {"owner": "commune", "since": fact.at, "answer_since": slip.since}
        yield from to_officers("commune-slip", case, slip, (fact.to,), slip.lead, **own)


@wishes.register
def _(fact: CaseReported, case: Case) -> Wishes:
    if slip := case.slip:
        commune = fact.by.agency or slip.commune
        yield from to_officers("commune-reported", case, slip, (slip.lead,), commune)


@wishes.register
def _(fact: CaseRecalled, case: Case) -> Wishes:
    del fact
    if slip := case.slip:
        yield from to_officers("commune-recalled", case, slip, (slip.commune,), slip.lead)


@wishes.register
def _(fact: CaseContributed, case: Case) -> Wishes:
    if slip := case.slip:
        yield from to_officers("part-contributed", case, slip, (slip.lead,), fact.agency)


@wishes.register
def _(fact: CaseSucceeded, case: Case) -> Wishes:
    """The citizen hears of it only while waiting for an agency whose name they were told."""
    slip = case.slip
    if slip is None or slip.number != fact.slip:
        return
    yield from to_officers("slip-succeeded", case, slip, (fact.to,), former=fact.agency)
    if slip.open and slip.lead == fact.to:
        yield to_citizen("new-agency", case, (fact.to,), former=fact.agency)


@wishes.register
def _(fact: CaseSuspectedFalse, case: Case) -> Wishes:
    """Nothing but which case it is: what is under suspicion is read in one place only (Đồng Nai 2)."""
    yield Wish("police-request", About(code=case.code, urgent=case.urgent), fact.police)


@wishes.register
def _(fact: CaseVerified, case: Case) -> Wishes:
    del fact
    if slip := case.slip:
        yield from to_officers("police-verified", case, slip, (slip.lead,))


@wishes.register
def _(fact: CaseJoined, case: Case) -> Wishes:
    del fact
    yield to_citizen("joined", case)
