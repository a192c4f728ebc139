"""What the clocks' service remembers."""

from sqlalchemy import BigInteger, Column, Index, Integer, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from libs.runtime.database import CaseLink


class SlaTable(SQLModel, registry=registry()):
    """Tables of this service."""


class Link(CaseLink, SlaTable, table=True):
    """How far each case was read."""

    __tablename__ = "sla_link"


class CaseRow(SlaTable, table=True):
    """What a new clock of the case takes over: its slip in force."""

    __tablename__ = "sla_case"

    case_id: str = Field(primary_key=True, max_length=32)
    slip: int
    agency: str
    field: str
    urgent: bool


class ClockRow(SlaTable, table=True):
    """One clock. `next_at` is where it is to be heard next, a coordinate in its `hours`; None: never more.

    `data` is the whole clock; the other columns are what is asked for. The index holds only clocks that
    still have something to say, so asking what is due costs the same after ten years.
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
        Index("sla_clock_state", "state", "kind"),
    )

    case_id: str = Field(primary_key=True, max_length=32)
    clock: str = Field(primary_key=True, max_length=64)
    kind: str
    state: str
    hours: str
    next_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    data: str = Field(sa_column=Column(Text, nullable=False))


class EffectRow(SlaTable, table=True):
    """A clock fact that was decided together with a change of its clock, until the server confirmed it."""

    __tablename__ = "sla_effect"

    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    case_id: str = Field(max_length=32, index=True)
    subject: str = Field(unique=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
