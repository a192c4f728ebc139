"""All SQL that only reads the projection: one case, the queues page by page, search, parked cases."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select, tuple_

from libs.contracts.errors import Refused
from libs.contracts.events import CASE_FACTS, CaseFact
from libs.contracts.subjects import CaseRef
from libs.runtime.database import is_parked
from services.desk.beside import HEIR, JOINED
from services.desk.clockrows import STOPPED
from services.desk.contacts import CONTACT
from services.desk.domain.state import CaseState
from services.desk.store import CASE, CLOCK, ENTRY, LETTER, LINK

PAGE = 50
"""Rows of one page of a list."""

_CASE_ID = re.compile(r"[0-9a-f]{32}")
LISTED = (CASE.c.case_id, CASE.c.calm, CASE.c.opened_at, CASE.c.due, CASE.c.state)


@dataclass(frozen=True)
class Loaded:
    """A case as the projection has it. `done`: the fact of the event id that was asked for, if it stands."""

    ref: CaseRef
    seq: int
    parked: str
    state: CaseState
    done: tuple[int, CaseFact] | None = None


def load(connection: Connection, case_id: str, event_id: UUID | None = None) -> Loaded | None:
    """The case, None when the projection knows none of that id."""
    if not _CASE_ID.fullmatch(case_id):
        return None
    joined = LINK.outerjoin(CASE, CASE.c.case_id == LINK.c.case_id)
    columns = (LINK.c.year, LINK.c.last_seq, LINK.c.parked, CASE.c.state)
    row = connection.execute(select(*columns).select_from(joined).where(LINK.c.case_id == case_id)).first()
    if row is None:
        return None
    state = CaseState.model_validate_json(row.state) if row.state else CaseState(case_id=case_id)
    done = _done(connection, case_id, event_id) if event_id else None
    return Loaded(CaseRef(row.year, case_id), row.last_seq, row.parked, state, done)


def _done(connection: Connection, case_id: str, event_id: UUID) -> tuple[int, CaseFact] | None:
    ours = (ENTRY.c.case_id == case_id) & (ENTRY.c.event_id == str(event_id))
    row = connection.execute(select(ENTRY.c.seq, ENTRY.c.token, ENTRY.c.body).where(ours)).first()
    return (row.seq, CASE_FACTS[row.token].model_validate_json(row.body)) if row else None


def last_seq(connection: Connection, case_id: str) -> int:
    """How far the projection has read this case."""
    found = connection.execute(select(LINK.c.last_seq).where(LINK.c.case_id == case_id)).scalar()
    return int(found or 0)


def timeline(connection: Connection, case_id: str) -> Sequence[Row[Any]]:
    """The facts of a case, the oldest first."""
    return connection.execute(select(ENTRY).where(ENTRY.c.case_id == case_id).order_by(ENTRY.c.seq)).all()


def newest(connection: Connection, case_id: str, token: str) -> dict[str, Any]:
    """The newest fact of this kind, as it was written; empty when there is none."""
    ours = (ENTRY.c.case_id == case_id) & (ENTRY.c.token == token)
    row = connection.execute(select(ENTRY).where(ours).order_by(ENTRY.c.seq.desc())).first()
    return content(row) if row else {}


def clocks(connection: Connection, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """The clocks of these cases, in the order they were started.

    What an agency owed that ended is owed by the one that goes on: sla says so only in its next fact.
    """
    same = (HEIR.c.case_id == CLOCK.c.case_id) & (HEIR.c.agency == CLOCK.c.agency)
    running = HEIR.c.to.is_not(None) & CLOCK.c.token.not_in(STOPPED)
    owes = case((running, HEIR.c.to), else_=CLOCK.c.agency).label("agency")
    others = [column for column in CLOCK.c if column.name != "agency"]
    query: Select[Any] = select(*others, owes).select_from(CLOCK.outerjoin(HEIR, same))
    query = query.where(CLOCK.c.case_id.in_(ids)).order_by(CLOCK.c.case_id, CLOCK.c.start)
    return connection.execute(query).all()


def letters(connection: Connection, case_id: str) -> Sequence[Row[Any]]:
    """The letters of a case and what became of them."""
    return connection.execute(
        select(LETTER).where(LETTER.c.case_id == case_id).order_by(LETTER.c.at, LETTER.c.letter)
    ).all()


def parked(connection: Connection) -> Sequence[Row[Any]]:
    """Cases that this projection cannot follow."""
    joined = LINK.outerjoin(CASE, CASE.c.case_id == LINK.c.case_id)
    columns = (LINK.c.case_id, LINK.c.year, LINK.c.last_seq, LINK.c.parked, CASE.c.code)
    query: Select[Any] = select(*columns).select_from(joined).where(is_parked(LINK))
    query = query.order_by(LINK.c.case_id)
    return connection.execute(query.limit(500)).all()


@dataclass(frozen=True)
class Page:
    """Rows of a list (case_id, calm, opened_at, due, state), the cursor after the last, how many follow.

    `left` is 0 where that is not counted: what is done only grows, and nobody works it off.
    """

    rows: Sequence[Row[Any]]
    next: str
    left: int = 0


def waiting(connection: Connection, queue: str, after: str) -> Page:
    """A queue of the desk: urgent cases first, then the oldest."""
    key = (CASE.c.calm, CASE.c.opened_at, CASE.c.case_id)
    return page_of(connection, select(*LISTED).where(CASE.c.queue == queue), key, after)


def by_deadline(connection: Connection, agency: str, queue: str, after: str) -> Page:
    """Cases of an agency by deadline; an empty agency is the desk itself."""
    mine = (CASE.c.agency == agency) & (CASE.c.queue == queue)
    return page_of(connection, select(*LISTED).where(mine), (CASE.c.due, CASE.c.case_id), after)


def closed(connection: Connection, agency: str, after: str) -> Page:
    """Cases of an agency that are closed, the newest first."""
    mine = (CASE.c.agency == agency) & (CASE.c.queue == "closed")
    key = (CASE.c.due, CASE.c.case_id)
    return page_of(connection, select(*LISTED).where(mine), key, after, newest=True, counted=False)


def joined(
    connection: Connection, agency: str, parts: Collection[str], after: str, owed: int | None = None
) -> Page:
    """Cases in which the agency has one of these parts: those in which it owes it first, then the newest."""
    query = select(*LISTED, JOINED.c.owed, JOINED.c.sent_at).join(JOINED, JOINED.c.case_id == CASE.c.case_id)
    query = query.where(JOINED.c.agency == agency, JOINED.c.part.in_(parts))
    if owed is not None:
        query = query.where(JOINED.c.owed == owed)
    key = (JOINED.c.owed, JOINED.c.sent_at, JOINED.c.case_id)
    return page_of(connection, query, key, after, newest=True)


def by_code(connection: Connection, code: str) -> Page:
    """The cases of a look-up code: one, unless two were given the same."""
    query: Select[Any] = select(*LISTED).where(CASE.c.code == code)
    return Page(connection.execute(query.limit(PAGE)).all(), "")


def by_phone(connection: Connection, phone: str) -> Page:
    """The cases whose sender has this telephone number, as far as is known, the newest first."""
    mine = (CONTACT.c.kind == "phone") & (CONTACT.c.value == phone)
    query: Select[Any] = select(*LISTED).join(CONTACT, CONTACT.c.case_id == CASE.c.case_id).where(mine)
    query = query.order_by(CONTACT.c.opened_at.desc())
    return Page(connection.execute(query.limit(PAGE)).all(), "")


def page_of(
    connection: Connection,
    query: Select[Any],
    key: tuple[ColumnElement[Any], ...],
    after: str,
    *,
    newest: bool = False,
    counted: bool = True,
) -> Page:
    """One page by key, not by offset: the thousandth costs what the first does, but for counting the rest."""

    def beyond(mark: Sequence[int | str]) -> Select[Any]:
        return query.where(tuple_(*key) < tuple_(*mark) if newest else tuple_(*key) > tuple_(*mark))

    wanted = beyond(_cursor(after, len(key))) if after else query
    order = [column.desc() if newest else column.asc() for column in key]
    rows = connection.execute(wanted.order_by(*order).limit(PAGE + 1)).all()
    if len(rows) <= PAGE:
        return Page(rows, "")
    mark = [getattr(rows[PAGE - 1], str(column.key)) for column in key]
    rest = beyond(mark).with_only_columns(func.count(), maintain_column_froms=True)
    left = connection.execute(rest).scalar_one() if counted else 0
    return Page(rows[:PAGE], "~".join(map(str, mark)), left)


def _cursor(after: str, length: int) -> tuple[int | str, ...]:
    *numbers, case_id = after.split("~")
    well_formed = len(numbers) == length - 1 and _CASE_ID.fullmatch(case_id)
    if not well_formed or not all(re.fullmatch(r"-?[0-9]{1,18}", number) for number in numbers):
        raise Refused("Trang không có", "there is no such page", field="after")
    return (*map(int, numbers), case_id)


def content(row: Row[Any]) -> dict[str, Any]:
    """The fact of a timeline row as it was written."""
    found = json.loads(row.body)
    return found if isinstance(found, dict) else {}
