"""Cases of the same matter among 100,000: what an operator waits for while typing (goal p95 100 ms)."""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from libs.contracts.events import Person
from libs.runtime.database import open_engine, reading, upsert, writing
from services.desk import alike
from services.desk.contacts import CONTACT, contact_rows
from services.desk.domain.contacts import contacts_of
from services.desk.domain.duplicates import Asked, matches
from services.desk.domain.state import CaseState
from services.desk.migrations import prepare
from services.desk.store import CASE, seconds, states

GOAL = 0.1
"""Seconds in which nineteen of twenty answers come."""

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAYS, PLACES, FIELDS, PEOPLE, BATCH = 60, 166, 10, 30_000, 5_000
WORDS = (
    "đèn đường hỏng rác chợ nước ngập cống tắc ồn ào xây dựng trái phép khám bệnh tiêm phòng học phí trường"
    " lớp mất điện xe buýt chậm giấy tờ hộ khẩu đất đai tranh chấp"
)


def cases(count: int, chance: random.Random) -> Iterator[CaseState]:
    """Spread over two months; every tenth in one place and field, as after a storm."""
    words = WORDS.split()
    for number in range(count):
        storm = chance.random() < 0.1
        yield CaseState(
            case_id=f"{number:032x}",
            code=f"{number:09}",
            text=" ".join(chance.choices(words, k=40)),
            opened_at=NOW - timedelta(seconds=chance.randrange(DAYS * 86_400)),
            person=Person(
                phone=f"+849{chance.randrange(10**8):08}", email=f"dan{number % PEOPLE}@thu.example"
            ),
            place="0" if storm else str(chance.randrange(PLACES)),
            field="F0" if storm else f"F{chance.randrange(FIELDS)}",
            status="routed",
        )


def row(state: CaseState) -> dict[str, Any]:
    assert state.opened_at
    at = seconds(state.opened_at)
    return {
        "case_id": state.case_id,
        "code": state.code,
        "status": state.status,
        "queue": "agency",
        "agency": "SYT",
        "field": state.field,
        "place": state.place,
        "urgent": False,
        "calm": 1,
        "phone": state.person.phone,
        "opened_at": at,
        "updated_at": at,
        "due": at,
        "state": state.model_dump_json(exclude_defaults=True),
    }


def fill(engine: Engine, found: Sequence[CaseState]) -> None:
    prepare(engine)
    with writing(engine) as connection:
        for begin in range(0, len(found), BATCH):
            batch = found[begin : begin + BATCH]
            upsert(connection, CASE, [row(one) for one in batch], key=["case_id"])
            senders = [each for one in batch for each in contact_rows(one)]
            upsert(connection, CONTACT, senders, key=["case_id", "kind", "value"])


def answer(engine: Engine, state: CaseState, *, storm: bool) -> float:
    """Seconds of one search."""
    place, field = ("0", "F0") if storm else (state.place or "", state.field or "")
    asked = Asked(state.text, "", place, field, contacts_of(state))
    begun = time.perf_counter()
    with reading(engine) as connection:
        best = matches(asked, alike.candidates(connection, asked, NOW))
        states(connection, [one.case_id for one in best])
    return time.perf_counter() - begun


def measure(engine: Engine, count: int) -> None:
    chance = random.Random(1022)
    found = list(cases(count, chance))
    fill(engine, found)
    for name, storm in (("anywhere", False), ("where most cases are", True)):
        taken = sorted(answer(engine, one, storm=storm) for one in chance.sample(found, 200))
        p50, p95 = taken[100], taken[190]
        print(f"{name}: p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, {p95 / GOAL:.2f} of the limit")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", default="", help="address; a SQLite file of its own by default")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(asked.database or f"sqlite:///{Path(folder) / 'desk.db'}")
        measure(engine, asked.cases)
        engine.dispose()


if __name__ == "__main__":
    main()
