"""What the clocks' service remembers."""

from datetime import date

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from libs.runtime.database import CaseLink


class SlaTable(SQLModel, registry=registry()):
    """Tables of this service."""


class Link(CaseLink, SlaTable, table=True):
    """How far each case was read."""

    __tablename__ = "sla_link"


class CaseRow(SlaTable, table=True):
    """What a new clock of the case takes over: its slip in force, its cycle."""

    __tablename__ = "sla_case"

    case_id: str = Field(primary_key=True, max_length=32)
    data: str = Field(sa_column=Column(Text, nullable=False))


class ClockRow(SlaTable, table=True):
    """One clock. `next_at` is where it is to be heard next, a coordinate in its `hours`; None: never more.

    `data` holds the rest of the clock and nothing that a changed calendar changes: that is in `hours` and
    `next_at`. The first index holds only clocks that still have something to say, so asking what is due
    costs the same after ten years.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        Index(
            "sla_clock_due",
            "hours",
            "next_at",
            sqlite_where=text("next_at is not null"),
            postgresql_where=text("next_at is not null"),
        ),
        Index(
            "sla_clock_open",
            "state",
            "kind",
            "start_at",
            sqlite_where=text("state in ('running', 'missed', 'broken')"),
            postgresql_where=text("state in ('running', 'missed', 'broken')"),
        ),
    )

    case_id: str = Field(primary_key=True, max_length=32)
    clock: str = Field(primary_key=True, max_length=64)
    kind: str
    state: str
    hours: int
    start_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    next_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    data: str = Field(sa_column=Column(Text, nullable=False))


class HoursRow(SlaTable, table=True):
    """The calendar in which the clocks of one group count now: of this profile, in this pack version.

    A changed calendar is adopted here, for all of them at once. `change` is the last change of pack they
    followed; None for the group of clocks whose time has ended, which follow none. Those that had a pause
    are groups of their own (`rests`): a change can move each of them differently.
    """

    __tablename__ = "sla_hours"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    profile: str
    version: str
    change: int | None = None
    rests: bool = False


class MoveRow(SlaTable, table=True):
    """A change that a group adopted, until each of its clocks has said whether its limit moved.

    `case_id` and `clock` name the last one that did.
    """

    __tablename__ = "sla_move"

    hours: int = Field(primary_key=True)
    change: int = Field(primary_key=True)
    before: str
    after: str
    case_id: str = ""
    clock: str = ""


class EffectRow(SlaTable, table=True):
    """A clock fact that was decided together with a change of its clock, until the server confirmed it.

    One that the server did not take waits until `not_before`, in real Unix seconds.
    """

    __tablename__ = "sla_effect"
    __table_args__ = (Index("sla_effect_turn", "not_before", "id"),)

    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    case_id: str = Field(max_length=32, index=True)
    subject: str = Field(unique=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    tries: int = Field(0, sa_column=Column(Integer, nullable=False, server_default="0"))
    not_before: float = Field(0.0, sa_column=Column(Float, nullable=False, server_default="0"))


class AuditRow(SlaTable, table=True):
    """One night's audit; who writes the row does it, the others leave it to them. `ended`: Unix seconds."""

    __tablename__ = "sla_audit"

    day: date = Field(primary_key=True)
    ended: float = 0.0
    cases: int = 0
    mismatches: int = 0
