"""One row of the desk's clocks: what each fact of sla changes in it."""

import json
from datetime import datetime
from typing import Any

from libs.contracts.sidefacts import ClockFact, ClockMissed

STOPPED = ("met", "ended", "cancelled")
"""Tokens of clocks that have stopped; whatever else is said of one, it runs."""

_START: dict[str, Any] = {"seq": 0, "token": "armed", "missed": False, "promised": False, "news": "{}"}
_TOLD = {
    "warned": ("percent", "tell"),
    "missed": ("promised", "tell"),
    "escalated": ("percent", "tell"),
    "stretched": ("excess", "tell"),
    "paused": ("reason", "until"),
    "resumed": (),
    "moved": ("was", "document", "person"),
}
"""What is kept of each fact of this kind, beside its instant and the deadline it told."""


def clock_row(seq: int, fact: ClockFact, known: dict[str, Any] | None) -> dict[str, Any]:
    """The row after this fact; of a fact that came late only what it tells for ever is kept.

    A clock that stopped stays so: after an outage, its start may stand in the stream behind its end.
    """
    known = known or _START
    kept = {
        "missed": known["missed"] or fact.stem() in {"missed", "ended"},
        "promised": known["promised"] or (isinstance(fact, ClockMissed) and fact.promised),
        "news": _with_news(known["news"], fact),
    }
    if (fact.stem() in STOPPED, seq) <= (known["token"] in STOPPED, known["seq"]):
        return {**known, **kept}
    stopped = getattr(fact, "stopped_at", None)
    return {
        "case_id": fact.case_id,
        "clock": fact.clock,
        "seq": seq,
        "token": fact.stem(),
        "kind": fact.kind,
        "agency": fact.agency,
        "start": _seconds(fact.start),
        "due": _seconds(fact.due),
        "stopped_at": _seconds(stopped) if stopped else None,
        "basis": fact.basis,
        "clause": fact.clause,
        "budget": fact.budget_seconds,
        "calendar": fact.calendar,
        "hours": fact.hours,
        "cycle": fact.cycle,
        "pauses": json.dumps([[_seconds(begin), _seconds(end)] for begin, end in fact.pauses]),
        **kept,
    }


def _with_news(known: str, fact: ClockFact) -> str:
    if fact.stem() not in _TOLD:
        return known
    said = fact.model_dump(mode="json", include={"at", "due", *_TOLD[fact.stem()]})
    return json.dumps({**json.loads(known), fact.token: {"what": fact.stem(), **said}}, ensure_ascii=False)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
