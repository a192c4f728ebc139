"""What asking "what is due now" costs, 1 k to 1 M open clocks: `python -m benchmarks.clocks [--postgres]`.

Each line is a ratio to the smallest case of the same run, so 1.0 all the way down is flat. Two questions:
a look that finds nothing (what the ticker does twice a second), and firing ten clocks that have just
become due, their facts noted in the same transaction.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert, text

from libs.packs.folder import load
from libs.packs.model import Pack
from libs.runtime.database import open_engine, writing
from services.sla.clock import Clock, Sheet
from services.sla.store import CLOCK, Store
from services.sla.tables import SlaTable
from tests.support.databases import fresh_postgres, postgres_server

PACK = Path(__file__).parents[1] / "packs/thanh-hoa-2021"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LOOKS, FIRINGS, DUE = 400, 40, 10
SPREAD = 8 * 3600


def rows(pack: Pack, sheet: Sheet, many: int) -> Iterator[dict[str, object]]:
    """Running clocks that end one after the other within eight working hours, none yet."""
    begin = sheet.coordinate(START) + 1_000
    hours = f"{pack.version}/province"
    for i in range(many):
        due = begin + SPREAD + i * SPREAD // many
        clock = Clock(
            case_id=uuid4().hex, id="answer-1", kind="answer", agency="SYT", field="F04", urgent=False,
            clause="Điều 10.3", start=START, budget_seconds=SPREAD, hours=hours, pack=pack.version,
            cause=UUID(int=i), case_seq=i + 1, due_at=due, warnings=((75, due - SPREAD // 4),),
        )  # fmt: skip
        yield {
            "case_id": clock.case_id, "clock": clock.id, "kind": clock.kind, "state": clock.state,
            "hours": clock.hours, "next_at": clock.next_at, "data": clock.model_dump_json(),
        }  # fmt: skip


def fill(engine: Engine, pack: Pack, sheet: Sheet, many: int) -> None:
    SlaTable.metadata.create_all(engine)
    page: list[dict[str, object]] = []
    with writing(engine) as connection:
        for row in rows(pack, sheet, many):
            page.append(row)
            if len(page) == 10_000:
                connection.execute(insert(CLOCK), page)
                page.clear()
        if page:
            connection.execute(insert(CLOCK), page)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("vacuum analyze sla_clock"))


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


class Subject:
    """One database with so many open clocks, and what was measured on it."""

    def __init__(self, url: str, pack: Pack, sheet: Sheet, many: int) -> None:
        self.many = many
        self.engine = open_engine(url)
        fill(self.engine, pack, sheet, many)
        self.store = Store(self.engine, lambda _: pack)
        self.hours = f"{pack.version}/province"
        self.sheet = sheet
        self.looks: list[float] = []
        self.firings: list[float] = []

    def look(self) -> None:
        """Nothing is due."""
        for each in self.store.hours_in_use():
            assert not self.store.is_due(each, self.sheet.coordinate(START))

    def fire(self) -> None:
        """The next ten."""
        assert self.store.fire(self.hours, self.sheet, 2**40, DUE).taken == DUE

    def p50_us(self) -> tuple[float, float]:
        return statistics.median(self.looks) * 1e6, statistics.median(self.firings) * 1e6


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/sla.db"


def main() -> None:
    pack = load(PACK)
    sheet = Sheet(pack.calendar("province"))
    if "--postgres" in sys.argv:
        with postgres_server() as maintenance:
            compare("PostgreSQL", lambda: fresh_postgres(maintenance), pack, sheet)
    else:
        compare("SQLite", sqlite, pack, sheet)


Database = Callable[[], AbstractContextManager[str]]


def compare(name: str, database: Database, pack: Pack, sheet: Sheet) -> None:
    """The sizes take turns, so that whatever else the machine does meets all of them alike."""
    with ExitStack() as stack:
        subjects = [Subject(stack.enter_context(database()), pack, sheet, many) for many in SIZES]
        for turn in range(LOOKS):
            for subject in subjects:
                subject.looks.append(seconds(subject.look))
                if turn < FIRINGS:
                    subject.firings.append(seconds(subject.fire))
        first = subjects[0].p50_us()
        print(
            f"{name}: open clocks | nothing due, p50 µs (ratio) | fire {DUE}, p50 µs (ratio) | count all, ms"
        )
        for subject in subjects:
            look, fire = subject.p50_us()
            count = min(seconds(subject.store.counts) for _ in range(3)) * 1000
            ratios = f"{look:7.0f} ({look / first[0]:.2f}) | {fire:7.0f} ({fire / first[1]:.2f})"
            print(f"{subject.many:>9,} | {ratios} | {count:.1f}")
            subject.engine.dispose()


if __name__ == "__main__":
    main()
