"""What citizens thought of the answers: how many said so, and the means, per agency, field and cycle."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from services.reporting.domain.ratings import ASPECTS
from services.reporting.labels import Labels
from services.reporting.periods import Period
from services.reporting.store import RATING


class RatingLine(BaseModel):
    """Ratings of one agency in one field and cycle; the means go from 1 to 5, None where nobody gave one."""

    code: str
    name: str
    field: str
    cycle: int
    rated: int
    answer: float | None
    attitude: float | None
    timeliness: float | None


def rating_lines(connection: Connection, labels: Labels, period: Period) -> list[RatingLine]:
    """By agency, field and cycle; the desk's own answers stand under no agency."""
    c = RATING.c
    within = (c.at >= period.start) & (c.at < period.end)
    return [
        RatingLine(
            code=row.agency,
            name=labels.agencies.get(row.agency, row.agency) or "Tổng đài 1022",
            field=labels.fields.get(row.field, row.field),
            cycle=row.cycle,
            rated=row.rated,
            **{
                name: float(getattr(row, name)) if getattr(row, name) is not None else None
                for name in ASPECTS
            },
        )
        for row in means(connection, within, c.agency, c.field, c.cycle)
    ]


def means(
    connection: Connection, condition: ColumnElement[bool], *by: ColumnElement[Any]
) -> Sequence[Row[Any]]:
    """(…, rated, answer, attitude, timeliness) for each group."""
    averages = (func.avg(RATING.c[name] * 1.0).label(name) for name in ASPECTS)
    query: Select[Any] = (
        select(*by, func.count().label("rated"), *averages).where(condition).group_by(*by).order_by(*by)
    )
    return connection.execute(query).all()
