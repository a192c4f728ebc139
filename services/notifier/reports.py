"""Reports of gateways about letters they took: believed of letters that we know to have handed to them."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, select

from libs.contracts.deliveries import DeliveryArrived, DeliveryDenied, DeliveryFact, DeliveryFailed
from libs.contracts.facts import Happened
from libs.runtime.database import reading, table, upsert, writing
from services.notifier import metrics
from services.notifier.fallbacks import shut
from services.notifier.outbox import LETTERS, NO_OTHERS, Letter, Outbox
from services.notifier.states import BOUNCED, DELIVERED, DENIED, RANK, SENT, TRYING, UNCONFIRMED, WAITING
from services.notifier.tables import ReportRow

REPORTS = table(ReportRow)
_SAYS: dict[type[Happened], str] = {
    DeliveryArrived: DELIVERED,
    DeliveryFailed: BOUNCED,
    DeliveryDenied: DENIED,
}

PATIENCE = 600.0
"""Seconds that a report may come before we have noted what the gateway calls the letter."""

_MAX_STATUS = 64
_OVER: Mapping[str, object] = {"about": "", "recipient": "", "others": NO_OTHERS}


def apply_deliveries(connection: Connection, facts: Sequence[tuple[int, Happened]]) -> None:
    """Note what was reported; one that names a letter we do not know waits a while, or is counted."""
    for _, fact in facts:
        report = _SAYS.get(type(fact), "")
        if not report or not isinstance(fact, DeliveryFact):
            continue
        status = fact.status[:_MAX_STATUS]
        if not note(connection, fact.way, fact.letter, fact.gateway_id, report, status):
            _wait(connection, fact, report, status)


def note(connection: Connection, way: str, letter: str, gateway_id: str, report: str, status: str) -> bool:
    """Whether the letter is known; a report that weighs no more than the last one changes nothing."""
    c = LETTERS.c
    named = c.letter == letter if letter else and_(c.gateway_id == gateway_id, c.gateway_id != "")
    row = connection.execute(
        select(LETTERS).where(named, c.way == way, c.attempt > 0).with_for_update()
    ).first()
    if row is None:
        return False
    if row.state == WAITING or RANK[report] <= RANK[row.arrival]:
        return True
    connection.execute(LETTERS.update().where(c.letter == row.letter).values(_changes(row, report, status)))
    if report != DELIVERED:
        shut(connection, row.reader or row.case_id, way, row.case_seq)
    return True


def _changes(row: "Row[Any]", report: str, status: str) -> dict[str, object]:
    changes: dict[str, object] = {"arrival": report, "status": status, "reported": False}
    if row.state == UNCONFIRMED and report != BOUNCED:  # it did go
        changes |= {"state": SENT, "told": True}
    if row.state in {SENT, UNCONFIRMED} and report != BOUNCED:
        changes |= _OVER
    return changes


def _wait(connection: Connection, fact: DeliveryFact, report: str, status: str) -> None:
    if fact.letter or not fact.gateway_id:
        metrics.STRANGE_REPORTS.labels(fact.way).inc()
        return
    row = {"way": fact.way, "gateway_id": fact.gateway_id, "report": report, "status": status}
    key = ["way", "gateway_id", "report"]
    upsert(connection, REPORTS, [row | {"came": time.time()}], key=key, keep=True)


class Reports:
    """The keeper's part: reports that came too early, and facts about them that nobody has written yet."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outbox = Outbox(engine)

    def match(self, now: float) -> None:
        """Early reports of letters that are known by now; those that stay strange are counted and go."""
        c = REPORTS.c
        with reading(self._engine) as connection:
            waiting = connection.execute(select(REPORTS).limit(500)).all()
        for row in waiting:
            with writing(self._engine) as connection:
                known = note(connection, row.way, "", row.gateway_id, row.report, row.status)
                if known or row.came < now - PATIENCE:
                    mine = (c.way == row.way, c.gateway_id == row.gateway_id, c.report == row.report)
                    connection.execute(REPORTS.delete().where(*mine))
            if not known and row.came < now - PATIENCE:
                metrics.STRANGE_REPORTS.labels(row.way).inc()

    def confirm(self) -> None:
        """A letter whose report came while it was handed over did go, whatever the sender heard then."""
        c = LETTERS.c
        which = (c.state == UNCONFIRMED, c.arrival.in_((DELIVERED, DENIED)))
        with writing(self._engine) as connection:
            connection.execute(LETTERS.update().where(*which).values(state=SENT, told=True, **_OVER))

    def unreported(self, limit: int = 100) -> list[Letter]:
        """Letters whose arrival or return the stream may not know yet."""
        c = LETTERS.c
        return self._outbox.found(c.reported.is_(False), c.state != TRYING, limit=limit)

    def mark(self, letter: Letter) -> bool:
        """Whether it was this call that noted that the fact about the report stands."""
        c = LETTERS.c
        with writing(self._engine) as connection:
            done = connection.execute(
                LETTERS.update()
                .where(c.letter == letter.letter, c.arrival == letter.arrival, c.reported.is_(False))
                .values(reported=True)
            )
        return done.rowcount == 1
