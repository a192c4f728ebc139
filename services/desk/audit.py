"""The record of who looked at whose personal data; it stays when the projection is rebuilt."""

from sqlalchemy import Engine, insert

from libs.runtime.clock import SystemClock
from libs.runtime.database import table, writing
from services.desk.domain.people import Account
from services.desk.store import seconds
from services.desk.tables import ViewRow

VIEW = table(ViewRow)


def record_look(engine: Engine, account: Account, case_id: str, reason: str) -> None:
    """Write the look down before the page is shown; if that fails, the page fails. Real time."""
    at = seconds(SystemClock().now())
    with writing(engine) as connection:
        connection.execute(insert(VIEW).values(account=account.id, case_id=case_id, at=at, reason=reason))
