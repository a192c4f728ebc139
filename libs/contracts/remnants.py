"""What a fact keeps when its case is erased: codes, numbers and instants that are named here, nothing else.

What a newer version adds to a fact is dropped until somebody says here that it is nobody's.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from libs.contracts.casevalues import Slip, Suggestion
from libs.contracts.erasures import CaseErased, Remnant
from libs.contracts.events import CASE_FACTS, CaseFact
from libs.contracts.facts import Actor, Value

V = TypeVar("V", bound=Value)

ENVELOPE = ("event_id", "case_id", "at", "by", "cause", "pack_version")

KEPT: Mapping[str, tuple[str, ...]] = {
    "opened": (
        "code", "channel", "received_at", "field", "held", "urgent", "secret", "same_as", "language",
    ),
    "added": ("channel", "received_at", "automatic"),
    "routed": ("slip", "urgent"),
    "triaged": ("to", "reasons", "suggestions", "margin", "places", "urgent"),
    "amended": ("field", "place"),
    "urgency-set": ("urgent",),
    "rejected": ("reason",),
    "answered-at-desk": ("question_ids",),
    "directed": ("slip",),
    "call-transferred": ("agency", "number", "result"),
    "determined": ("agency",),
    "returned": ("ground", "proposed_agency"),
    "verifying": ("until",),
    "progress-promised": ("number", "promised_at"),
    "answered": ("missing", "promised_at", "number"),
    "clock-paused": ("clock", "reason", "until"),
    "clock-resumed": ("clock",),
    "reopened": ("cycle",),
    "published": ("question", "answer"),
    "withheld": ("ground",),
    "delegated": ("to",),
    "contacted": ("way", "result", "contacted_at"),
    "contributed": ("agency",),
    "succeeded": ("slip", "agency", "to", "rule"),
    "joined": ("to", "year", "code"),
    "follower-added": ("case", "year", "code"),
    "reminded": ("agency", "number", "beside", "told_with"),
    "instructed": ("agency", "answer_by"),
    "reviewed": ("agreed",),
    "rated": ("cycle", "agency", "field", "answer", "attitude", "timeliness"),
    "suspected-false": ("police",),
    "verified": ("result",),
    "hold-placed": ("reference",),
    "hold-lifted": ("reference",),
}  # fmt: skip
"""Fact → fields that are nobody's. The published text is: whoever answered confirmed it (Điều 12)."""

WITHIN: Mapping[type[Value], tuple[str, ...]] = {
    Actor: ("service", "person", "name", "role", "agency"),
    Slip: ("number", "lead", "co_leads", "coordinating", "field", "place", "rule"),
    Suggestion: ("field", "lead", "offered", "score", "rule"),
}
"""The same inside the values that are kept. Officials answer for what they did under their names."""


def remnants(facts: Iterable[tuple[int, CaseFact]]) -> tuple[Remnant, ...]:
    """What is left of these facts, (sequence, fact) each; of an erasure what it had left."""
    return tuple(one for seq, fact in facts for one in _left(seq, fact))


def _left(seq: int, fact: CaseFact) -> Iterator[Remnant]:
    if isinstance(fact, CaseErased):
        yield from fact.history
    else:
        yield Remnant(
            seq=seq, token=fact.token, fact=_bare(fact).model_dump(mode="json", exclude_defaults=True)
        )


def revived(remnant: Remnant) -> CaseFact | None:
    """The fact without persons and words; None for one of a newer version."""
    cls = CASE_FACTS.get(remnant.token)
    try:
        return cls.model_validate(remnant.fact) if cls else None
    except ValidationError:
        return None


def _bare(fact: CaseFact) -> CaseFact:
    return _only(fact, (*ENVELOPE, *KEPT.get(fact.token, ())))


def _only(value: V, kept: tuple[str, ...]) -> V:
    cls = type(value)
    content: dict[str, Any] = {
        name: _inside(getattr(value, name)) if name in kept else _nothing(info.annotation)
        for name, info in cls.model_fields.items()
        if name in kept or info.is_required()
    }
    return cls.model_validate(content)


def _inside(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_inside, value))
    return _only(value, WITHIN.get(type(value), ())) if isinstance(value, Value) else value


def _nothing(annotation: Any) -> Any:
    """An empty value for a field that must be there: words are empty, a person is nobody."""
    return (get_args(annotation) or (annotation,))[0]()
