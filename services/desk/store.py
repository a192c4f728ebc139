"""Keeps the projection: what facts of CASES, CLOCKS and LETTERS change in the desk's tables."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.sql import bindparam

from libs.contracts.canary import CANARY
from libs.contracts.events import CaseErased
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockFact, LetterFact, SideFact
from libs.runtime.database import table, upsert
from libs.runtime.projection import Applied
from libs.runtime.rebuild import Projection
from services.desk.beside import (
    FOLLOW,
    FOLLOWER,
    HEIR,
    JOINED,
    forget_beside,
    keep_beside,
    keep_follows,
    keep_heirs,
)
from services.desk.clockrows import STOPPED, clock_row
from services.desk.contacts import CONTACT, TOLD, forget_contacts, keep_contacts, keep_told
from services.desk.domain.fold import fold
from services.desk.domain.state import AT_DESK, TO_PUBLISH, WITH_AGENCY, CaseState
from services.desk.oversight.store import (
    ANSWERED,
    LATE,
    REMINDER,
    WATCH,
    forget_watched,
    keep_late,
    keep_watched,
)
from services.desk.tables import CaseRow, ClockRow, EntryRow, LetterRow, Link
from services.desk.telephony.store import CALL, TRANSFER, apply_calls

LINK, CASE, ENTRY, CLOCK, LETTER = (table(model) for model in (Link, CaseRow, EntryRow, ClockRow, LetterRow))
PROJECTION = (
    LINK, CASE, ENTRY, JOINED, FOLLOW, FOLLOWER, HEIR, CONTACT, TOLD, CLOCK, LETTER, CALL, TRANSFER,
    LATE, WATCH, REMINDER, ANSWERED,
)  # fmt: skip

CANARY_LOST = "canary-lost"
"""The reason of a canary that did not arrive in time."""


def queue_of(state: CaseState) -> str:
    """Who has to act: triage, arbiter, agency, publish or closed; a canary is in nobody's list."""
    if state.channel == CANARY:
        return CANARY if state.status != "rejected" else f"{CANARY}-over"
    if state.erased_at:
        return "closed"  # it was settled, though a backup from before that brings it back open
    if state.instruction and state.status == "arbiter":
        return "triage"  # the coordinator said where it goes (Điều 13.2)
    for queue, statuses in (("triage", AT_DESK), ("agency", WITH_AGENCY), ("publish", TO_PUBLISH)):
        if state.status in statuses:
            return queue
    return "arbiter" if state.status == "arbiter" else "closed"


