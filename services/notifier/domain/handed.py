"""Which letters are called for when several hands work on a case, or somebody watches over it."""

from libs.contracts.codes import spoken
from libs.contracts.events import (
    CaseContributed,
    CaseDelegated,
    CaseInstructed,
    CaseJoined,
    CaseRecalled,
    CaseReminded,
    CaseReported,
    CaseReviewed,
    CaseSucceeded,
    CaseSuspectedFalse,
    CaseVerified,
)
from services.notifier.domain.about import About, Wish, Wishes, to_citizen, to_officers
from services.notifier.domain.case import Case
from services.notifier.domain.wishes import direction, watched, wishes

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


@wishes.register
def _(fact: CaseReminded, case: Case) -> Wishes:
    """One letter for all the cases that were ticked together: that of the first one names the others."""
    if not fact.told_with:
        codes = "; ".join(spoken(code) for code in (case.code, *fact.beside))
        yield watched("reminder", case, fact.agency, fact.text, codes)


@wishes.register
def _(fact: CaseInstructed, case: Case) -> Wishes:
    """Before a slip is out, the desk has it first in its queue, and the agency is told with the slip."""
    del fact
    yield from direction(case)


@wishes.register
def _(fact: CaseReviewed, case: Case) -> Wishes:
    """Whoever answered is told what a department thinks is wrong with it (Đồng Nai 4)."""
    if case.slip and not fact.agreed:
        wish = watched("reviewed", case, case.slip.lead, fact.text)
        about = wish.about.model_copy(update={"agencies": (fact.by.agency or "",)})
        yield wish._replace(about=about, tell=("officer",))
