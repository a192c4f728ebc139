"""Rows of who a case comes from, and of whose transfers its log tells; kept by the store."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete

from libs.contracts.events import CaseCallTransferred
from libs.runtime.database import table, upsert
from libs.runtime.projection import Applied
from services.desk.domain.contacts import contacts_of
from services.desk.domain.state import CaseState
from services.desk.telephony.tables import ContactRow, ToldRow

CONTACT, TOLD = table(ContactRow), table(ToldRow)


def keep_contacts(
    connection: Connection, before: Mapping[str, CaseState], after: Mapping[str, CaseState]
) -> None:
    """Write the rows of the cases of which more, or something else, is known of the sender."""
    moved = [
        state
        for case_id, state in after.items()
        if contacts_of(state) != contacts_of(before.get(case_id, CaseState()))
    ]
    if moved:
        connection.execute(delete(CONTACT).where(CONTACT.c.case_id.in_([one.case_id for one in moved])))
        rows = [row for state in moved for row in contact_rows(state)]
        upsert(connection, CONTACT, rows, key=["case_id", "kind", "value"])


def contact_rows(state: CaseState) -> Iterator[dict[str, Any]]:
    """One a contact."""
    at = int(state.opened_at.timestamp()) if state.opened_at else 0
    for kind, value in sorted(contacts_of(state)):
        yield {"case_id": state.case_id, "kind": kind, "value": value, "opened_at": at}


def keep_told(connection: Connection, facts: Sequence[Applied]) -> None:
    """Remember which transfers the log of a case tells of."""
    told = [
        {"case_id": one.ref.case_id, "cause": str(one.fact.cause)}
        for one in facts
        if isinstance(one.fact, CaseCallTransferred) and one.fact.cause
    ]
    upsert(connection, TOLD, told, key=["case_id", "cause"], keep=True)


def forget_contacts(connection: Connection, case_ids: Sequence[str]) -> None:
    """What came from these cases."""
    for each in (CONTACT, TOLD):
        connection.execute(delete(each).where(each.c.case_id.in_(case_ids)))
