"""What a million open clocks cost: `python -m benchmarks.clocks [--postgres]`.

First what asking "what is due now" costs at 1 k to 1 M open clocks, each line as a ratio to the smallest
case of the same run, so 1.0 all the way down is flat. Two questions: a look that finds nothing (what the
ticker does twice a second), and firing ten clocks that have just become due, their facts noted in the same
transaction. Then, over the million: the disk each clock takes, and a changed calendar, announced for a later
day and for a day in the past, beside one UPDATE for each clock.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine, bindparam, insert, select, text, update

from libs.contracts.packchanges import PackChange
from libs.packs.folder import load
from libs.packs.model import Day, Pack
from libs.runtime.database import open_engine, writing
from services.sla.changing import Changing
from services.sla.domain.book import Book
from services.sla.domain.clock import Clock
from services.sla.domain.reckoning import sheet
from services.sla.due import Due
from services.sla.rows import CLOCK, HOURS, IN_COLUMNS
from services.sla.store import Store
from services.sla.tables import SlaTable
from tests.support.databases import fresh_postgres, postgres_server

PACK = Path(__file__).parents[1] / "packs/thanh-hoa-2021"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""08:00 on a Monday: the clocks start one after the other within that minute, with five days of time."""

LOOKS, FIRINGS, DUE = 400, 40, 10
BUDGET = 40 * 3600
GOAL = 20.0
"""Seconds in which a million open clocks must count in a changed calendar; a busy machine misses it."""


def later(pack: Pack, day: date) -> Pack:
    """The same pack with one more holiday."""
    holiday = Day(day=day, kind="holiday", name="Lễ", status="ok")
    return Pack.model_validate({**pack.model_dump(), "days": (*pack.days, holiday), "version": f"x-{day}"})


class Province:
    """The pack in force and two that come after it."""

    def __init__(self) -> None:
        self.now = load(PACK)
        announced = START + timedelta(hours=2)
        packs = [self.now, later(self.now, date(2026, 3, 4)), later(self.now, date(2026, 3, 2))]
        known = {pack.version: pack for pack in packs}
        self.history: list[PackChange] = []
        self.book = Book(known.__getitem__, lambda: tuple(self.history))
        self.changes = [
            PackChange(number=i, version=pack.version, at=announced, by="bench", recompute=("province",))
            for i, pack in enumerate(packs, start=1)
        ]
        self.hours = f"{self.now.version}/province"


def rows(province: Province, many: int) -> Iterator[dict[str, object]]:
    """Running clocks, none due yet."""
    begin = sheet(province.hours, province.book).coordinate(START)
    for i in range(many):
        start = START + timedelta(seconds=i * 60 // many)
        clock = Clock(
            case_id=uuid4().hex, id="answer-1", kind="answer", agency="SYT", field="F04", slip=1, start=start,
            budget_seconds=BUDGET, hours=province.hours, change=1, pack=province.now.version,
            cause=UUID(int=i), case_seq=i + 1, step=1,
        )  # fmt: skip
        yield {
            "case_id": clock.case_id, "clock": clock.id, "kind": clock.kind, "state": clock.state, "hours": 1,
            "start_at": int(start.timestamp()), "next_at": begin + (start - START).seconds + BUDGET * 3 // 4,
            "data": clock.model_dump_json(exclude=IN_COLUMNS, exclude_defaults=True),
        }  # fmt: skip


def fill(engine: Engine, province: Province, many: int) -> None:
    SlaTable.metadata.create_all(engine)
    page: list[dict[str, object]] = []
    with writing(engine) as connection:
        group = {"profile": "province", "version": province.now.version, "change": 1, "rests": False}
        connection.execute(insert(HOURS).values(id=1, **group))
        for row in rows(province, many):
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

    def __init__(self, url: str, province: Province, many: int) -> None:
        self.many = many
        self.province = province
        self.engine = open_engine(url)
        fill(self.engine, province, many)
        self.store, self.due = Store(self.engine, province.book), Due(self.engine, province.book)
        self.changing = Changing(self.engine, province.book)
        self.looks: list[float] = []
        self.firings: list[float] = []

    def look(self) -> None:
        """Nothing is due."""
        for group, at in self.due.soonest():
            assert not self.due.reached(group, at, START)

    def fire(self) -> None:
        """The next ten."""
        assert self.due.fire(1, START + timedelta(days=4), DUE).taken == DUE

    def p50_us(self) -> tuple[float, float]:
        return statistics.median(self.looks) * 1e6, statistics.median(self.firings) * 1e6

    def bytes_each(self) -> float:
        """On the disk, indexes included."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                found = connection.execute(text("select pg_total_relation_size('sla_clock')")).scalar_one()
            else:
                found = Path(str(self.engine.url.database)).stat().st_size
        return float(found) / self.many

    def change(self, number: int) -> float:
        """Adopt this change for all."""
        change = self.province.changes[number]
        self.province.history[:] = self.province.changes[: number + 1]
        return seconds(lambda: self.changing.adopt(1, change.at))

    def one_by_one(self, some: int) -> float:
        """Seconds for all of them, had each its own UPDATE; measured on some."""
        with writing(self.engine) as connection:
            found = connection.execute(select(CLOCK.c.case_id, CLOCK.c.next_at).limit(some)).all()
            each = update(CLOCK).where(CLOCK.c.case_id == bindparam("id_"), CLOCK.c.clock == "answer-1")
            pairs = [{"id_": row.case_id, "at_": row.next_at} for row in found]

            def rewrite() -> None:
                for pair in pairs:
                    connection.execute(each.values(next_at=bindparam("at_")), pair)

            return seconds(rewrite) * self.many / some


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/sla.db"


Database = Callable[[], AbstractContextManager[str]]


def compare(name: str, database: Database) -> bool:
    """The sizes take turns, so that whatever else the machine does meets all of them alike."""
    with ExitStack() as stack:
        subjects = [Subject(stack.enter_context(database()), Province(), many) for many in SIZES]
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
        well = changed(name, subjects[-1])
        for subject in subjects:
            subject.engine.dispose()
        return well


def changed(name: str, subject: Subject) -> bool:
    """A calendar that changes over a million clocks, and what one UPDATE for each would cost."""
    size, row_by_row = subject.bytes_each(), subject.one_by_one(5_000)
    ahead = subject.change(1)
    past = subject.change(2)
    telling = seconds(lambda: subject.changing.tell(500)) * subject.many / 500
    print(f"{name}: {size:.0f} bytes on the disk for each of {subject.many:,} clocks, indexes included")
    print(f"  a holiday for a later day: {ahead:.3f} s ({row_by_row / ahead:,.0f}x one UPDATE for each)")
    print(f"  a holiday for a past day:  {past:.2f} s ({row_by_row / past:.1f}x one UPDATE for each)")
    print(f"  asking each whether its limit moved, in the background: {telling:.0f} s in all")
    return ahead <= GOAL and past <= GOAL


def main() -> None:
    if "--postgres" in sys.argv:
        with postgres_server() as maintenance:
            well = compare("PostgreSQL", lambda: fresh_postgres(maintenance))
    else:
        well = compare("SQLite", sqlite)
    sys.exit(not well)


if __name__ == "__main__":
    main()
