"""Reminders of an agency, and what departments think of its answers: to be counted."""

from typing import Any

from libs.contracts.events import CaseFact, CaseReminded, CaseReviewed


def watched_row(seq: int, fact: CaseFact, answered: str) -> dict[str, Any] | None:
    """The row of a reminder or a review, None for other facts; `answered`: whose answer the case has."""
    if isinstance(fact, CaseReminded):
        what, agency = "reminded", fact.agency
    elif isinstance(fact, CaseReviewed):
        what, agency = "agreed" if fact.agreed else "criticised", answered
    else:
        return None
    at = int(fact.at.timestamp())
    return {"case_id": fact.case_id, "seq": seq, "what": what, "agency": agency, "at": at}
