"""Tables of the board: what is late now, what needs a look, who was reminded, what was answered."""

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field

from services.desk.tables import DeskTable


class LateRow(DeskTable, table=True):
    """A clock that was missed and still runs; it goes when the clock stops. Field, place: of the case."""

    __tablename__ = "desk_late"
    __table_args__ = (
        Index("desk_late_board", "kind", "due", "agency", "field", "place", "case_id"),
        Index("desk_late_list", "due", "case_id"),
    )

    case_id: str = Field(primary_key=True, max_length=32)
    clock: str = Field(primary_key=True, max_length=64)
    kind: str
    agency: str
    field: str
    place: str
    due: int = Field(sa_column=Column(BigInteger, nullable=False))


class WatchRow(DeskTable, table=True):
    """An open case that came back twice (`returned`) or was opened again (`reopened`), since when."""

    __tablename__ = "desk_watch"
    __table_args__ = (Index("desk_watch_board", "what", "due", "agency", "field", "place", "case_id"),)

    case_id: str = Field(primary_key=True, max_length=32)
    what: str = Field(primary_key=True, max_length=16)
    agency: str
    field: str
    place: str
    due: int = Field(sa_column=Column(BigInteger, nullable=False))


class ReminderRow(DeskTable, table=True):
    """A reminder that an agency had."""

    __tablename__ = "desk_reminder"
    __table_args__ = (Index("desk_reminder_newest", "at", "case_id", "number"),)

    case_id: str = Field(primary_key=True, max_length=32)
    number: int = Field(primary_key=True)
    code: str
    agency: str = Field(index=True)
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    by: str
    text: str = Field(sa_column=Column(Text, nullable=False))


class AnsweredRow(DeskTable, table=True):
    """An agency's answer in force; `reviewed`: the departments that looked at it, between bars."""

    __tablename__ = "desk_answered"
    __table_args__ = (Index("desk_answered_field", "field", "answered_at", "case_id"),)

    case_id: str = Field(primary_key=True, max_length=32)
    agency: str
    field: str
    answered_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    reviewed: str
