"""The overdue board and its lists among 100,000 cases (goal p95 50 ms of processor time)."""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from libs.packs.folder import load
from libs.packs.model import Pack
from libs.runtime.database import open_engine, reading, upsert, writing
from services.desk.domain.state import CaseState
from services.desk.migrations import prepare
from services.desk.oversight.board import Wanted, board_of, page_behind
from services.desk.oversight.store import LATE, WATCH
from services.desk.store import CASE, seconds

GOAL = 0.05
"""Seconds in which nineteen of twenty answers come."""

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPEN, OVERDUE, BATCH, TIMES = 0.2, 0.05, 5_000, 100


def rows(
    count: int, pack: Pack, chance: random.Random
) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """A fifth is open, every twentieth late, over all agencies; the late clock beside the case."""
    agencies = [one.code for one in pack.agencies]
    fields, places = [one.code for one in pack.fields], [one.code for one in pack.units]
    for number in range(count):
        opened = NOW - timedelta(seconds=chance.randrange(365 * 86_400))
        case_id, kind = f"{number:032x}", chance.random()
        state = CaseState(case_id=case_id, code=f"{number:09}", text="Đèn đường hỏng " * 8, opened_at=opened)
        queue = "agency" if kind < OPEN else "triage" if kind < OPEN + 0.005 else "closed"
        agency, due = chance.choice(agencies), seconds(NOW) - chance.randrange(-86_400, 40 * 86_400)
        late = {"case_id": case_id, "clock": "answer-1", "kind": "answer", "agency": agency, "due": due}
        late["kind"] = "promise" if chance.random() < 0.1 else "answer"
        case = {
            "case_id": case_id, "code": state.code, "status": "routed", "queue": queue, "agency": agency,
            "field": chance.choice(fields), "place": chance.choice(places), "urgent": False, "calm": 1,
            "phone": "", "opened_at": seconds(opened), "updated_at": seconds(opened), "due": due,
            "state": state.model_dump_json(exclude_defaults=True),
        }  # fmt: skip
        late |= {"field": case["field"], "place": case["place"]}
        yield case, late if kind < OVERDUE and due < seconds(NOW) else None


def fill(engine: Engine, pack: Pack, count: int) -> None:
    prepare(engine)
    found = list(rows(count, pack, random.Random(1022)))
    late = [clock for _, clock in found if clock]
    watched = [
        {name: value for name, value in one.items() if name not in {"clock", "kind"}} | {"what": what}
        for what, step in (("returned", 10), ("reopened", 7))
        for one in late[::step]
    ]
    with writing(engine) as connection:
        for begin in range(0, count, BATCH):
            upsert(connection, CASE, [case for case, _ in found[begin : begin + BATCH]], key=["case_id"])
        upsert(connection, LATE, late, key=["case_id", "clock"])
        upsert(connection, WATCH, watched, key=["case_id", "what"])
    print(f"{count} cases, {len(late)} late")


def measure(engine: Engine, pack: Pack) -> None:
    field, place = pack.fields[3].code, pack.units[5].code
    everything, some = Wanted(), Wanted(field=field)
    questions: dict[str, Callable[[Connection], object]] = {
        "the whole board": lambda each: board_of(each, pack, NOW, everything),
        "of one field": lambda each: board_of(each, pack, NOW, some),
        "of one place": lambda each: board_of(each, pack, NOW, Wanted(place=place)),
        "the list of an age": lambda each: page_behind(each, pack, NOW, "late", "d10", everything, ""),
        "the list of a field": lambda each: page_behind(each, pack, NOW, "late", "", some, ""),
        "nobody's cases": lambda each: page_behind(each, pack, NOW, "nobody", "", everything, ""),
    }
    for name, question in questions.items():
        taken = sorted(_once(engine, question) for _ in range(TIMES))
        p50, p95 = taken[TIMES // 2], taken[TIMES * 95 // 100]
        print(f"{name}: p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, {p95 / GOAL:.2f} of the limit")


def _once(engine: Engine, question: Callable[[Connection], object]) -> float:
    begun = time.thread_time()
    with reading(engine) as connection:
        question(connection)
    return time.thread_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", default="", help="address; a SQLite file of its own by default")
    asked = parser.parse_args()
    pack = load(Path(__file__).parents[1] / "packs" / "thanh-hoa")
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(asked.database or f"sqlite:///{Path(folder) / 'desk.db'}")
        fill(engine, pack, asked.cases)
        measure(engine, pack)
        engine.dispose()


if __name__ == "__main__":
    main()
