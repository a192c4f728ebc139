"""Rows of who stands beside the lead, who follows whom, who goes on for whom; kept by the store."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, update

from libs.contracts.events import CaseFollowerAdded, CaseJoined, CaseSucceeded
from libs.runtime.database import table, upsert
from libs.runtime.projection import Applied
from services.desk.domain.state import WITH_AGENCY, CaseState
from services.desk.tables import FollowerRow, FollowRow, HeirRow, JoinedRow

JOINED, FOLLOW, FOLLOWER, HEIR = (table(model) for model in (JoinedRow, FollowRow, FollowerRow, HeirRow))

Row = dict[str, Any]


def keep_beside(
    connection: Connection, before: Mapping[str, CaseState], after: Mapping[str, CaseState]
) -> None:
    """Write the rows of the cases in which somebody beside the lead has more or less to do."""
    moved = {
        case_id: rows
        for case_id, state in after.items()
        if (rows := list(beside(case_id, state))) != list(beside(case_id, before.get(case_id, CaseState())))
    }
    if moved:
        connection.execute(delete(JOINED).where(JOINED.c.case_id.in_(moved)))
        rows = [row for rows in moved.values() for row in rows]
        upsert(connection, JOINED, rows, key=["case_id", "agency", "part"])


def beside(case_id: str, state: CaseState) -> Iterator[Row]:
    """Co-leads and coordinators of the last slip, the commune at work, the police unit that was asked."""
    for sent in state.slips[-1:]:
        for agency in sent.beside:
            part = "co-lead" if agency in sent.slip.co_leads else "coordinator"
            owed = state.status in WITH_AGENCY and agency in state.missing
            yield _row(case_id, agency, part, sent.at.timestamp(), owed=owed)
    work = state.delegation
    if work and work.stage != "recalled":
        owed = bool(state.commune) and work.stage == "delegated"
        yield _row(case_id, work.to, "commune", work.at.timestamp(), owed=owed)
    if state.suspicion:
        asked = state.suspicion
        yield _row(case_id, asked.police, "police", asked.at.timestamp(), owed=asked.open)


def _row(case_id: str, agency: str, part: str, at: float, *, owed: bool) -> Row:
    return {
        "case_id": case_id,
        "agency": agency,
        "part": part,
        "owed": int(owed),
        "sent_at": int(at),
    }


def keep_follows(connection: Connection, facts: Sequence[Applied]) -> None:
    """Remember who joined whom, and which followers the followed case knows of."""
    joined = [(one.ref, one.fact) for one in facts if isinstance(one.fact, CaseJoined)]
    follows = [
        {"case_id": ref.case_id, "year": ref.year, "root": fact.to, "event_id": str(fact.event_id)}
        for ref, fact in joined
    ]
    known = [
        {"root": one.ref.case_id, "case_id": one.fact.case}
        for one in facts
        if isinstance(one.fact, CaseFollowerAdded)
    ]
    upsert(connection, FOLLOW, follows, key=["case_id"])
    upsert(connection, FOLLOWER, known, key=["root", "case_id"], keep=True)


def keep_heirs(connection: Connection, facts: Sequence[Applied]) -> None:
    """Remember who goes on for whom, also through several successions."""
    for one in facts:
        if isinstance(one.fact, CaseSucceeded):
            agency, to, mine = one.fact.agency, one.fact.to, HEIR.c.case_id == one.ref.case_id
            connection.execute(update(HEIR).where(mine, HEIR.c.to == agency).values(to=to))
            row = {"case_id": one.ref.case_id, "agency": agency, "to": to}
            upsert(connection, HEIR, [row], key=["case_id", "agency"])


def forget_beside(connection: Connection, case_ids: Sequence[str]) -> None:
    """What came from these cases."""
    for each in (JOINED, FOLLOW, HEIR):
        connection.execute(delete(each).where(each.c.case_id.in_(case_ids)))
    connection.execute(delete(FOLLOWER).where(FOLLOWER.c.root.in_(case_ids)))
