"""What the desk remembers of telephone calls, refilled from CALLS by a rebuild."""

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field

from services.desk.tables import DeskTable


def _big(*, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=nullable)


class CallRow(DeskTable, table=True):
    """A call: `facts` is all that was told of it (leg and fact → body), the rest is what is asked for.

    `open`: 1 while it rings or is spoken; `owed`: 1 when it was missed and nobody has spoken with the party
    since, as far as was known when it was written; `over_at`: when somebody did.
    """

    __tablename__ = "desk_call"
    __table_args__ = (
        Index("desk_call_open", "open", "began"),
        Index("desk_call_owed", "owed", "began"),
        Index("desk_call_party", "party", "over_at"),
        Index("desk_call_recent", "began"),
    )

    call: str = Field(primary_key=True, max_length=64)
    stage: str
    open: int
    owed: int
    party: str
    began: int = Field(sa_column=_big())
    at: int = Field(sa_column=_big())
    over_at: int | None = Field(sa_column=_big(nullable=True))
    facts: str = Field(sa_column=Column(Text, nullable=False))


class TransferRow(DeskTable, table=True):
    """A transfer of a call that has ended, by the event id of the fact that says how."""

    __tablename__ = "desk_transfer"
    __table_args__ = (Index("desk_transfer_at", "at"),)

    event_id: str = Field(primary_key=True, max_length=36)
    call: str = Field(index=True, max_length=64)
    number: str
    result: str
    detail: str
    at: int = Field(sa_column=_big())


class ToldRow(DeskTable, table=True):
    """A case whose log says what became of a transfer: `cause` is the event id of the fact in CALLS."""

    __tablename__ = "desk_transfer_told"

    case_id: str = Field(primary_key=True, max_length=32)
    cause: str = Field(primary_key=True, max_length=36)


class ContactRow(DeskTable, table=True):
    """A way to reach or to recognise whoever a case comes from: phone, email, person of a channel, call."""

    __tablename__ = "desk_contact"
    __table_args__ = (Index("desk_contact_value", "kind", "value", "opened_at"),)

    case_id: str = Field(primary_key=True, max_length=32)
    kind: str = Field(primary_key=True, max_length=16)
    value: str = Field(primary_key=True, max_length=400)
    opened_at: int = Field(sa_column=_big())
