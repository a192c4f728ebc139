"""The table per agency (Điều 11.2, 13.3): received, handled, open, and the three kinds of lateness."""

from collections.abc import Iterator

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select

from services.reporting.counts import broken, of_the_law
from services.reporting.domain.sides import JUDGEMENTS
from services.reporting.held import held_seconds
from services.reporting.labels import DESK, Labels
from services.reporting.periods import Period
from services.reporting.ratings import RatingLine, rating_lines
from services.reporting.store import CASE, CLOCK, RATING, REOPENING, SLIP, WATCHED


class Line(BaseModel):
    """One agency in the period. What is open or overdue is so at the period's end, or now if that is earlier.

    `received`, `handled` and `returned` count slips. A clock of the law is on time or late in the period in
    which it was kept or ran out; promises are instants of their own: only the broken ones are counted.
    `escalated`, `moved`: clocks of which somebody above was told, whose limit a changed calendar moved.
    `reminded`: by the coordinator (Điều 13.1); `agreed`, `criticised`: answers that a department of the field
    reviewed (Đồng Nai 4).
    `held`: working seconds in the period for which it had cases in hand. `rated`: citizens who rated an
    answer of its, `points`: what they gave it together, from 1 to 5 each.
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
    broken_promises: int = 0
    escalated: int = 0
    moved: int = 0
    returned: int = 0
    reopened: int = 0
    rejected: int = 0
    held: int = 0
    reminded: int = 0
    agreed: int = 0
    criticised: int = 0
    rated: int = 0
    points: int = 0

    @property
    def rating(self) -> float | None:
        """The mean from 1 to 5; None when nobody rated."""
        return self.points / self.rated if self.rated else None

    @property
    def reopened_share(self) -> float | None:
        """Of what was handled; None when nothing was."""
        return self.reopened / self.handled if self.handled else None


class PolicyLine(BaseModel):
    """One kind of clock that the province set itself; `late` ran out in the period, met or not."""

    code: str
    name: str
    on_time: int = 0
    late: int = 0
    overdue: int = 0
    escalated: int = 0
    moved: int = 0


class Overview(BaseModel):
    """The desk counts cases, the agencies slips; `total` is the sum of the agencies."""

    desk: Line
    agencies: list[Line]
    total: Line
    districts: list[Line]
    policy: list[PolicyLine]
    ratings: list[RatingLine]


def overview(connection: Connection, labels: Labels, period: Period, now: int) -> Overview:
    """The whole table; `now` in epoch seconds."""
    end = min(period.end, now)
    agencies = {code: Line(code=code, name=name) for code, name in labels.agencies.items()}
    for code, what, number in _by_agency(connection, period, end):
        line = agencies.setdefault(code, Line(code=code, name=code))
        setattr(line, what, getattr(line, what) + number)
    held = held_seconds(connection, labels.pack, period, end)
    for code in held.keys() & agencies.keys():
        agencies[code].held = held[code]
    total = Line(code="", name="Cộng các cơ quan / All agencies")
    for line in agencies.values():
        _add(total, line)
    return Overview(
        desk=_desk(connection, period, end).model_copy(update={"held": held.get("", 0)}),
        agencies=list(agencies.values()),
        total=total,
        districts=_districts(connection, labels, period, end),
        policy=_policy(connection, labels, period, end),
        ratings=rating_lines(connection, labels, period),
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
    law, judged = of_the_law(), _within(CLOCK.c.judged_at, period)
    questions: dict[str, ColumnElement[bool]] = {
        **{outcome: and_(law, judged, CLOCK.c.judgement == outcome) for outcome in JUDGEMENTS},
        "overdue": and_(law, _overdue(end)),
        "broken_promises": and_(broken(), judged),
        "escalated": and_(_of_law(), _within(CLOCK.c.escalated_at, period)),
        "moved": and_(_of_law(), _within(CLOCK.c.moved_at, period)),
    }
    for what, condition in questions.items():
        yield from ((code, what, number) for code, number in _groups(connection, CLOCK, "agency", condition))
    again = _within(REOPENING.c.at, period) & (REOPENING.c.agency != "")
    yield from ((code, "reopened", n) for code, n in _groups(connection, REOPENING, "agency", again))
    for code, rated, points in _rated(connection, period, RATING.c.agency != ""):
        yield from ((code, "rated", rated), (code, "points", points))
    for what in ("reminded", "agreed", "criticised"):
        counted = _within(WATCHED.c.at, period) & (WATCHED.c.what == what)
        yield from ((code, what, n) for code, n in _groups(connection, WATCHED, "agency", counted))


def _rated(connection: Connection, period: Period, whose: ColumnElement[bool]) -> list[tuple[str, int, int]]:
    """(agency, number, points for the answer)."""
    c = RATING.c
    query = select(c.agency, func.count(), func.sum(c.answer)).where(_within(c.at, period), whose)
    return [(row[0], row[1], int(row[2])) for row in connection.execute(query.group_by(c.agency))]


def _of_law() -> ColumnElement[bool]:
    return CLOCK.c.basis == "law"


def _overdue(end: int) -> ColumnElement[bool]:
    return and_(CLOCK.c.due < end, or_(CLOCK.c.stopped_at.is_(None), CLOCK.c.stopped_at >= end))


def _policy(connection: Connection, labels: Labels, period: Period, end: int) -> list[PolicyLine]:
    lines = {code: PolicyLine(code=code, name=name) for code, name in labels.policy.items()}
    kept, judged = CLOCK.c.judgement == "on_time", _within(CLOCK.c.judged_at, period)
    questions = {
        "on_time": and_(judged, kept),
        "late": and_(judged, ~kept),
        "overdue": _overdue(end),
        "escalated": _within(CLOCK.c.escalated_at, period),
        "moved": _within(CLOCK.c.moved_at, period),
    }
    for what, condition in questions.items():
        for kind, number in _groups(connection, CLOCK, "kind", and_(CLOCK.c.basis == "policy", condition)):
            setattr(lines.setdefault(kind, PolicyLine(code=kind, name=kind)), what, number)
    return list(lines.values())


def _groups(
    connection: Connection, source: Table, column: str, condition: ColumnElement[bool]
) -> list[tuple[str, int]]:
    key = source.c[column]
    found = connection.execute(select(key, func.count()).where(condition).group_by(key))
    return [(row[0], row[1]) for row in found]


def _desk(connection: Connection, period: Period, end: int) -> Line:
    c = CASE.c
    answered = and_(_within(c.handling_to, period), c.agency == "", c.status.not_in(("rejected", "joined")))
    elsewhere = exists().where(SLIP.c.case_id == c.case_id, _in_hand(end))
    waiting = and_(c.opened_at < end, or_(c.handling_to.is_(None), c.handling_to >= end), ~elsewhere)
    questions = {
        "received": _within(c.opened_at, period),
        "handled": answered,
        "open": waiting,
        "rejected": and_(_within(c.handling_to, period), c.status == "rejected"),
    }
    again = and_(_within(REOPENING.c.at, period), REOPENING.c.agency == "")
    line = Line(code=DESK, name="Tổng đài 1022")
    for what, condition in questions.items():
        number = connection.execute(select(func.count()).select_from(CASE).where(condition)).scalar_one()
        setattr(line, what, number)
    line.reopened = sum(number for _, number in _groups(connection, REOPENING, "agency", again))
    _, line.rated, line.points = next(iter(_rated(connection, period, RATING.c.agency == "")), ("", 0, 0))
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
