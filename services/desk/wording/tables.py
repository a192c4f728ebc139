"""Standard texts as they stand, and every version there was."""

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field

from services.desk.tables import PeopleTable


class StandardRow(PeopleTable, table=True):
    """A standard text; it is switched off, never deleted. `agency` empty: the province's."""

    __tablename__ = "desk_standard"
    __table_args__ = (Index("desk_standard_offered", "agency", "condition"),)

    id: str = Field(primary_key=True, max_length=32)
    agency: str = Field(max_length=64)
    action: str = Field(max_length=32)
    field: str = Field(max_length=64)
    title: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    condition: str = Field(max_length=16)
    version: int
    used: int
    by: str
    at: int = Field(sa_type=BigInteger)


class StandardVersionRow(PeopleTable, table=True):
    """What a standard text said from then on, and who changed it."""

    __tablename__ = "desk_standard_version"

    standard: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True)
    action: str = Field(max_length=32)
    field: str = Field(max_length=64)
    title: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    condition: str = Field(max_length=16)
    by: str
    at: int = Field(sa_type=BigInteger)
