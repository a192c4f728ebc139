"""The collector's questions: one look at what is open, judged, overdue or failed, in a few GROUP BYs."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select, text

from services.reporting.domain.cases import AT_DESK, UNANSWERED, WITHOUT_SLIP
from services.reporting.labels import CITIZEN, Labels
from services.reporting.store import CASE, CLOCK, LETTER

DAY = 86_400
STATEMENT_TIMEOUT = 20
"""Seconds PostgreSQL may take for one question."""

Pair = tuple[str, str]


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
    running: Counter[str] = field(default_factory=Counter)
    judged: Counter[Pair] = field(default_factory=Counter)
    judged_by_field: Counter[Pair] = field(default_factory=Counter)
    judged_by_channel: Counter[Pair] = field(default_factory=Counter)
    letters_failed: Counter[Pair] = field(default_factory=Counter)


def count(connection: Connection, labels: Labels, now: int, unowned_after: int) -> Counts:
    """Everything the gauges show, at the instant `now` (epoch seconds)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"set local statement_timeout = '{STATEMENT_TIMEOUT}s'"))
    counts = Counts()
    _open_cases(connection, labels, counts, now - unowned_after)
    _clocks(connection, labels, counts, now)
    _judged(connection, labels, counts, now - 30 * DAY)
    _letters(connection, labels, counts, now - DAY)
    return counts


def _open_cases(connection: Connection, labels: Labels, counts: Counts, unowned_before: int) -> None:
    c = CASE.c
    dimensions = (c.agency, c.status, c.field, c.channel, c.place, c.urgent)
    query = (
        select(*dimensions, func.count().label("cases"), func.min(c.opened_at).label("oldest"))
        .where(c.open)
        .group_by(*dimensions)
    )
    for row in connection.execute(query):
        holder = labels.holder(row.status, row.agency)
        field, channel = labels.field(row.field), labels.channel(row.channel)
        counts.backlog[holder, row.status] += row.cases
        counts.by_field[field] += row.cases
        counts.by_channel[channel] += row.cases
        counts.by_district[labels.district(row.place)] += row.cases
        if row.status in UNANSWERED:
            counts.urgent += row.cases if row.urgent else 0
            _older(counts.oldest, holder, row.oldest)
            _older(counts.oldest_by_field, field, row.oldest)
            _older(counts.oldest_by_channel, channel, row.oldest)
        if row.status in AT_DESK:
            counts.triage += row.cases
            counts.triage_oldest = min(row.oldest, counts.triage_oldest or row.oldest)
    forgotten = select(func.count()).where(c.open, c.opened_at < unowned_before, c.status.in_(WITHOUT_SLIP))
    counts.unowned = connection.execute(forgotten).scalar_one()


def _older(oldest: dict[str, int], key: str, at: int) -> None:
    oldest[key] = min(at, oldest.get(key, at))


def _clocks(connection: Connection, labels: Labels, counts: Counts, now: int) -> None:
    """Overdue is computed from the due instant, so it is right even when nobody fires the clocks."""
    c = CLOCK.c
    late = (c.due < now).label("late")
    query = select(c.agency, c.kind, late, func.count().label("clocks")).where(c.stopped == "")
    for row in connection.execute(query.group_by(c.agency, c.kind, late)):
        counts.running[row.kind] += row.clocks
        if row.late:
            counts.overdue[labels.agency(row.agency), row.kind] += row.clocks


def _judged(connection: Connection, labels: Labels, counts: Counts, since: int) -> None:
    c = CLOCK.c
    dimensions = (c.agency, c.field, c.channel, c.judgement)
    query = (
        select(*dimensions, func.count().label("clocks"))
        .where(c.judged_at >= since, c.kind == "answer")
        .group_by(*dimensions)
    )
    for row in connection.execute(query):
        counts.judged[labels.agency(row.agency), row.judgement] += row.clocks
        counts.judged_by_field[labels.field(row.field), row.judgement] += row.clocks
        counts.judged_by_channel[labels.channel(row.channel), row.judgement] += row.clocks


def _letters(connection: Connection, labels: Labels, counts: Counts, since: int) -> None:
    c = LETTER.c
    query = (
        select(c.agency, c.audience, c.way, func.count().label("letters"))
        .where(c.state == "failed", c.at >= since)
        .group_by(c.agency, c.audience, c.way)
    )
    for row in connection.execute(query):
        whom = CITIZEN if row.audience == "citizen" else labels.agency(row.agency)
        counts.letters_failed[whom, row.way] += row.letters
