"""The notifier's projection on a bare database: facts in, rows out."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, select

from libs.contracts.events import (
    CaseFact,
)
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import (
    ClockFact,
    LetterFact,
)
from libs.contracts.subjects import CaseRef
from libs.runtime.database import reading, writing
from libs.runtime.projection import Applied
from services.notifier.outbox import LETTERS
from services.notifier.store import LINK, Store
from tests.support.builders import MONDAY_MORNING, a_case, opened, routed
from tests.support.letters import thanh_hoa

REF = a_case()
HISTORY: list[CaseFact] = [opened(REF), routed(REF)]


class Standing:
    """A clock that stands still."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


SAME = uuid4()
STORE = Store(thanh_hoa, Standing(MONDAY_MORNING))
DAYS_LATER = Store(thanh_hoa, Standing(MONDAY_MORNING + timedelta(days=3, minutes=1)))


def read(engine: Engine, *facts: CaseFact, ref: CaseRef = REF, store: Store = STORE) -> None:
    with writing(engine) as connection:
        store.apply(connection, [Applied(ref, seq, fact) for seq, fact in enumerate(facts, 1)])


def rows(engine: Engine) -> dict[tuple[str, str], dict[str, Any]]:
    with reading(engine) as connection:
        found = connection.execute(select(LETTERS)).mappings().all()
    return {(row["template"], row["way"]): dict(row) for row in found}


def fate(cls: type[LetterFact], row: dict[str, Any], **more: Any) -> LetterFact:
    """A fact of LETTERS about the letter in this row."""
    keys = ("letter", "template", "way", "audience", "agency", "cause", "case_id", "case_seq")
    said = {"event_id": uuid4(), "at": MONDAY_MORNING, "by": Actor(service="notifier"), "attempt": 1}
    return cls(**{**{key: row[key] for key in keys}, **said, **more})


def hear(engine: Engine, *facts: ClockFact, store: Store = STORE) -> None:
    with writing(engine) as connection:
        store.apply_clocks(connection, list(enumerate(facts, 1)))


def learn(engine: Engine, *facts: LetterFact) -> None:
    with writing(engine) as connection:
        STORE.apply_letters(connection, list(enumerate(facts, 1)))


def wipe(engine: Engine) -> None:
    LINK.metadata.drop_all(engine)
    LINK.metadata.create_all(engine)
