"""The register of cases with a public number: whose they are, and all SQL to find them by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, or_, select, true

from libs.contracts.partners import public_id
from libs.runtime.database import reading, table, upsert
from services.portal.case import OPEN, PublicCase
from services.portal.tables import CaseRow, RequestRow

REQUEST, CASE = table(RequestRow), table(CaseRow)

MOST = 1_000
"""Rows in one answer."""


def register(connection: Connection, cases: Iterable[PublicCase]) -> None:
    """Keep the rows of those cases that have a public number."""
    rows = [_row(case) for case in cases if case.partner or case.published_at]
    upsert(connection, REQUEST, rows, key=["case_id"])


def _row(case: PublicCase) -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "number": public_id(case.case_id),
        "partner": case.partner,
        "reference": case.reference,
        "field": case.field,
        "opened_at": case.opened_at,
        "changed_at": max(step.at for step in case.steps),
        "closed": case.status not in OPEN,
        "published": case.published_at is not None,
        "joined": bool(case.follows),
    }


@dataclass(frozen=True)
class Span:
    """From `start` to `end`, both included."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Wanted:
    """Which requests are asked for; published ones, and those of `partner` whatever their state."""

    opened: Span
    partner: str = ""
    fields: tuple[str, ...] = ()
    closed: bool | None = None

    def condition(self) -> ColumnElement[bool]:
        row = REQUEST.c
        return and_(
            row.opened_at.between(self.opened.start, self.opened.end),
            or_(row.published, row.partner == self.partner) if self.partner else row.published,
            row.field.in_(self.fields) if self.fields else true(),
            true() if self.closed is None else or_(row.joined, row.closed == self.closed),
        )


class Register:
    """Reads the register; what a case looks like is in its own row."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def wanted(self, wanted: Wanted) -> list[PublicCase]:
        """The newest of them, `MOST` at most. A joined case is among them whether open or closed."""
        return self._cases(wanted.condition())

    def numbered(self, numbers: Iterable[str]) -> list[PublicCase]:
        """The cases with these numbers, whoever sent them; who knows a number was given it."""
        return self._cases(REQUEST.c.number.in_(list(numbers)[:MOST]))

    def changed(self, partner: str, during: Span) -> list[PublicCase]:
        """All of the partner's cases in which something may have happened in this span."""
        row = REQUEST.c
        since = or_(row.joined, row.changed_at >= during.start)
        return self._cases(and_(row.partner == partner, row.opened_at <= during.end, since), most=None)

    def sent(self, reference: str, since: datetime) -> str:
        """The number of the request that came under this reference since then; "" when none did."""
        row = REQUEST.c
        query = select(row.number).where(row.reference == reference, row.opened_at >= since).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar() or ""

    def _cases(self, condition: ColumnElement[bool], most: int | None = MOST) -> list[PublicCase]:
        query = (
            select(CASE.c.data)
            .join(REQUEST, REQUEST.c.case_id == CASE.c.case_id)
            .where(condition)
            .order_by(REQUEST.c.opened_at.desc(), REQUEST.c.number)
            .limit(most)
        )
        with reading(self._engine) as connection:
            found = connection.execute(query).scalars().all()
        return [PublicCase.model_validate_json(data) for data in found]
