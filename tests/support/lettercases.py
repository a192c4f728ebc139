"""A case told fact by fact, and what its clocks say, for tests of the letters."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from libs.contracts.events import CaseFact, Person
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockEscalated, ClockFact, ClockMoved, ClockStretched, ClockWarned
from services.notifier.domain.case import Case, fold
from tests.support.builders import MONDAY_MORNING, a_case

REF = a_case()
LATER = MONDAY_MORNING + timedelta(hours=30)
SMS_ONLY = Person(name="Trần Thị Mẫu", phone="+84987654321")


def after(*facts: CaseFact) -> Case:
    case: Case | None = None
    for fact in facts:
        case = fold(case, fact)
    assert case is not None
    return case


MORE: dict[type[ClockFact], dict[str, Any]] = {
    ClockWarned: {"percent": 75},
    ClockEscalated: {"percent": 150},
    ClockStretched: {"excess": "number"},
    ClockMoved: {"change": 2, "was": MONDAY_MORNING, "document": "Thông báo 05", "person": "a1"},
}
"""What some facts about a clock must say besides."""


def clock(cls: type[ClockFact], **fields: Any) -> ClockFact:
    more = MORE.get(cls, {})
    return cls(
        **{
            "event_id": uuid4(),
            "case_id": REF.case_id,
            "at": MONDAY_MORNING,
            "by": Actor(service="sla"),
            "case_seq": 2,
            "clock": "answer-1",
            "kind": "answer",
            "agency": "SYT",
            "field": "F04",
            "basis": "law",
            "hours": "v1/province",
            "start": MONDAY_MORNING,
            "due": LATER,
            **more,
            **fields,
        }
    )
