"""Suggests the field of a text: naive Bayes over what agencies answered, each against the others."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from libs.places.text import expand, unmarked, words

_SMOOTHING = 0.1
_SHARPNESS = 0.35  # in ten-fold trials 95 of 100 texts beyond a margin of 0.2 were right
_SHOWN = 3


@dataclass(frozen=True)
class Suggestion:
    """Field codes with their shares (0..1), best first, three at most; `margin` is first minus second."""

    ranked: tuple[tuple[str, float], ...]
    margin: float


@dataclass(frozen=True, slots=True)
class _Gram:
    """What one run of syllables says: its rarity, and how strongly it speaks for each field that used it.

    The strengths are times the rarity already.
    """

    rarity: float
    evidence: tuple[tuple[int, float], ...]


class FieldModel:
    """Trained from (text, field) examples in milliseconds, at every import; it suggests, it never decides."""

    def __init__(self, fields: tuple[str, ...], grams: dict[str, _Gram], priors: tuple[float, ...]) -> None:
        self._fields = fields
        self._grams = grams
        self._priors = priors

    @classmethod
    def train(cls, examples: Iterable[tuple[str, str]]) -> Self:
        """A model of the examples; out of scope and unclear are classes too. ValueError without examples."""
        texts = [(_grams(text), field) for text, field in examples]
        if not texts:
            raise ValueError("a field model needs at least one example")
        fields = tuple(sorted({field for _, field in texts}))
        spread = Counter(gram for grams, _ in texts for gram in grams)
        rarity = {gram: 1 + math.log((1 + len(texts)) / (1 + count)) for gram, count in spread.items()}
        weights: dict[str, dict[int, float]] = {gram: {} for gram in spread}
        for grams, field in texts:
            number = fields.index(field)
            for gram, weight in _weighed(grams, rarity).items():
                weights[gram][number] = weights[gram].get(number, 0.0) + weight
        totals = {gram: sum(by_field.values()) for gram, by_field in weights.items()}
        everything = sum(totals.values()) + _SMOOTHING * len(totals)
        own = [0.0] * len(fields)
        for by_field in weights.values():
            for number, weight in by_field.items():
                own[number] += weight
        table = {
            gram: _Gram(rarity[gram], _evidence(by_field, totals[gram], rarity[gram]))
            for gram, by_field in weights.items()
        }
        return cls(
            fields,
            table,
            tuple(math.log((everything - w) / (w + _SMOOTHING * len(totals))) for w in own),
        )

    def suggest(self, text: str) -> Suggestion:
        """The three likeliest fields; margin 0 when no word is known, since then a person must decide."""
        table = self._grams
        known = [table[gram] for gram in _grams(text) if gram in table]
        if not known:
            return Suggestion(tuple((field, 1 / len(self._fields)) for field in self._fields[:_SHOWN]), 0.0)
        length = math.hypot(*(gram.rarity for gram in known))
        mass = sum(gram.rarity for gram in known)
        scores = [prior * mass for prior in self._priors]
        for gram in known:
            for number, evidence in gram.evidence:
                scores[number] += evidence
        best = max(scores)
        shares = [math.exp(_SHARPNESS * (score - best) / length) for score in scores]
        whole = sum(shares)
        ranked = sorted(
            zip(self._fields, (s / whole for s in shares), strict=True), key=lambda pair: -pair[1]
        )
        margin = ranked[0][1] - ranked[1][1] if len(ranked) > 1 else 1.0
        return Suggestion(tuple(ranked[:_SHOWN]), margin)

    def why(self, text: str, labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Label → the words of the text that speak most for it, as they were written, three at most."""
        said, numbers = _as_written(text), {label: self._fields.index(label) for label in labels}
        known = [(said[gram], dict(self._grams[gram].evidence)) for gram in said if gram in self._grams]
        return {
            label: _strongest((one, evidence.get(number, 0.0)) for one, evidence in known)
            for label, number in numbers.items()
        }


def _grams(text: str) -> set[str]:
    """Syllables without marks, their pairs, and words with their marks: a text without marks has fewer."""
    written = words(text)
    tokens = expand(map(unmarked, written))
    return {*tokens, *map(" ".join, pairwise(tokens)), *(word for word in written if not word.isascii())}


def _as_written(text: str) -> dict[str, str]:
    """Gram → the syllables it was made of, with their marks."""
    written = words(text)
    pairs = {f"{unmarked(one)} {unmarked(two)}": f"{one} {two}" for one, two in pairwise(written)}
    return {unmarked(one): one for one in written} | {one: one for one in written} | pairs


def _strongest(weighed: Iterable[tuple[str, float]]) -> tuple[str, ...]:
    found: list[str] = []
    for one, strength in sorted(weighed, key=lambda pair: (-pair[1], pair[0])):
        if strength > 0 and len(found) < _SHOWN and not any(one in known or known in one for known in found):
            found.append(one)
    return tuple(found)


def _weighed(grams: set[str], rarity: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(rarity[gram] ** 2 for gram in grams)) or 1.0
    return {gram: rarity[gram] / length for gram in grams}


def _evidence(by_field: dict[int, float], total: float, rarity: float) -> tuple[tuple[int, float], ...]:
    """How much likelier the gram is in each field than in the others, over a field that never used it."""
    unused = math.log((total + _SMOOTHING) / _SMOOTHING)
    return tuple(
        (number, rarity * (unused + math.log((w + _SMOOTHING) / (total - w + _SMOOTHING))))
        for number, w in by_field.items()
    )
