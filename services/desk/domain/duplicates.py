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
    """What is known of the request in hand; `place` and `field` are codes, empty when unknown.

    `contacts`: how its sender may be recognised beside `phone` (domain/contacts.py).
    """

    text: str
    phone: str = ""
    place: str = ""
    field: str = ""
    contacts: frozenset[tuple[str, str]] = frozenset()

    @property
    def senders(self) -> frozenset[tuple[str, str]]:
        """Every contact, the telephone among them."""
        return self.contacts | ({("phone", self.phone)} if self.phone else frozenset())


@dataclass(frozen=True)
class Candidate:
    """An earlier case that the index found; `senders`: contacts of its sender, or of who follows it."""

    case_id: str
    text: str
    place: str = ""
    field: str = ""
    senders: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Match:
    """A candidate, what it has in common with the request, and how alike the words are (0 to 1)."""

    case_id: str
    same: tuple[str, ...]
    likeness: float


def matches(asked: Asked, candidates: Iterable[Candidate], limit: int = 3) -> list[Match]:
    """Those of the same sender, or with the same place and field and similar words; the best first."""
    said = shingles(asked.text)
    found = [match for one in candidates if (match := _match(asked, said, one))]
    return sorted(found, key=lambda match: (-len(match.same), -match.likeness))[:limit]


def _match(asked: Asked, said: frozenset[tuple[str, str]], one: Candidate) -> Match | None:
    alike = likeness(said, shingles(one.text))
    sender = {kind for kind, _ in asked.senders & one.senders}
    place = bool(asked.place and asked.field) and (asked.place, asked.field) == (one.place, one.field)
    if not sender and not (place and alike >= ALIKE):
        return None
    known = tuple((kind, kind in sender) for kind in ("call", "phone", "email", "person"))
    facts = (*known, ("place", place), ("field", place), ("words", alike >= ALIKE))
    return Match(one.case_id, tuple(name for name, same in facts if same), alike)
