"""A rating as it is counted."""

from typing import Any

from libs.contracts.events import CaseRated
from services.reporting.domain.slips import seconds

ASPECTS = ("answer", "attitude", "timeliness")


def rating_row(fact: CaseRated) -> dict[str, Any]:
    """The fact as it is counted: without the words, which are nobody's figures."""
    scores = {name: getattr(fact, name) for name in ASPECTS}
    whose = {"agency": fact.agency, "field": fact.field, "cycle": fact.cycle}
    return {"case_id": fact.case_id, "at": seconds(fact.at), **whose, **scores}
