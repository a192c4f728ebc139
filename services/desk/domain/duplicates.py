"""Whether two requests may be about the same matter: similar words, the same telephone, the same place."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from libs.places.text import syllables

ALIKE = 0.3
"""Words are similar from here on: the share of pairs of syllables that the shorter text has in the other."""

SHORTEST = 4
"""Texts with fewer pairs of syllables say too little to be compared."""


def shingles(text: str) -> frozenset[tuple[str, str]]:
    """The pairs of neighbouring syllables, in lower case and without marks."""
    found = syllables(text)
    return frozenset(pairwise(found))


def likeness(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> float:
    """From 0 to 1: how much of the shorter text the other says too; 0 when there is too little to tell."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter >= SHORTEST else 0.0


@dataclass(frozen=True)
class Asked:
    """What is known of the request in hand; `place` and `field` are codes, empty when unknown."""

    text: str
    phone: str = ""
    place: str = ""
    field: str = ""


@dataclass(frozen=True)
class Candidate:
    """An earlier case that the index found."""

    case_id: str
    text: str
    phone: str = ""
    place: str = ""
    field: str = ""


@dataclass(frozen=True)
class Match:
    """A candidate, what it has in common with the request, and how alike the words are (0 to 1)."""

    case_id: str
    same: tuple[str, ...]
    likeness: float


def matches(asked: Asked, candidates: Iterable[Candidate], limit: int = 3) -> list[Match]:
    """Those with the same telephone, or the same place and field and similar words; the best first."""
    said = shingles(asked.text)
    found = [match for one in candidates if (match := _match(asked, said, one))]
    return sorted(found, key=lambda match: (-len(match.same), -match.likeness))[:limit]


def _match(asked: Asked, said: frozenset[tuple[str, str]], one: Candidate) -> Match | None:
    alike = likeness(said, shingles(one.text))
    phone = bool(asked.phone) and asked.phone == one.phone
    place = bool(asked.place and asked.field) and (asked.place, asked.field) == (one.place, one.field)
    if not phone and not (place and alike >= ALIKE):
        return None
    facts = (("phone", phone), ("place", place), ("field", place), ("words", alike >= ALIKE))
    return Match(one.case_id, tuple(name for name, same in facts if same), alike)
