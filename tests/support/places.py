"""The gazetteer and the questions of the pack Thanh Hóa 2021, read straight from its files."""

import csv
from functools import cache
from pathlib import Path

from libs.places.answers import Entry
from libs.places.fields import FieldModel
from libs.places.gazetteer import Gazetteer, Unit

PACK = Path(__file__).parents[2] / "packs" / "thanh-hoa-2021"
COMMON = PACK.parent / "common"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the pack's CSV files, or of the one that all packs have in common."""
    with (PACK / name if (PACK / name).exists() else COMMON / name).open(
        encoding="utf-8-sig", newline=""
    ) as file:
        return list(csv.DictReader(file))


@cache
def units() -> tuple[Unit, ...]:
    def aliases(row: dict[str, str]) -> tuple[str, ...]:
        return tuple(filter(None, row["aliases"].split("|")))

    return tuple(
        Unit(row["code"], row["name_vi"], row["level"], row["parent"] or None, aliases(row))  # type: ignore[arg-type]
        for row in rows("units.csv")
    )


@cache
def gazetteer() -> Gazetteer:
    named = [
        (row["words"], row["unit_code"]) for name in ("landmarks", "old_names") for row in rows(f"{name}.csv")
    ]
    quiet = [row["words"] for row in rows("quiet_words.csv")]
    return Gazetteer(units(), named, quiet, [row["words"] for row in rows("other_provinces.csv")])


@cache
def entries() -> tuple[Entry, ...]:
    return tuple(Entry(row["id"], row["field"], row["question"], row["answer"]) for row in rows("faq.csv"))


@cache
def model() -> FieldModel:
    return FieldModel.train(examples())


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """What the field is learnt from: the questions of the agencies and the corrections of the operators."""
    corrected = tuple((row["text"], row["field"]) for row in rows("corrections.csv"))
    return (*((entry.question, entry.field) for entry in entries()), *corrected)
