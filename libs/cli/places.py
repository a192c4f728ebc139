"""`hotline classify` and `hotline faq search`: what the router and the desk would find, without a system."""

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from libs.cli.packs import load_or_explain
from libs.cli.tables import read, write
from libs.packs.knowledge import Knowledge
from libs.packs.model import Pack
from libs.places.answers import AnswerIndex, Entry
from libs.places.fields import Suggestion


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    classify = commands.add_parser(
        "classify", help="columns id,text → id,field1,field2,field3,margin,places,urgent"
    )
    classify.add_argument("pack", type=Path)
    classify.add_argument("file", type=Path)
    classify.set_defaults(run=run_classify)
    faq = commands.add_parser("faq", help="questions and answers").add_subparsers(
        metavar="ACTION", required=True
    )
    search = faq.add_parser(
        "search", help="columns id,question,answer → id,rank of the right answer (0: none)"
    )
    search.add_argument("file", type=Path)
    search.set_defaults(run=run_search)


def run_classify(arguments: argparse.Namespace) -> int:
    pack = load_or_explain(arguments.pack)
    if pack is None:
        return 1
    columns = ("id", "field1", "field2", "field3", "margin", "places", "urgent")
    write(columns, _classified(pack, arguments.file))
    return 0


def _classified(pack: Pack, file: Path) -> Iterator[dict[str, object]]:
    knowledge = Knowledge.of(pack, datetime.fromtimestamp(time.time(), UTC).date())
    for _, row in read(file, ("id", "text")):
        suggestion = knowledge.fields.suggest(row["text"]) if knowledge.fields else Suggestion((), 0.0)
        ranked = [field for field, _ in suggestion.ranked] + [""] * 3
        found = knowledge.gazetteer.find(row["text"])
        yield {
            "id": row["id"],
            "field1": ranked[0],
            "field2": ranked[1],
            "field3": ranked[2],
            "margin": f"{suggestion.margin:.3f}",
            "places": "|".join(found.districts),
            "urgent": "yes" if knowledge.urgent(row["text"]) else "no",
        }


def run_search(arguments: argparse.Namespace) -> int:
    """Indexes the answers only and searches by each question; then says how often the right one was found."""
    rows = [row for _, row in read(arguments.file, ("id", "question", "answer"))]
    index = AnswerIndex(Entry(id=row["id"], field="", question="", answer=row["answer"]) for row in rows)
    ranks = [_rank(index, row) for row in rows]
    write(("id", "rank"), ({"id": row["id"], "rank": rank} for row, rank in zip(rows, ranks, strict=True)))
    return 0


def _rank(index: AnswerIndex, row: dict[str, str]) -> int:
    hits = [hit.entry.id for hit in index.search(row["question"], limit=100)]
    return hits.index(row["id"]) + 1 if row["id"] in hits else 0
