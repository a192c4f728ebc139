"""The record of what people changed beside cases; like the record of looks it survives a rebuild."""

from sqlalchemy import Engine, insert

from libs.runtime.clock import SystemClock
from libs.runtime.database import table, writing
from services.desk.domain.changes import WHAT
from services.desk.domain.people import Account
from services.desk.store import seconds
from services.desk.tables import ChangeRow

CHANGE = table(ChangeRow)


def record_change(engine: Engine, account: Account, what: str, about: str = "", detail: str = "") -> None:
    """Write down that this person did `what` (a key of WHAT) to `about`. Real time."""
    assert what in WHAT, what
    at = seconds(SystemClock().now())
    row = {"account": account.id, "at": at, "what": what, "about": about[:64], "detail": detail[:500]}
    with writing(engine) as connection:
        connection.execute(insert(CHANGE).values(row))
