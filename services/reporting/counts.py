"""The collector's questions: one look at what is open, judged, overdue or failed, in a few GROUP BYs."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, literal_column, select, text

from services.reporting.domain.cases import AT_DESK, UNANSWERED, WITHOUT_SLIP
from services.reporting.domain.ratings import ASPECTS
from services.reporting.labels import CITIZEN, OTHER, Labels
from services.reporting.ratings import means
from services.reporting.store import CASE, CLOCK, LETTER, RATING, REOPENING

DAY = 86_400
STATEMENT_TIMEOUT = 20
"""Seconds PostgreSQL may take for one question."""

Pair = tuple[str, str]

LAW: ColumnElement[str] = literal_column("'law'")
PROMISE = "promise"
ON_TIME = "on_time"


@dataclass
class Counts:
    """What is now, by label values. Times are instants (epoch seconds), the oldest of each group."""

    backlog: Counter[Pair] = field(default_factory=Counter)
    by_field: Counter[str] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_district: Counter[str] = field(default_factory=Counter)
    oldest: dict[str, int] = field(default_factory=dict)
    oldest_by_field: dict[str, int] = field(default_factory=dict)
    oldest_by_channel: dict[str, int] = field(default_factory=dict)
    triage: int = 0
    triage_oldest: int | None = None
    urgent: int = 0
    unowned: int = 0
    overdue: Counter[Pair] = field(default_factory=Counter)
    overdue_policy: Counter[str] = field(default_factory=Counter)
    running: Counter[str] = field(default_factory=Counter)
    judged: Counter[Pair] = field(default_factory=Counter)
    judged_by_field: Counter[Pair] = field(default_factory=Counter)
    judged_by_channel: Counter[Pair] = field(default_factory=Counter)
    broken_promises: Counter[str] = field(default_factory=Counter)
    policy: Counter[Pair] = field(default_factory=Counter)
    escalated: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    reopened: int = 0
    handled: int = 0
    ratings: Counter[str] = field(default_factory=Counter)
    rating_means: dict[Pair, float] = field(default_factory=dict)
    rating_means_by_field: dict[Pair, float] = field(default_factory=dict)
    letters_failed: Counter[Pair] = field(default_factory=Counter)


def count(connection: Connection, labels: Labels, now: int, unowned_after: int) -> Counts:
    """Everything the gauges show, at the instant `now` (epoch seconds)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"set local statement_timeout = '{STATEMENT_TIMEOUT}s'"))
    counts = Counts()
    _open_cases(connection, labels, counts, now - unowned_after)
    _clocks(connection, labels, counts, now)
    _judged(connection, labels, counts, now - 30 * DAY)
    _beside_the_law(connection, labels, counts, now - 30 * DAY)
    _letters(connection, labels, counts, now - DAY)
    return counts


def _open_cases(connection: Connection, labels: Labels, counts: Counts, unowned_before: int) -> None:
    c = CASE.c
    waiting = c.open & c.status.in_(UNANSWERED)
    _by_holder(connection, labels, counts)
    for row in _groups(connection, c.open, c.place):
        counts.by_district[labels.district(row.place)] += row.number
    targets: tuple[tuple[ColumnElement[str], Callable[[str], str], Counter[str], dict[str, int]], ...] = (
        (c.field, labels.field, counts.by_field, counts.oldest_by_field),
        (c.channel, labels.channel, counts.by_channel, counts.oldest_by_channel),
    )
    for column, label, found, oldest in targets:
        for row in _groups(connection, c.open, column):
            found[label(row[0])] += row.number
        for row in _groups(connection, waiting, column):
            _older(oldest, label(row[0]), row.oldest)
    forgotten = c.open & c.status.in_(WITHOUT_SLIP) & (c.opened_at < unowned_before)
    counts.urgent = sum(row.number for row in _groups(connection, waiting & c.urgent, c.urgent))
    counts.unowned = sum(row.number for row in _groups(connection, forgotten, c.status))


def _by_holder(connection: Connection, labels: Labels, counts: Counts) -> None:
    for row in _groups(connection, CASE.c.open, CASE.c.status, CASE.c.agency):
        holder = labels.holder(row.status, row.agency)
        counts.backlog[holder, row.status] += row.number
        if row.status in UNANSWERED:
            _older(counts.oldest, holder, row.oldest)
        if row.status in AT_DESK:
            counts.triage += row.number
            counts.triage_oldest = min(row.oldest, counts.triage_oldest or row.oldest)


def _older(oldest: dict[str, int], key: str, at: int) -> None:
    oldest[key] = min(at, oldest.get(key, at))


