"""A reporting database without a server: facts in, rows and figures out."""

from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Engine

from libs.contracts.events import CaseDirected, CaseFact
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockFact, LetterFact
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, reading, writing
from libs.runtime.projection import Applied
from libs.runtime.service import open_runtime
from services.reporting import store
from services.reporting.app import build
from services.reporting.domain.cases import Case, Record, fold
from services.reporting.settings import Settings
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, slip

F = TypeVar("F", bound=CaseFact)
C = TypeVar("C", bound=ClockFact)
L = TypeVar("L", bound=LetterFact)

KEY = "khoa-bao-cao-chi-de-thu"
DUE = MONDAY_MORNING + timedelta(hours=26)
OFFICER = Actor(service="desk", person="p1", name="Lê Thị Mẫu", role="officer", agency="SYT")


@dataclass
class Told:
    """A case and what is told about it, in order; `seq` numbers the facts of all cases together."""

    facts: list[Applied] = field(default_factory=list)
    ref: CaseRef = field(default_factory=a_case)
    first: int = 0

    def tell(self, fact: CaseFact) -> "Told":
        self.facts.append(Applied(self.ref, self.first + len(self.facts) + 1, fact))
        return self

    def open(self, **fields: Any) -> "Told":
        return self.tell(opened(self.ref, **fields))

    def sent(
        self, lead: str = "SYT", number: int = 1, at: datetime = MONDAY_MORNING, **fields: Any
    ) -> "Told":
        return self.tell(make(CaseDirected, self.ref, at=at, slip=slip(number, lead, **fields)))

    def by_officer(self, cls: type[F], at: datetime = MONDAY_MORNING, **fields: Any) -> "Told":
        return self.tell(make(cls, self.ref, by=OFFICER, at=at, **fields))

    @property
    def case(self) -> Case:
        return self.record.case

    @property
    def record(self) -> Record:
        record = Record(Case(case_id=self.ref.case_id))
        for one in self.facts:
            record = fold(record, one.fact)
        return record


def clock(cls: type[C], case_id: str, name: str = "answer-1", **fields: Any) -> C:
    """A fact about the 8-hour clock of a slip to the department of health."""
    defaults: dict[str, Any] = {
        "event_id": uuid4(), "case_id": case_id, "at": DUE, "by": Actor(service="sla"), "case_seq": 1,
        "clock": name, "kind": name.partition("-")[0], "agency": "SYT", "field": "F04", "basis": "law",
        "start": MONDAY_MORNING, "due": DUE,
    }  # fmt: skip
    return cls(**{**defaults, **fields})


def letter(cls: type[L], case_id: str, name: str = "l1", **fields: Any) -> L:
    """A fact about a letter to an officer of the department of health."""
    defaults: dict[str, Any] = {
        "event_id": uuid4(), "case_id": case_id, "at": MONDAY_MORNING, "by": Actor(service="notifier"),
        "case_seq": 1, "letter": name, "template": "slip", "way": "email", "audience": "officer",
        "agency": "SYT",
    }  # fmt: skip
    return cls(**{**defaults, **fields})


@contextmanager
def database(url: str) -> Iterator[Engine]:
    """Reporting's tables in an empty database."""
    engine = open_engine(url)
    store.LINK.metadata.create_all(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def applied(engine: Engine, *told: Told) -> None:
    with writing(engine) as connection:
        store.apply(connection, [one for each in told for one in each.facts])


def clocks_applied(engine: Engine, *facts: ClockFact) -> None:
    with writing(engine) as connection:
        store.apply_clocks(connection, list(enumerate(facts, 1)))


def letters_applied(engine: Engine, *facts: LetterFact) -> None:
    with writing(engine) as connection:
        store.apply_letters(connection, list(enumerate(facts, 1)))


def rows(engine: Engine, target: Any) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(target.select()).mappings()]


def reporting_settings(server: NatsServer, database_url: str, **more: Any) -> Settings:
    """Settings of a reporting service that counts often."""
    key = server.folder / "reporting.key"
    key.write_text(KEY)
    quick = {
        "nats_url": server.url, "nkey_seed_file": server.seed("reporting"), "database_url": database_url,
        "key_file": key, "collect_seconds": 0.2, "disks": {"data": server.folder},
    }  # fmt: skip
    return Settings(**{**quick, **more})


@asynccontextmanager
async def reporting(settings: Settings) -> Any:
    """The whole service, in this process; yields (runtime, pages)."""
    async with open_runtime("reporting", settings) as runtime, build(runtime) as pages:
        runtime.readiness.built = True
        yield runtime, pages
