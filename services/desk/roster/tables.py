"""Shifts of the desk's people."""

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from services.desk.tables import PeopleTable


class ShiftRow(PeopleTable, table=True):
    """Somebody is on duty from `begins` until before `ends` (seconds since 1970); `by`: who wrote it down."""

    __tablename__ = "desk_shift"

    id: str = Field(primary_key=True, max_length=32)
    account: str = Field(index=True, max_length=32)
    begins: int = Field(sa_column=Column(BigInteger, nullable=False))
    ends: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    by: str = Field(max_length=32)
