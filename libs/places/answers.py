"""Finds the questions and answers for a citizen's words, while they are being typed."""

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate, chain, pairwise, takewhile

from libs.places.synonyms import SYNONYMS
from libs.places.text import expand, syllables, words
from libs.places.words import COURTESIES

_SATURATION = 2.0  # BM25's k1
_LENGTH = 0.9  # BM25's b
_QUESTION = 2  # a word of the question counts as so many of the answer
_OPENING = 40  # syllables at the beginning of an answer: it says there what it is about, so they count twice
_COMPLETIONS = 40  # words that the last syllable may become while it is typed
_WORK = 40_000  # postings looked at for one query, the rarest words first
_SECOND_LOOK = 50  # best entries looked through for every syllable
_SHORT = 8  # different syllables; an entry that happens to hold all of a longer question is merely a long one
_SYNONYM = 0.3  # what another word of the same meaning counts beside the word that was said
_COURTESIES = tuple(f" {phrase} " for phrase in COURTESIES)


@dataclass(frozen=True)
class Entry:
    """A question with its answer, as the agency of its field gave it (Điều 10.1)."""

    id: str
    field: str
    question: str
    answer: str


@dataclass(frozen=True)
class Hit:
    """An entry that was found; the score orders the hits of one search and means nothing else.

    `share`: how much of what was asked, courtesies aside, the entry holds: 1.0 is every syllable.
    """

    entry: Entry
    score: float
    share: float


class AnswerIndex:
    """BM25 over three kinds of terms: syllables without marks, words with their marks, pairs of syllables.

    A query with marks so prefers "đường" to "dương"; one without finds both.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._postings = _Postings([_counted(entry) for entry in self._entries])
        self._vocabulary = sorted(term for term in self._postings.terms if term.isascii() and " " not in term)

    def search(self, query: str, limit: int = 6) -> list[Hit]:
        """The best entries; of a short query those with every syllable come before those with some.

        Works with and without marks, from the second letter, completes the last syllable being typed, and
        finds by another word of the same meaning.
        """
        asked = _asked(query)
        if sum(map(len, asked)) < 2:
            return []
        said = Counter((*asked, *_marked(query), *map(" ".join, pairwise(asked))))
        groups = {term: [term] for term in said}
        if query[-1:].isalnum():
            groups[asked[-1]] = self._completed(asked[-1])
        meant = {
            term: [other for other in SYNONYMS[term] if other not in said] for term in said.keys() & SYNONYMS
        }
        weighted = [(group, math.sqrt(said[term])) for term, group in groups.items()]
        scores = self._scored([*weighted, *((others, _SYNONYM) for others in meant.values())])
        best = nlargest(max(limit, _SECOND_LOOK), scores, key=scores.__getitem__)
        wanted = _wanted(groups, meant, asked)
        if len(wanted) <= _SHORT:
            best.sort(key=lambda at: not all(self._postings.hold(group, at) for group in wanted))
        return [Hit(self._entries[at], scores[at], self._share(wanted, at)) for at in best[:limit]]

    def _share(self, wanted: list[list[str]], at: int) -> float:
        return sum(self._postings.hold(group, at) for group in wanted) / len(wanted)

    def _scored(self, groups: list[tuple[list[str], float]]) -> dict[int, float]:
        """Scores by entry, from groups and their weights: the rarest first, until enough work is done."""
        scores: dict[int, float] = {}
        work = 0
        counted = ((sum(map(self._postings.count, group)), group, weight) for group, weight in groups)
        for count, group, weight in sorted(counted):
            work += count
            if work > _WORK and scores:
                break
            for at, share in self._postings.shares(group):
                scores[at] = scores.get(at, 0.0) + weight * share
        return scores

    def _completed(self, start: str) -> list[str]:
        """The syllable itself and what it may become, the commonest first, as far as the work goes."""
        count = self._postings.count
        first = bisect_left(self._vocabulary, start)
        longer = takewhile(lambda term: term.startswith(start), self._vocabulary[first:])
        found = sorted(longer, key=lambda term: (term != start, -count(term)))[:_COMPLETIONS]
        done = accumulate(map(count, found), initial=0)
        return [term for term, before in zip(found, done, strict=False) if before < _WORK]


class _Postings:
    """Which entries hold a term and what it adds to each, in two long arrays: a term is a slice of both."""

    def __init__(self, counted: list[Counter[str]]) -> None:
        spread = Counter(chain.from_iterable(counted))
        self.terms = {term: number for number, term in enumerate(spread)}
        self._starts = array("I", accumulate(spread.values(), initial=0))
        free = array("I", self._starts)
        self._entries = array("I", bytes(4 * self._starts[-1]))
        self._shares = array("f", bytes(4 * self._starts[-1]))
        lengths = [sum(count.values()) or 1 for count in counted]
        mean = sum(lengths) / (len(lengths) or 1)
        rarity = [math.log(1 + (len(counted) - seen + 0.5) / (seen + 0.5)) for seen in spread.values()]
        for at, (count, length) in enumerate(zip(counted, lengths, strict=True)):
            damped = _SATURATION * (1 - _LENGTH + _LENGTH * length / mean)
            for term, times in count.items():
                number = self.terms[term]
                place = free[number]
                free[number] = place + 1
                self._entries[place] = at
                self._shares[place] = rarity[number] * times * (_SATURATION + 1) / (times + damped)

    def count(self, term: str) -> int:
        start, end = self._slice(term)
        return end - start

    def shares(self, group: list[str]) -> Iterable[tuple[int, float]]:
        """What a group adds to each entry: the most that one of its terms adds."""
        slices = [slice(*self._slice(term)) for term in group]
        if len(slices) == 1:
            return zip(self._entries[slices[0]], self._shares[slices[0]], strict=True)
        most: dict[int, float] = {}
        for part in slices:
            for at, share in zip(self._entries[part], self._shares[part], strict=True):
                if share > most.get(at, 0.0):
                    most[at] = share
        return most.items()

    def hold(self, group: list[str], at: int) -> bool:
        """Whether the entry holds a term of the group."""
        for term in group:
            start, end = self._slice(term)
            place = bisect_left(self._entries, at, start, end)
            if place < end and self._entries[place] == at:
                return True
        return False

    def _slice(self, term: str) -> tuple[int, int]:
        number = self.terms.get(term)
        return (0, 0) if number is None else (self._starts[number], self._starts[number + 1])


def _tokens(text: str) -> list[str]:
    return expand(syllables(text))


def _marked(text: str) -> list[str]:
    return [word for word in words(text) if not word.isascii()]


def _asked(query: str) -> list[str]:
    """The syllables of the query without courtesies, unless it has nothing else."""
    text = bare = f" {' '.join(_tokens(query))} "
    for phrase in _COURTESIES:
        bare = bare.replace(phrase, " ")
    return bare.split() or text.split()


def _wanted(groups: dict[str, list[str]], meant: dict[str, list[str]], asked: list[str]) -> list[list[str]]:
    """For each different syllable that was asked the terms that an entry may hold instead."""
    wanted = {syllable: [*groups[syllable]] for syllable in asked}
    for term, others in meant.items():
        for syllable in syllables(term):
            if syllable in wanted:
                wanted[syllable] += others
    return [*wanted.values()]


def _counted(entry: Entry) -> Counter[str]:
    count: Counter[str] = Counter()
    for text, weight in ((entry.question, _QUESTION), (entry.answer, 1)):
        tokens = _tokens(text)
        for term in (*tokens, *_marked(text), *map(" ".join, pairwise(tokens))):
            count[term] += weight
    count.update(_tokens(entry.answer)[:_OPENING])
    return count
