"""Clock facts on their way out: noted with the change they follow from, published, and only then forgotten.

A crash before the note undoes the change as well; a crash after it, even after the server took the fact,
publishes again, and the fact's subject admits it once. What the server will not take steps aside, longer
each time, so that it holds up nobody.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, select, update

from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import decode, side_subject
from libs.runtime.database import reading, table, upsert, writing
from libs.runtime.logs import log
from services.sla.tables import EffectRow

EFFECT = table(EffectRow)

PAGE = 200
"""Facts published together."""

LONGEST = 60.0
"""Real seconds between two tries, at most."""

Send = Callable[[Sequence[ClockFact]], Sequence[bool]]
"""Publishes clock facts; True for each that the server has."""


def note(connection: Connection, said: Sequence[ClockFact]) -> None:
    """Remember to publish these, in the transaction of the change they follow from."""
    rows = [
        {"case_id": fact.case_id, "subject": side_subject(fact), "body": fact.model_dump_json()}
        for fact in said
    ]
    upsert(connection, EFFECT, rows, key=["subject"], keep=True)


class Effects:
    """The noted facts, oldest first; those that failed come back later."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._now = now
        self._shared = engine.dialect.name == "postgresql"

    def publish(self, send: Send) -> tuple[int, int]:
        """Hand a page of facts to `send`, forget those it confirms; (how many in hand, how many confirmed).

        On PostgreSQL the rows stay locked meanwhile, so that replicas take different ones. On SQLite there
        is one process, and nobody must wait for the network while a transaction holds the file.
        """
        if self._shared:
            with writing(self._engine) as connection:
                page = self._page(connection)
                return len(page), self._settle(connection, page, _confirmed(page, send))
        with reading(self._engine) as connection:
            page = self._page(connection)
        if not page:
            return 0, 0
        confirmed = _confirmed(page, send)
        with writing(self._engine) as connection:
            return len(page), self._settle(connection, page, confirmed)

    def waiting(self) -> int:
        """How many are still to be published."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(EFFECT)).scalar_one()

    def _page(self, connection: Connection) -> Sequence[Row[Any]]:
        query = (
            select(EFFECT)
            .where(EFFECT.c.not_before <= self._now())
            .order_by(EFFECT.c.not_before, EFFECT.c.id)
            .limit(PAGE)
            .with_for_update(skip_locked=True)
        )
        return connection.execute(query).all()

    def _settle(self, connection: Connection, page: Sequence[Row[Any]], confirmed: set[int]) -> int:
        if confirmed:
            connection.execute(delete(EFFECT).where(EFFECT.c.id.in_(confirmed)))
        failed = [
            {"of": row.id, "n": row.tries + 1, "at": self._now() + min(LONGEST, 2.0 ** min(row.tries, 10))}
            for row in page
            if row.id not in confirmed
        ]
        if failed:
            again = update(EFFECT).where(EFFECT.c.id == bindparam("of"))
            connection.execute(again.values(tries=bindparam("n"), not_before=bindparam("at")), failed)
        return len(confirmed)


def _confirmed(page: Sequence[Row[Any]], send: Send) -> set[int]:
    facts = {row.id: fact for row in page if (fact := _fact(row)) is not None}
    done = send(list(facts.values())) if facts else ()
    return {id_ for id_, well in zip(facts, done, strict=True) if well}


def _fact(row: Row[Any]) -> ClockFact | None:
    """The noted fact; a damaged note stays, is tried again, and is counted among what waits."""
    try:
        fact = decode(row.subject, row.body.encode())
    except ValueError as error:
        log("note_unreadable", error=error, case_id=row.case_id)
        return None
    return fact if isinstance(fact, ClockFact) else None