def _groups(
    connection: Connection, which: ColumnElement[bool], *by: ColumnElement[Any]
) -> Sequence[Row[Any]]:
    """How many cases, and when the oldest was opened, for each value of `by`."""
    number, oldest = func.count().label("number"), func.min(CASE.c.opened_at).label("oldest")
    query: Select[Any] = select(*by, number, oldest).where(which).group_by(*by)
    return connection.execute(query).all()


def _clocks(connection: Connection, labels: Labels, counts: Counts, now: int) -> None:
    """Overdue is computed from the due instant, so it is right even when nobody fires the clocks."""
    c = CLOCK.c
    late = (c.due < now).label("late")
    query = select(c.agency, c.kind, c.basis, late, func.count().label("clocks")).where(
        c.stopped == literal_column("''")
    )
    for row in connection.execute(query.group_by(c.agency, c.kind, c.basis, late)):
        kind = labels.kind(row.kind)
        counts.running[kind] += row.clocks
        if row.late and row.basis == "law":
            counts.overdue[labels.agency(row.agency), kind] += row.clocks
        elif row.late:
            counts.overdue_policy[kind] += row.clocks


def of_the_law() -> ColumnElement[bool]:
    """What the ratio counts: clocks of the law. A promise is an instant of its own, and counted apart."""
    return (CLOCK.c.basis == LAW) & (CLOCK.c.kind != PROMISE)


def broken() -> ColumnElement[bool]:
    """Promises that ended without the answer."""
    return (CLOCK.c.kind == PROMISE) & (CLOCK.c.judgement != ON_TIME)


def _judged(connection: Connection, labels: Labels, counts: Counts, since: int) -> None:
    c = CLOCK.c
    targets: tuple[tuple[ColumnElement[str], Callable[[str], str], Counter[Pair]], ...] = (
        (c.agency, labels.agency, counts.judged),
        (c.field, labels.field, counts.judged_by_field),
        (c.channel, labels.channel, counts.judged_by_channel),
    )
    for column, label, found in targets:
        query = (
            select(column, c.judgement, func.count())
            .where(c.judged_at >= since, of_the_law())
            .group_by(column, c.judgement)
        )
        for code, judgement, clocks in connection.execute(query):
            found[label(code), judgement] += clocks


def _beside_the_law(connection: Connection, labels: Labels, counts: Counts, since: int) -> None:
    c = CLOCK.c
    promises = select(c.agency, func.count()).where(c.judged_at >= since, broken()).group_by(c.agency)
    for agency, clocks in connection.execute(promises):
        counts.broken_promises[labels.agency(agency)] += clocks
    outcome = case((c.judgement == ON_TIME, ON_TIME), else_="late").label("outcome")
    kept = select(c.kind, outcome, func.count()).where(c.judged_at >= since, c.basis == "policy")
    for kind, judged, clocks in connection.execute(kept.group_by(c.kind, outcome)):
        counts.policy[labels.kind(kind), judged] += clocks
    for column, found in ((c.escalated_at, counts.escalated), (c.moved_at, counts.moved)):
        query = select(c.kind, func.count()).where(column >= since).group_by(c.kind)
        for kind, clocks in connection.execute(query):
            found[labels.kind(kind)] += clocks
    again = select(func.count()).select_from(REOPENING).where(REOPENING.c.at >= since)
    counts.reopened = connection.execute(again).scalar_one()
    handled = select(func.count()).select_from(CASE).where(CASE.c.handling_to >= since)
    counts.handled = connection.execute(handled).scalar_one()
    _ratings(connection, labels, counts, since)


def _ratings(connection: Connection, labels: Labels, counts: Counts, since: int) -> None:
    """Codes the pack has lost would share a label: of them only the number is shown."""
    recent = RATING.c.at >= since
    for row in means(connection, recent, RATING.c.agency):
        counts.ratings[label := labels.agency(row.agency)] += row.rated
        if label != OTHER:
            counts.rating_means |= _means(row, label)
    for row in means(connection, recent, RATING.c.field):
        if (label := labels.field(row.field)) != OTHER:
            counts.rating_means_by_field |= _means(row, label)


def _means(row: Row[Any], label: str) -> dict[Pair, float]:
    given = ((aspect, getattr(row, aspect)) for aspect in ASPECTS)
    return {(label, aspect): float(mean) for aspect, mean in given if mean is not None}


def _letters(connection: Connection, labels: Labels, counts: Counts, since: int) -> None:
    c = LETTER.c
    query = (
        select(c.agency, c.audience, c.way, func.count().label("letters"))
        .where(c.state.in_(("failed", "bounced")), c.at >= since)
        .group_by(c.agency, c.audience, c.way)
    )
    for row in connection.execute(query):
        whom = CITIZEN if row.audience == "citizen" else labels.agency(row.agency)
        counts.letters_failed[whom, row.way] += row.letters
