"""Search in 20,000 questions and answers (goal p95 30 ms) beside a plain BM25, and how often it is right."""

import argparse
import csv
import math
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from heapq import nlargest
from pathlib import Path

from libs.places.answers import AnswerIndex, Entry
from libs.places.text import fold, syllables
from tests.support.places import entries

GOAL = 0.03
"""Seconds of processor time in which nineteen of twenty searches end."""

FIRST = 5
Search = Callable[[str], Sequence[str]]


class Plain:
    """BM25 on folded words, k1 1.5, b 0.75, all postings of every word: what one writes in an afternoon."""

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        self._ids = [name for name, _ in texts]
        counted = [Counter(syllables(text)) for _, text in texts]
        mean = sum(map(len, counted)) / len(counted)
        self._found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, count in enumerate(counted):
            for word, times in count.items():
                damped = 1.5 * (0.25 + 0.75 * len(count) / mean)
                self._found[word].append((at, times * 2.5 / (times + damped)))

    def search(self, query: str) -> list[str]:
        scores: dict[int, float] = {}
        for word in set(syllables(query)):
            rows = self._found.get(word, [])
            rarity = math.log(1 + (len(self._ids) - len(rows) + 0.5) / (len(rows) + 0.5))
            for at, share in rows:
                scores[at] = scores.get(at, 0.0) + rarity * share
        return [self._ids[at] for at in nlargest(FIRST, scores, key=scores.__getitem__)]


def ours(found: Sequence[Entry]) -> Search:
    index = AnswerIndex(found)
    return lambda query: [hit.entry.id for hit in index.search(query, FIRST)]


def read(path: Path) -> list[Entry]:
    """Columns id, question, answer."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [Entry(row["id"], "", row["question"], row["answer"]) for row in csv.DictReader(file)]


def many(known: Sequence[Entry], count: int, chance: random.Random) -> list[Entry]:
    """Entries made of the known ones' sentences, so that words are as common as they are."""
    sentences = [one.strip() for entry in known for one in entry.answer.split(".") if one.strip()]
    questions = [entry.question for entry in known]
    return [
        Entry(f"{at}", "", chance.choice(questions), ". ".join(chance.choices(sentences, k=5)))
        for at in range(count)
    ]


def p95(search: Search, queries: Sequence[str]) -> float:
    """Seconds of processor time."""
    taken = []
    for query in queries:
        begun = time.process_time()
        search(query)
        taken.append(time.process_time() - begun)
    return sorted(taken)[int(0.95 * len(taken))]


def speed(known: Sequence[Entry], count: int) -> bool:
    """True when the goal was missed."""
    chance = random.Random(1022)
    found = many(known, count, chance)
    plain = Plain([(one.id, f"{one.question} {one.answer}") for one in found]).search
    begun = time.process_time()
    index = ours(found)
    print(f"{count:,} entries indexed in {time.process_time() - begun:.1f} s")
    asked = [entry.question for entry in chance.sample(known, min(100, len(known)))]
    late = False
    for name, queries in {
        "two letters": [query[:2] for query in asked],
        "while typing": [query[:length] for query in asked for length in (5, 9, 15, 25)],
        "whole questions": asked,
        "without marks": [fold(query) for query in asked],
    }.items():
        taken, beside = p95(index, queries), p95(plain, queries)
        late = late or taken > GOAL
        print(
            f"{name}: p95 {taken * 1000:.1f} ms, {taken / GOAL:.2f} of the limit,"
            f" {taken / beside:.2f} × a plain BM25 ({beside * 1000:.1f} ms)"
        )
    return late


def recall(questions: Sequence[Entry]) -> None:
    """Only the answers are indexed; each question is asked, and asked without its marks."""
    index = ours([Entry(one.id, "", "", one.answer) for one in questions])
    plain = Plain([(one.id, one.answer) for one in questions]).search
    for name, search in (("ours", index), ("plain BM25", plain)):
        for kind, spoken in (("with marks", str), ("without", fold)):
            hits = sum(one.id in search(spoken(one.question)) for one in questions)
            print(f"{name}, {kind}: {hits / len(questions):.3f} among the first {FIRST} of {len(questions)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="?", type=Path, help="CSV: id, question, answer")
    parser.add_argument("--entries", type=int, default=20_000)
    asked = parser.parse_args()
    given = read(asked.questions) if asked.questions else []
    if given:
        recall(given)
    sys.exit("the search is late" if speed(given or entries(), asked.entries) else 0)


if __name__ == "__main__":
    main()
