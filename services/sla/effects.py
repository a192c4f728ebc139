"""Clock facts on their way out: noted with the change they follow from, published, and only then forgotten.

A crash before the note undoes the change as well; a crash after it, even after the server took the fact,
publishes again, and the fact's subject admits it once.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, select

from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import decode, side_subject
from libs.runtime.database import reading, table, upsert, writing
from services.sla.tables import EffectRow

EFFECT = table(EffectRow)

PAGE = 200
"""Facts published together."""

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
    """The noted facts, oldest first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._shared = engine.dialect.name == "postgresql"

    def publish(self, send: Send) -> tuple[int, int]:
        """Hand a page of facts to `send`, forget those it confirms; (how many in hand, how many confirmed).

        On PostgreSQL the rows stay locked meanwhile, so that replicas take different ones. On SQLite there
        is one process, and nobody must wait for the network while a transaction holds the file.
        """
        if self._shared:
            with writing(self._engine) as connection:
                page = _page(connection)
                return len(page), _drop(connection, _confirmed(page, send))
        with reading(self._engine) as connection:
            page = _page(connection)
        if not (confirmed := _confirmed(page, send)):
            return len(page), 0
        with writing(self._engine) as connection:
            return len(page), _drop(connection, confirmed)

    def waiting(self) -> int:
        """How many are still to be published."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(EFFECT)).scalar_one()


def _page(connection: Connection) -> Sequence[Row[Any]]:
    query = select(EFFECT).order_by(EFFECT.c.id).limit(PAGE).with_for_update(skip_locked=True)
    return connection.execute(query).all()


def _confirmed(page: Sequence[Row[Any]], send: Send) -> list[int]:
    facts = [fact for row in page if isinstance(fact := decode(row.subject, row.body.encode()), ClockFact)]
    return [row.id for row, done in zip(page, send(facts), strict=True) if done] if facts else []


def _drop(connection: Connection, ids: Sequence[int]) -> int:
    if ids:
        connection.execute(delete(EFFECT).where(EFFECT.c.id.in_(ids)))
    return len(ids)
