"""`hotline classify`: what the router would read in words, without a system."""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from libs.cli.packs import load_or_explain
from libs.cli.tables import BEYOND, read, write
from libs.packs.knowledge import Knowledge


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    classify = commands.add_parser(
        "classify",
        help="columns id,text → id,field1,field2,field3,margin,places,urgent",
        description="Places are codes of districts where the pack has districts, else of communes; several "
        "are all that the words may mean. A row with a comma too many is named on the error output and left "
        "out; then exit 1.",
    )
    classify.add_argument("pack", type=Path)
    classify.add_argument("file", type=Path)
    classify.set_defaults(run=run_classify)


def run_classify(arguments: argparse.Namespace) -> int:
    pack = load_or_explain(arguments.pack)
    if pack is None:
        return 1
    columns = ("id", "field1", "field2", "field3", "margin", "places", "urgent")
    knowledge = Knowledge.of(pack, datetime.fromtimestamp(time.time(), UTC).date())
    wrong: list[int] = []

    def answers() -> Iterator[dict[str, object]]:
        for line, row in read(arguments.file, ("id", "text")):
            if BEYOND in row:
                wrong.append(line)
                said = "more cells than columns: a text with a comma needs quotes"
                print(f"{arguments.file.name}:{line}: {row['id']}: {said}", file=sys.stderr)
            else:
                yield {"id": row["id"], **_classified(knowledge, row["text"])}

    write(columns, answers())
    return 1 if wrong else 0


def _classified(knowledge: Knowledge, text: str) -> dict[str, object]:
    reading = knowledge.read(text, "")
    ranked = [field for field, _ in reading.ranked] + [""] * 3
    return {
        **{f"field{place}": field for place, field in enumerate(ranked[:3], 1)},
        "margin": f"{reading.margin:.3f}",
        "places": "|".join(reading.places.districts or reading.places.units),
        "urgent": "yes" if reading.urgent else "no",
    }