class Store:
    """Writes the projection; each `apply…` may be called on a bare connection and has no other effect."""

    def projection(self, engine: Engine) -> Projection:
        """What a rebuild needs."""
        sides = {"CLOCKS": self.apply_clocks, "LETTERS": self.apply_letters, "CALLS": apply_calls}
        return Projection(engine, LINK, PROJECTION, self.apply, self.forget, sides, erase=self.erase)

    def apply(self, connection: Connection, facts: Sequence[Applied]) -> None:
        """Fold the facts into their cases and add them to the timelines."""
        ids = sorted({one.ref.case_id for one in facts})
        before = states(connection, ids)
        after = dict(before)
        for one in facts:
            after[one.ref.case_id] = fold(after.get(one.ref.case_id, CaseState()), one.fact)
        deadlines = _deadlines(connection, ids)
        rows = [self._row(case_id, after[case_id], deadlines.get(case_id), facts) for case_id in ids]
        upsert(connection, CASE, rows, key=["case_id"])
        upsert(connection, ENTRY, [_entry(one) for one in facts], key=["case_id", "seq"], keep=True)
        keep_contacts(connection, before, after)
        keep_told(connection, facts)
        keep_beside(connection, before, after)
        keep_watched(connection, before, after)
        keep_follows(connection, facts)
        keep_heirs(connection, facts)

    def _row(
        self, case_id: str, state: CaseState, due: int | None, facts: Sequence[Applied]
    ) -> dict[str, Any]:
        newest = max(seconds(one.fact.at) for one in facts if one.ref.case_id == case_id)
        since = seconds(state.since) if state.since else newest
        return {
            "case_id": case_id,
            "code": "" if state.channel == CANARY else state.code,
            "status": state.status,
            "queue": queue_of(state),
            "agency": state.lead,
            "field": state.field or "",
            "place": state.place or "",
            "urgent": state.urgent,
            "calm": _calm(state),
            "phone": state.person.phone,
            "opened_at": seconds(state.opened_at) if state.opened_at else newest,
            "updated_at": newest,
            "due": since if due is None or queue_of(state) == "closed" else due,
            "state": state.model_dump_json(exclude_defaults=True),
        }

    def apply_clocks(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        """Keep the newest fact of each clock, and the next deadline of each case."""
        clocks = [(seq, fact) for seq, fact in facts if isinstance(fact, ClockFact)]
        ids = sorted({fact.case_id for _, fact in clocks})
        found = connection.execute(select(CLOCK).where(CLOCK.c.case_id.in_(ids))).mappings()
        rows: dict[tuple[str, str], dict[str, Any]] = {
            (row["case_id"], row["clock"]): dict(row) for row in found
        }
        for seq, fact in clocks:
            key = (fact.case_id, fact.clock)
            rows[key] = clock_row(seq, fact, rows.get(key))
        upsert(connection, CLOCK, list(rows.values()), key=["case_id", "clock"])
        keep_late(connection, list(rows.values()), CASE)
        deadlines = [
            {"of_case": case_id, "to_due": due} for case_id, due in _deadlines(connection, ids).items()
        ]
        if deadlines:
            open_case = (CASE.c.case_id == bindparam("of_case")) & (CASE.c.queue != "closed")
            connection.execute(update(CASE).where(open_case).values(due=bindparam("to_due")), deadlines)

    def apply_letters(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        """Keep the newest outcome of each letter."""
        letters = [(seq, fact) for seq, fact in facts if isinstance(fact, LetterFact)]
        newest = {(fact.case_id, fact.letter): _letter(seq, fact) for seq, fact in letters}
        ids = sorted({case_id for case_id, _ in newest})
        found = connection.execute(
            select(LETTER.c.case_id, LETTER.c.letter, LETTER.c.seq).where(LETTER.c.case_id.in_(ids))
        )
        for row in found:
            key = (row.case_id, row.letter)
            if key in newest and newest[key]["seq"] <= row.seq:
                del newest[key]
        upsert(connection, LETTER, list(newest.values()), key=["case_id", "letter"])

    def erase(self, connection: Connection, fact: CaseErased) -> None:
        """Drop the case, and the calls that belong to no other one."""
        for each in (CALL, TRANSFER):
            connection.execute(delete(each).where(each.c.call.in_(fact.calls)))
        self.forget(connection, [fact.case_id])

    def forget(self, connection: Connection, case_ids: Sequence[str]) -> None:
        """Delete what came from CASES for these cases; clocks and letters have streams of their own."""
        for each in (CASE, ENTRY):
            connection.execute(delete(each).where(each.c.case_id.in_(case_ids)))
        forget_beside(connection, case_ids)
        forget_watched(connection, case_ids)
        forget_contacts(connection, case_ids)


def states(connection: Connection, ids: Sequence[str]) -> dict[str, CaseState]:
    """The cases as they were folded so far."""
    found = connection.execute(select(CASE.c.case_id, CASE.c.state).where(CASE.c.case_id.in_(ids)))
    return {row.case_id: CaseState.model_validate_json(row.state) for row in found}


def seconds(at: datetime) -> int:
    """Whole seconds since 1970, UTC."""
    return int(at.timestamp())


def _entry(one: Applied) -> dict[str, Any]:
    return {
        "case_id": one.ref.case_id,
        "seq": one.seq,
        "token": one.fact.token,
        "at": seconds(one.fact.at),
        "by": _author(one.fact.by),
        "event_id": str(one.fact.event_id),
        "body": one.fact.model_dump_json(),
    }


def _calm(state: CaseState) -> int:
    """What the coordinator directed comes first, then what is urgent; what looks like junk comes last."""
    if state.urgent:
        return -1 if state.instruction and not state.lead else 0
    return 2 if state.spam else 1


def _author(by: Actor) -> str:
    return by.person or by.service


def _deadlines(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The next deadline of each case: the earliest that was not missed, else the earliest missed one."""
    columns = (CLOCK.c.case_id, CLOCK.c.due, CLOCK.c.missed)
    running = select(*columns).where(CLOCK.c.case_id.in_(ids), CLOCK.c.token.not_in(STOPPED))
    found: dict[str, list[tuple[bool, int]]] = defaultdict(list)
    for row in connection.execute(running):
        found[row.case_id].append((row.missed, row.due))
    return {case_id: min(dues)[1] for case_id, dues in found.items()}


def _letter(seq: int, fact: LetterFact) -> dict[str, Any]:
    return {
        "case_id": fact.case_id,
        "letter": fact.letter,
        "seq": seq,
        "token": fact.stem(),
        "template": fact.template,
        "way": fact.way,
        "audience": fact.audience,
        "agency": fact.agency,
        "at": seconds(fact.at),
        "attempt": getattr(fact, "attempt", 0),
        "reason": getattr(fact, "reason", "") or getattr(fact, "status", ""),
    }
