"""All SQL about cases of one matter: candidates for the same one, the case a join names, who follows whom."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select, update

from libs.contracts.codes import parse_code
from libs.contracts.errors import Refused
from services.desk import reads
from services.desk.beside import FOLLOW, FOLLOWER
from services.desk.domain.decisions import Other
from services.desk.domain.duplicates import Asked, Candidate
from services.desk.store import CASE, LINK, seconds

SAME_PHONE, SAME_PLACE = timedelta(days=90), timedelta(days=30)
"""How far back a request is looked for: of the same telephone, and of the same place and field."""

MOST_OF_PHONE, MOST_OF_PLACE = 20, 300
"""The newest so many are compared."""

AT_ONCE = 200
"""Followers that one sweep adds."""

_CANDIDATE = (CASE.c.case_id, CASE.c.phone, CASE.c.place, CASE.c.field, CASE.c.state)


def candidates(connection: Connection, asked: Asked, before: datetime) -> list[Candidate]:
    """Earlier cases by telephone, or by place and field; joined and rejected ones stand for no matter."""
    found: dict[str, Candidate] = {}
    for query in _searches(asked, before):
        for row in connection.execute(query):
            text = json.loads(row.state).get("text", "")
            found[row.case_id] = Candidate(row.case_id, text, row.phone, row.place, row.field)
    return list(found.values())


def _searches(asked: Asked, before: datetime) -> Iterator[Select[Any]]:
    until, newest = seconds(before), CASE.c.opened_at.desc()
    standing = CASE.c.status.not_in(("joined", "rejected")) & (CASE.c.opened_at <= until)
    if asked.phone:
        mine = (CASE.c.phone == asked.phone) & (CASE.c.opened_at >= seconds(before - SAME_PHONE))
        yield select(*_CANDIDATE).where(mine, standing).order_by(newest).limit(MOST_OF_PHONE)
    if asked.place and asked.field:
        there = and_(CASE.c.place == asked.place, CASE.c.field == asked.field)
        lately = CASE.c.opened_at >= seconds(before - SAME_PLACE)
        yield select(*_CANDIDATE).where(there, lately, standing).order_by(newest).limit(MOST_OF_PLACE)


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
