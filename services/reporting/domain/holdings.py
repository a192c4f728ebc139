"""Who had a case and how often it was opened again: what its working time and its cycles are counted by."""

from collections.abc import Sequence

from libs.contracts.events import CaseFact, CaseReopened
from libs.contracts.facts import Value
from services.reporting.domain.slips import seconds

DESK, ARBITER = "", "@arbiter"
"""Stand for the agencies that the pack names for these."""


class Holding(Value):
    """One agency had the case from `since` until `until`, or has it still."""

    case_id: str
    number: int
    agency: str
    since: int
    until: int | None = None


class Reopening(Value):
    """The case went on in a new cycle; `agency` led the one before."""

    case_id: str
    cycle: int
    agency: str
    at: int


def pass_on(holdings: Sequence[Holding], holder: str | None, fact: CaseFact) -> tuple[Holding, ...]:
    """The holdings when from now on `holder` has the case, or nobody (None)."""
    last = holdings[-1] if holdings else None
    open_one = last if last and last.until is None else None
    if (open_one.agency if open_one else None) == holder:
        return tuple(holdings)
    at = max(seconds(fact.at), last.since if last else 0)
    kept = list(holdings)
    if open_one:
        kept[-1] = open_one.model_copy(update={"until": at})
    if holder is not None:
        kept.append(Holding(case_id=fact.case_id, number=len(kept) + 1, agency=holder, since=at))
    return tuple(kept)


def opened_again(before: Sequence[Reopening], agency: str, fact: CaseFact) -> tuple[Reopening, ...]:
    """The reopenings after one more fact."""
    if not isinstance(fact, CaseReopened):
        return tuple(before)
    new = Reopening(case_id=fact.case_id, cycle=fact.cycle, agency=agency, at=seconds(fact.at))
    return (*before, new)
