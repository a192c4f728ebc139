"""What is on its way into the questions and answers: made and changed by the migrations."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text
from sqlmodel import Field

from services.desk.tables import PeopleTable


def _big(*, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=nullable)


class ProposalRow(PeopleTable, table=True):
    """A proposed change with its document; it is never deleted. `read_at`: by the arbiter, who has a copy."""

    __tablename__ = "desk_proposal"

    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    command: str = Field(unique=True, max_length=40)
    agency: str = Field(index=True, max_length=64)
    state: str = Field(index=True, max_length=16)
    document: str
    effective: str = Field(max_length=10)
    note: str
    content: str = Field(sa_column=Column(Text, nullable=False))
    by_id: str = Field(max_length=32)
    by_name: str
    at: int = Field(sa_column=_big())
    decided_by: str
    decided_at: int | None = Field(sa_column=_big(nullable=True))
    reason: str
    version: str
    read_at: int | None = Field(sa_column=_big(nullable=True))


class ProposalEntryRow(PeopleTable, table=True):
    """An entry of the pack that a proposal is about."""

    __tablename__ = "desk_proposal_entry"

    proposal: int = Field(sa_column=Column(BigInteger, primary_key=True))
    entry: str = Field(primary_key=True, index=True, max_length=80)


class WorkbookRow(PeopleTable, table=True):
    """A workbook that was brought and is being looked at; gone after a day."""

    __tablename__ = "desk_workbook"

    id: str = Field(primary_key=True, max_length=32)
    account: str = Field(max_length=32)
    agency: str = Field(max_length=64)
    field: str = Field(max_length=64)
    name: str
    legacy: bool
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: int = Field(index=True, sa_type=BigInteger)


class SoughtRow(PeopleTable, table=True):
    """Words that somebody looked for in vain; `shown` is how they were last written, `folded` the key."""

    __tablename__ = "desk_sought"

    folded: str = Field(primary_key=True, max_length=160)
    shown: str
    citizens: int
    operators: int
    at: int = Field(index=True, sa_type=BigInteger)


class SoughtPlaceRow(PeopleTable, table=True):
    """One of 4,096 boxes into which the address fell from which the words came: enough to tell several."""

    __tablename__ = "desk_sought_place"

    folded: str = Field(primary_key=True, max_length=160)
    place: int = Field(primary_key=True)
