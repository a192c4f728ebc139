"""Places and fields: how often right on given sentences, and texts per second on one core (goal 5,000)."""

import argparse
import csv
import time
from pathlib import Path

from libs.packs.knowledge import Knowledge
from tests.support.places import entries, examples
from tests.support.provinces import knowledge, province

GOAL_TEXTS_PER_SECOND = 5_000


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def accuracy(known: Knowledge, sentences: list[dict[str, str]]) -> None:
    """Columns text, field, fields_all (joined by |) and district_code (joined by |, empty for none)."""
    first = three = exact = 0
    for row in sentences:
        accepted = set((row.get("fields_all") or row["field"]).split("|"))
        reading = known.read(row["text"], "")
        ranked = [field for field, _ in reading.ranked]
        first += ranked[0] in accepted
        three += not accepted.isdisjoint(ranked)
        wanted = set(filter(None, row["district_code"].split("|")))
        found = reading.places
        exact += set(found.districts) == wanted
        if set(found.districts) != wanted or ranked[0] not in accepted:
            print(f"  {row['id']}: {ranked} {found.districts}, wanted {sorted(accepted)} {sorted(wanted)}")
    count = len(sentences)
    print(f"field {first / count:.2f}   among three {three / count:.2f}   place sets {exact}/{count}")


def speed(pack: str, texts: list[str], rounds: int = 40) -> None:
    """The quickest round through the texts, since what slows the others is not ours."""
    known = knowledge(pack)
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        for text in texts:
            known.read(text, "")
        taken.append(time.process_time() - started)
    rate = len(texts) / min(taken)
    print(f"place, field, urgency in {pack}: {rate:,.0f}/s = {rate / GOAL_TEXTS_PER_SECOND:.1f}× the goal")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "sentences", nargs="?", type=Path, help="CSV: id, text, field, fields_all, district_code"
    )
    given = asked.parse_args()
    province("thanh-hoa-2021")
    started = time.perf_counter()
    knowledge("thanh-hoa-2021")
    print(
        f"places named, {len(examples())} examples learnt in {1000 * (time.perf_counter() - started):.0f} ms"
    )
    if given.sentences:
        accuracy(knowledge("thanh-hoa-2021"), read(given.sentences))
    texts = (
        [row["text"] for row in read(given.sentences)] if given.sentences else [e.question for e in entries()]
    )
    for pack in ("thanh-hoa-2021", "thanh-hoa", "dong-nai"):
        speed(pack, texts)


if __name__ == "__main__":
    main()
