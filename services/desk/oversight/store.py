"""Keeps the tables of the board: each function changes the rows of the cases or clocks it is given."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, select, tuple_, update

from libs.contracts.canary import CANARY
from libs.runtime.database import table, upsert
from services.desk.clockrows import STOPPED
from services.desk.domain.oversight import reviewed_by
from services.desk.domain.state import FINAL, CaseState
from services.desk.oversight.tables import AnsweredRow, LateRow, ReminderRow, WatchRow

LATE, WATCH, REMINDER, ANSWERED = (table(model) for model in (LateRow, WatchRow, ReminderRow, AnsweredRow))

Row = dict[str, Any]
States = Mapping[str, CaseState]


def keep_late(connection: Connection, rows: Sequence[Row], cases: Table) -> None:
    """`rows`: of the desk's clocks, as they are now; `cases`: the table of cases."""
    key = tuple_(LATE.c.case_id, LATE.c.clock)
    if over := [(row["case_id"], row["clock"]) for row in rows if row["missed"] and row["token"] in STOPPED]:
        connection.execute(delete(LATE).where(key.in_(over)))
    late = [row for row in rows if row["missed"] and row["token"] not in STOPPED]
    if not late:
        return
    c, ids = cases.c, [row["case_id"] for row in late]
    found = connection.execute(select(c.case_id, c.field, c.place).where(c.case_id.in_(ids)))
    where = {row.case_id: {"field": row.field, "place": row.place} for row in found}
    names, unknown = ("case_id", "clock", "kind", "agency", "due"), {"field": "", "place": ""}
    kept = [{name: row[name] for name in names} | where.get(row["case_id"], unknown) for row in late]
    upsert(connection, LATE, kept, key=["case_id", "clock"])


def keep_watched(connection: Connection, before: States, after: States) -> None:
    """What needs a look, reminders and answers of the cases in which they changed."""
    nothing = CaseState()
    pairs = [(id_, before.get(id_, nothing), state) for id_, state in after.items()]
    watched = {
        id_: new for id_, old, state in pairs if (new := [*_watched(id_, state)]) != [*_watched(id_, old)]
    }
    if watched:
        connection.execute(delete(WATCH).where(WATCH.c.case_id.in_(watched)))
        upsert(connection, WATCH, [row for rows in watched.values() for row in rows], key=["case_id", "what"])
    for id_, old, state in pairs:
        if old.opened_at and (old.field, old.place) != (state.field, state.place):
            now = {"field": state.field or "", "place": state.place or ""}
            connection.execute(update(LATE).where(LATE.c.case_id == id_).values(**now))
    reminders = [row for id_, old, state in pairs for row in _reminders(id_, state, len(old.reminders))]
    upsert(connection, REMINDER, reminders, key=["case_id", "number"], keep=True)
    given = [(_answer(id_, old), _answer(id_, state)) for id_, old, state in pairs]
    answers = [row for known, row in given if row and row != known]
    upsert(connection, ANSWERED, answers, key=["case_id"])


def forget_watched(connection: Connection, case_ids: Sequence[str]) -> None:
    """What came from these cases; what is late comes from their clocks."""
    for each in (WATCH, REMINDER, ANSWERED):
        connection.execute(delete(each).where(each.c.case_id.in_(case_ids)))


def _watched(case_id: str, state: CaseState) -> Iterator[Row]:
    if state.status in FINAL or state.channel == CANARY or state.since is None:
        return
    own = {
        "case_id": case_id,
        "agency": state.lead,
        "field": state.field or "",
        "place": state.place or "",
        "due": int(state.since.timestamp()),
    }
    if state.returned_too_often:
        yield {**own, "what": "returned"}
    if state.cycle > 1:
        yield {**own, "what": "reopened"}


def _reminders(case_id: str, state: CaseState, known: int) -> Iterator[Row]:
    for one in state.reminders[known:]:
        yield {
            "case_id": case_id,
            "number": one.number,
            "code": state.code,
            "agency": one.agency,
            "at": int(one.at.timestamp()),
            "by": one.by.name or "",
            "text": one.text,
        }


def _answer(case_id: str, state: CaseState) -> Row | None:
    if not state.answered_at or not state.answered_by or not state.answered_by.agency:
        return None
    return {
        "case_id": case_id,
        "agency": state.answered_by.agency,
        "field": state.field or "",
        "answered_at": int(state.answered_at.timestamp()),
        "reviewed": "".join(f"|{one}|" for one in reviewed_by(state)),
    }
