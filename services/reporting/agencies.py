"""The table per agency (Điều 11.2, 13.3): received, handled, open, and the three kinds of lateness."""

from collections.abc import Iterator

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select

from services.reporting.labels import DESK, Labels
from services.reporting.periods import Period
from services.reporting.store import CASE, CLOCK, SLIP


class Line(BaseModel):
    """One agency in the period. What is open or overdue is so at the period's end, or now if that is earlier.

    `received`, `handled` and `returned` count slips; a slip is on time or late in the period in which its
    8 hours were kept or ran out, answered or not.
    """

    code: str
    name: str
    received: int = 0
    handled: int = 0
    open: int = 0
    overdue: int = 0
    on_time: int = 0
    late_promised: int = 0
    late_silent: int = 0
    returned: int = 0
    rejected: int = 0


class Overview(BaseModel):
    """The desk counts cases, the agencies slips; `total` is the sum of the agencies."""

    desk: Line
    agencies: list[Line]
    total: Line
    districts: list[Line]


def overview(connection: Connection, labels: Labels, period: Period, now: int) -> Overview:
    """The whole table; `now` in epoch seconds."""
    end = min(period.end, now)
    agencies = {code: Line(code=code, name=name) for code, name in labels.agencies.items()}
    for code, what, number in _by_agency(connection, period, end):
        setattr(agencies.setdefault(code, Line(code=code, name=code)), what, number)
    total = Line(code="", name="Cộng các cơ quan / All agencies")
    for line in agencies.values():
        _add(total, line)
    return Overview(
        desk=_desk(connection, period, end),
        agencies=list(agencies.values()),
        total=total,
        districts=_districts(connection, labels, period, end),
    )


def _add(total: Line, line: Line) -> None:
    for what in set(Line.model_fields) - {"code", "name"}:
        setattr(total, what, getattr(total, what) + getattr(line, what))


def _within(column: ColumnElement[int | None], period: Period) -> ColumnElement[bool]:
    return and_(column >= period.start, column < period.end)


def _in_hand(end: int) -> ColumnElement[bool]:
    return and_(SLIP.c.sent_at < end, or_(SLIP.c.ended_at.is_(None), SLIP.c.ended_at >= end))


def _slip_questions(period: Period, end: int) -> dict[str, ColumnElement[bool]]:
    return {
        "received": _within(SLIP.c.sent_at, period),
        "handled": _within(SLIP.c.answered_at, period),
        "returned": _within(SLIP.c.returned_at, period),
        "open": _in_hand(end),
    }


def _by_agency(connection: Connection, period: Period, end: int) -> Iterator[tuple[str, str, int]]:
    for what, condition in _slip_questions(period, end).items():
        yield from ((code, what, number) for code, number in _groups(connection, SLIP, "agency", condition))
    answer, late = CLOCK.c.kind == "answer", CLOCK.c.due < end
    still = or_(CLOCK.c.stopped_at.is_(None), CLOCK.c.stopped_at >= end)
    yield from (
        (code, "overdue", number)
        for code, number in _groups(connection, CLOCK, "agency", and_(answer, late, still))
    )
    judged = (
        select(CLOCK.c.agency, CLOCK.c.judgement, func.count())
        .where(answer, _within(CLOCK.c.judged_at, period))
        .group_by(CLOCK.c.agency, CLOCK.c.judgement)
    )
    yield from ((row[0], row[1], row[2]) for row in connection.execute(judged))


def _groups(
    connection: Connection, source: Table, column: str, condition: ColumnElement[bool]
) -> list[tuple[str, int]]:
    key = source.c[column]
    found = connection.execute(select(key, func.count()).where(condition).group_by(key))
    return [(row[0], row[1]) for row in found]


def _desk(connection: Connection, period: Period, end: int) -> Line:
    c = CASE.c
    answered = and_(_within(c.handling_to, period), c.agency == "", c.status != "rejected")
    elsewhere = exists().where(SLIP.c.case_id == c.case_id, _in_hand(end))
    waiting = and_(c.opened_at < end, or_(c.handling_to.is_(None), c.handling_to >= end), ~elsewhere)
    questions = {
        "received": _within(c.opened_at, period),
        "handled": answered,
        "open": waiting,
        "rejected": and_(_within(c.handling_to, period), c.status == "rejected"),
    }
    line = Line(code=DESK, name="Tổng đài 1022")
    for what, condition in questions.items():
        number = connection.execute(select(func.count()).select_from(CASE).where(condition)).scalar_one()
        setattr(line, what, number)
    return line


def _districts(connection: Connection, labels: Labels, period: Period, end: int) -> list[Line]:
    """By where the matter lies; slips without a known place stand in the last line."""
    names = labels.districts | {"other": "Chưa rõ địa bàn / Place unknown"}
    lines = {code: Line(code=code, name=name) for code, name in names.items()}
    for what, condition in _slip_questions(period, end).items():
        for place, number in _groups(connection, SLIP, "place", condition):
            line = lines[labels.district(place)]
            setattr(line, what, getattr(line, what) + number)
    return list(lines.values())
