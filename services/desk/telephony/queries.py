"""All SQL that reads calls: those that ring, those to return, the newest, and the operators at work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, distinct, exists, func, select

from libs.runtime.database import table
from services.desk.contacts import CONTACT, TOLD
from services.desk.store import CASE
from services.desk.tables import AccountRow, SessionRow
from services.desk.telephony.store import CALL, TRANSFER

ACCOUNT, SESSION = table(AccountRow), table(SessionRow)

MOST_OPEN, MOST_OWED, MOST_CASES, RECENT = 20, 300, 100, 40

_LATER = CALL.alias("later")
_UNRETURNED = and_(
    CALL.c.owed == 1,
    ~exists().where(_LATER.c.party == CALL.c.party, _LATER.c.over_at >= CALL.c.began),
)


def going_on(connection: Connection, since: int) -> Sequence[Row[Any]]:
    """Calls that ring or are spoken and began after `since`, the oldest first: it has waited longest."""
    going = (CALL.c.open == 1) & (CALL.c.began >= since)
    return connection.execute(select(CALL).where(going).order_by(CALL.c.began).limit(MOST_OPEN)).all()


def unreturned(connection: Connection) -> Sequence[Row[Any]]:
    """Missed calls whose caller nobody has spoken with since; the oldest first."""
    return connection.execute(select(CALL).where(_UNRETURNED).order_by(CALL.c.began).limit(MOST_OWED)).all()


def owed(connection: Connection) -> tuple[int, int | None]:
    """How many people wait for a call back, and since when the first of them does."""
    query = select(func.count(distinct(CALL.c.party)), func.min(CALL.c.began)).where(_UNRETURNED)
    count, since = connection.execute(query).one()
    return int(count), since


def recent(connection: Connection) -> Sequence[Row[Any]]:
    """The newest calls."""
    return connection.execute(select(CALL).order_by(CALL.c.began.desc()).limit(RECENT)).all()


def by_id(connection: Connection, call: str) -> Row[Any] | None:
    return connection.execute(select(CALL).where(CALL.c.call == call)).first()


def of_party(connection: Connection, party: str) -> Sequence[Row[Any]]:
    """Missed calls of this caller that are still owed, the newest first."""
    mine = _UNRETURNED & (CALL.c.party == party)
    return connection.execute(select(CALL).where(mine).order_by(CALL.c.began.desc())).all()


def cases_of_calls(connection: Connection, calls: Sequence[str]) -> dict[str, str]:
    """Call → the case that was typed in it."""
    query = select(CONTACT.c.value, CONTACT.c.case_id)
    found = query.where(CONTACT.c.kind == "call", CONTACT.c.value.in_(calls))
    return {row.value: row.case_id for row in connection.execute(found)}


def cases_of(connection: Connection, parties: Sequence[str]) -> list[Row[Any]]:
    """Cases (value: the party, case_id, queue, state) of whoever has these numbers, the newest first."""
    reached = select(CONTACT.c.value, CASE.c.case_id, CASE.c.queue, CASE.c.state)
    mine = (CONTACT.c.kind == "phone") & CONTACT.c.value.in_(parties)
    found = reached.join(CASE, CASE.c.case_id == CONTACT.c.case_id).where(mine)
    return list(connection.execute(found.order_by(CONTACT.c.opened_at.desc()).limit(MOST_CASES)))


def given_extensions(connection: Connection) -> frozenset[str]:
    """Extensions that somebody has."""
    query = select(ACCOUNT.c.extension).where(ACCOUNT.c.active.is_(True), ACCOUNT.c.extension != "")
    return frozenset(connection.execute(query).scalars())


def operators_at_work(connection: Connection, since: int) -> int:
    """Operators with a session that was used after `since`."""
    query = select(func.count(distinct(ACCOUNT.c.id))).join(SESSION, SESSION.c.account == ACCOUNT.c.id)
    live = SESSION.c.ended_at.is_(None) & (SESSION.c.seen_at >= since)
    return int(connection.execute(query.where(ACCOUNT.c.role == "operator", live)).scalar() or 0)


def waiting(connection: Connection) -> int:
    """Cases that wait for an operator; those that look like mass mail overrun nobody."""
    query = select(func.count()).select_from(CASE)
    return int(connection.execute(query.where(CASE.c.queue == "triage", CASE.c.calm < 2)).scalar() or 0)


def untold(connection: Connection, since: int) -> Sequence[Row[Any]]:
    """Transfers that ended after `since` and whose case does not say so yet, with that case."""
    mine = and_(CONTACT.c.kind == "call", CONTACT.c.value == TRANSFER.c.call)
    told = and_(TOLD.c.case_id == CONTACT.c.case_id, TOLD.c.cause == TRANSFER.c.event_id)
    query = (
        select(TRANSFER, CONTACT.c.case_id, CALL.c.began)
        .join(CONTACT, mine)
        .outerjoin(CALL, CALL.c.call == TRANSFER.c.call)
        .outerjoin(TOLD, told)
        .where(TRANSFER.c.at >= since, TOLD.c.cause.is_(None))
        .order_by(TRANSFER.c.at)
    )
    return connection.execute(query.limit(200)).all()
