"""Fact ↔ subject, both ways, derived from the class."""

import re
from dataclasses import dataclass

from libs.contracts.calls import CALL_FACTS, CallFact
from libs.contracts.deliveries import DELIVERY_FACTS, DeliveryFact
from libs.contracts.events import CASE_FACTS, CaseFact
from libs.contracts.facts import Happened
from libs.contracts.sidefacts import CLOCK_FACTS, LETTER_FACTS, ClockFact, LetterFact

KINDS: dict[str, dict[str, type[Happened]]] = {
    "case": dict(CASE_FACTS),
    "clock": dict(CLOCK_FACTS),
    "letter": dict(LETTER_FACTS),
    "call": dict(CALL_FACTS),
    "delivery": dict(DELIVERY_FACTS),
}

OnceFact = ClockFact | LetterFact | CallFact | DeliveryFact
"""A fact that is written once for ever on its literal subject."""


class UnknownFact(ValueError):
    """The subject names a fact that this version does not know."""


@dataclass(frozen=True)
class CaseRef:
    """Where a case stands in the stream: the year it was opened in, and its id."""

    year: int
    case_id: str

    @property
    def filter(self) -> str:
        """Every fact of this case."""
        return f"case.{self.year}.{self.case_id}.>"

    def subject(self, fact: CaseFact) -> str:
        """The subject this fact is stored under."""
        return f"case.{self.year}.{self.case_id}.{fact.token}"


def case_ref(subject: str) -> CaseRef:
    """The case that a subject of CASES belongs to."""
    _, year, case_id, _ = subject.split(".")
    return CaseRef(int(year), case_id)


def is_erasure(subject: str) -> bool:
    """Whether a case begins anew with the fact stored there: what it follows from is gone, or will be."""
    return subject.endswith(".erased")


def side_subject(fact: OnceFact) -> str:
    """`clock.<case>.<clock>.<fact>`, and so on for the letter, the call, the delivery."""
    match fact:
        case ClockFact():
            return f"clock.{fact.case_id}.{fact.clock}.{fact.token}"
        case LetterFact():
            return f"letter.{fact.case_id}.{fact.letter}.{fact.token}"
        case CallFact():
            return f"call.{fact.call}.{fact.leg}.{fact.token}"
        case DeliveryFact():
            return f"delivery.{fact.way}.{fact.reference}.{fact.token}"


def dead_subject(service: str, stream: str, seq: int) -> str:
    return f"dead.{service}.{stream}.{seq}"


def fact_class(subject: str) -> type[Happened]:
    """The class of the fact stored under this subject; a trailing number is a threshold or an attempt.

    Raises UnknownFact for a fact of a newer version.
    """
    kind, *_, token = subject.split(".")
    known = KINDS.get(kind, {})
    cls = known.get(token) or known.get(re.sub(r"-\d+$", "", token))
    if cls is None:
        raise UnknownFact(subject)
    return cls


def decode(subject: str, data: bytes) -> Happened:
    """The fact stored under this subject. Raises UnknownFact, or pydantic's ValidationError."""
    return fact_class(subject).model_validate_json(data)
