"""The record of who looked at whose personal data; it stays when the projection is rebuilt."""

from sqlalchemy import Connection, Engine, insert, select

from libs.runtime.clock import SystemClock
from libs.runtime.database import table, writing
from services.desk.domain.people import Account
from services.desk.store import seconds
from services.desk.tables import ViewRow

VIEW = table(ViewRow)


SAME_OPENING = 3_600
"""Seconds for which a page that stays open is one look."""


def record_look(engine: Engine, account: Account, case_id: str, reason: str, opening: int = 0) -> int:
    """Write the look down before the page is shown; if that fails, the page fails. Real time.

    Gives the number of the look. An open page asks for itself again whenever the case changes, and says by
    `opening` which look it was opened with: within SAME_OPENING, by the same person, at the same case and for
    the same reason, that is no look of its own. All else is: opening, reloading, sending a form, a file.
    """
    at = seconds(SystemClock().now())
    with writing(engine) as connection:
        if opening and _goes_on(connection, opening, at, account=account.id, case_id=case_id, reason=reason):
            return opening
        look = insert(VIEW).values(account=account.id, case_id=case_id, at=at, reason=reason)
        return int(connection.execute(look.returning(VIEW.c.id)).scalar_one())


def _goes_on(connection: Connection, opening: int, at: int, **same: str) -> bool:
    mine = (VIEW.c.id == opening) & (VIEW.c.at > at - SAME_OPENING)
    return connection.execute(select(VIEW.c.id).where(mine).filter_by(**same)).first() is not None
