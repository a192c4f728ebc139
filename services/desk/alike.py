"""All SQL about cases of one matter: candidates for the same one, the case a join names, who follows whom."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, update

from libs.contracts.codes import parse_code
from libs.contracts.errors import Refused
from services.desk import reads
from services.desk.beside import FOLLOW, FOLLOWER
from services.desk.contacts import CONTACT
from services.desk.domain.decisions import Other
from services.desk.domain.duplicates import Asked, Candidate
from services.desk.store import CASE, LINK, seconds

SAME_SENDER, SAME_PLACE = timedelta(days=90), timedelta(days=30)
"""How far back a request is looked for: of the same sender, and of the same place and field."""

MOST_OF_SENDER, MOST_OF_PLACE = 20, 300
"""The newest so many are compared."""

AT_ONCE = 200
"""Followers that one sweep adds."""

_CANDIDATE = (CASE.c.case_id, CASE.c.place, CASE.c.field, CASE.c.state)


def candidates(connection: Connection, asked: Asked, before: datetime) -> list[Candidate]:
    """Earlier cases by sender, or by place and field; joined and rejected ones stand for no matter.

    Where the sender's case was joined to another one, that other one is the candidate.
    """
    rows: dict[str, Row[Any]] = {}
    shared: dict[str, set[tuple[str, str]]] = {}
    for contact in sorted(asked.senders):
        for row in connection.execute(_of_sender(contact, before)):
            rows[row.case_id] = row
            shared.setdefault(row.case_id, set()).add(contact)
    if asked.place and asked.field:
        for row in connection.execute(_of_place(asked, before)):
            rows.setdefault(row.case_id, row)
    return [
        Candidate(case_id, text_of(row), row.place, row.field, frozenset(shared.get(case_id, ())))
        for case_id, row in rows.items()
    ]


def text_of(row: Row[Any]) -> str:
    """The words of a case's row."""
    return str(json.loads(row.state).get("text", ""))


def _standing(before: datetime) -> Any:
    return CASE.c.status.not_in(("joined", "rejected")) & (CASE.c.opened_at <= seconds(before))


def _of_sender(contact: tuple[str, str], before: datetime) -> Select[Any]:
    followed = func.coalesce(FOLLOW.c.root, CONTACT.c.case_id)
    mine = and_(CONTACT.c.kind == contact[0], CONTACT.c.value == contact[1])
    lately = CONTACT.c.opened_at.between(seconds(before - SAME_SENDER), seconds(before))
    return (
        select(*_CANDIDATE)
        .select_from(CONTACT)
        .outerjoin(FOLLOW, FOLLOW.c.case_id == CONTACT.c.case_id)
        .join(CASE, CASE.c.case_id == followed)
        .where(mine, lately, _standing(before))
        .order_by(CONTACT.c.opened_at.desc())
        .limit(MOST_OF_SENDER)
    )


def _of_place(asked: Asked, before: datetime) -> Select[Any]:
    there = and_(CASE.c.place == asked.place, CASE.c.field == asked.field)
    lately = CASE.c.opened_at >= seconds(before - SAME_PLACE)
    newest = CASE.c.opened_at.desc()
    return select(*_CANDIDATE).where(there, lately, _standing(before)).order_by(newest).limit(MOST_OF_PLACE)


def named(connection: Connection, words: str) -> Other | None:
    """The case of this id or look-up code, or the one that it follows; None when there is none, or two.

    Raises Refused when it stands still here: what became of it meanwhile is not known.
    """
    case_id = words
    if code := parse_code(words):
        rows = reads.by_code(connection, code).rows
        case_id = rows[0].case_id if len(rows) == 1 else ""
    found = reads.load(connection, case_id)
    while found and found.state.joined and found.state.joined.case != case_id:
        case_id = found.state.joined.case  # always an older one
        found = reads.load(connection, case_id)
    if found and found.parked:
        raise Refused(
            "Hồ sơ kia đang tạm dừng vì lỗi kỹ thuật; quản trị viên đã được báo",
            "that case stands still after a technical fault; the administrators know",
            field="to",
        )
    return Other(found.state, found.ref.year) if found else None


def settle_roots(connection: Connection) -> None:
    """Whoever follows a case that was joined itself follows that one's root."""
    further = FOLLOW.alias("further")
    chained = select(FOLLOW.c.case_id, further.c.root).join(further, further.c.case_id == FOLLOW.c.root)
    while rows := connection.execute(chained).all():
        for row in rows:
            connection.execute(update(FOLLOW).where(FOLLOW.c.case_id == row.case_id).values(root=row.root))


def unknown_followers(connection: Connection) -> Sequence[Row[Any]]:
    """Joined cases (case_id, year, code, root, event_id) of which the log of their root knows nothing yet.

    Those of a root that stands still here wait until it does not, and are in nobody's way.
    """
    known = and_(FOLLOWER.c.root == FOLLOW.c.root, FOLLOWER.c.case_id == FOLLOW.c.case_id)
    query = (
        select(FOLLOW, CASE.c.code)
        .join(CASE, CASE.c.case_id == FOLLOW.c.case_id)
        .join(LINK, LINK.c.case_id == FOLLOW.c.root)
        .outerjoin(FOLLOWER, known)
        .where(FOLLOWER.c.root.is_(None), LINK.c.parked == "")
    )
    return connection.execute(query.limit(AT_ONCE)).all()
