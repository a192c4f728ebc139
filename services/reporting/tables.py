"""What reporting remembers: one flat table for each thing that is counted. Instants are epoch seconds."""

from sqlalchemy import BigInteger, Index, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from libs.runtime.database import CaseLink

_RUNNING = text("stopped = ''")
_COUNTED = ("status", "agency", "field", "channel", "place", "urgent", "opened_at")
"""What the collector asks for: with all of it in the index of open cases, a count reads no case."""


def _instant(*, index: bool = False) -> int | None:
    found: int | None = Field(default=None, sa_type=BigInteger, index=index)
    return found


class ReportingTable(SQLModel, registry=registry()):
    """Tables of this service."""


class Link(CaseLink, ReportingTable, table=True):
    """How far each case was read."""

    __tablename__ = "reporting_link"


class CaseRow(ReportingTable, table=True):
    """A request with the fields of Điều 11.1; the columns are those of `domain.cases.Case`."""

    __tablename__ = "reporting_case"
    __table_args__ = (
        Index(
            "reporting_case_open",
            *_COUNTED,
            sqlite_where=text("open = 1"),  # word for word as the query has it, else it is not used
            postgresql_where=text("open"),
        ),
    )

    case_id: str = Field(primary_key=True, max_length=32)
    code: str
    channel: str
    name: str
    phone: str
    address: str
    email: str
    secret: bool
    received_at: int = Field(sa_type=BigInteger)
    opened_at: int = Field(sa_type=BigInteger, index=True)
    content: str = Field(sa_type=Text)
    field: str
    place: str
    urgent: bool
    asked: bool
    status: str
    open: bool
    agency: str
    commune: str
    cycle: int
    coordinating: str
    slip: int
    handling_from: int | None = _instant()
    handling_to: int | None = _instant(index=True)
    handling: str = Field(sa_type=Text)
    promised_until: int | None = _instant()
    result: str = Field(sa_type=Text)
    reason: str
    operator: str
    officer: str
    call_agency: str
    call_number: str
    call_result: str
    call_at: int | None = _instant()
    published_at: int | None = _instant()
    public_text: str = Field(sa_type=Text)


class SlipRow(ReportingTable, table=True):
    """A slip in an agency's hands until `ended_at`; the columns are those of `domain.slips.Slip`."""

    __tablename__ = "reporting_slip"

    case_id: str = Field(primary_key=True, max_length=32)
    number: int = Field(primary_key=True)
    agency: str
    field: str
    place: str
    sent_at: int = Field(sa_type=BigInteger, index=True)
    received_at: int | None = _instant()
    answered_at: int | None = _instant()
    how: str
    returned_at: int | None = _instant()
    ended_at: int | None = _instant(index=True)


class HoldingRow(ReportingTable, table=True):
    """Who had a case, one after the other; the columns are those of `domain.holdings.Holding`."""

    __tablename__ = "reporting_holding"

    case_id: str = Field(primary_key=True, max_length=32)
    number: int = Field(primary_key=True)
    agency: str
    since: int = Field(sa_type=BigInteger)
    until: int | None = _instant(index=True)


class ReopeningRow(ReportingTable, table=True):
    """A new cycle of a case; the columns are those of `domain.holdings.Reopening`."""

    __tablename__ = "reporting_reopening"

    case_id: str = Field(primary_key=True, max_length=32)
    cycle: int = Field(primary_key=True)
    agency: str
    at: int = Field(sa_type=BigInteger, index=True)


class RatingRow(ReportingTable, table=True):
    """What the citizen thought of a cycle's answer, from 1 to 5; without their words."""

    __tablename__ = "reporting_rating"

    case_id: str = Field(primary_key=True, max_length=32)
    cycle: int = Field(primary_key=True)
    agency: str
    field: str
    at: int = Field(sa_type=BigInteger, index=True)
    answer: int
    attitude: int | None
    timeliness: int | None


class WatchedRow(ReportingTable, table=True):
    """A reminder of an agency, or a department's review of its answer; `what`: the fact, with the result."""

    __tablename__ = "reporting_watched"

    case_id: str = Field(primary_key=True, max_length=32)
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    what: str
    agency: str
    at: int = Field(sa_type=BigInteger, index=True)


class CanaryRow(ReportingTable, table=True):
    """A case of our own: nothing of it ever gets into another table."""

    __tablename__ = "reporting_canary"

    case_id: str = Field(primary_key=True, max_length=32)


class ClockRow(ReportingTable, table=True):
    """A clock and how it was judged; the columns are those of `domain.sides.Clock`."""

    __tablename__ = "reporting_clock"
    __table_args__ = (
        Index(
            "reporting_clock_running",
            *("agency", "kind", "due", "basis"),
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(
            "reporting_clock_judged", "judged_at", "basis", "kind", "agency", "field", "channel", "judgement"
        ),
        Index("reporting_clock_escalated", "escalated_at", "kind", "agency"),
        Index("reporting_clock_moved", "moved_at", "kind", "agency"),
    )

    case_id: str = Field(primary_key=True, max_length=32)
    clock: str = Field(primary_key=True, max_length=64)
    kind: str
    basis: str
    cycle: int
    agency: str
    field: str
    channel: str
    start: int = Field(sa_type=BigInteger)
    due: int = Field(sa_type=BigInteger)
    stopped: str
    stopped_at: int | None = _instant()
    judgement: str
    judged_at: int | None = _instant()
    told_at: int = Field(sa_type=BigInteger)
    escalated_at: int | None = _instant()
    moved_at: int | None = _instant()


class LetterRow(ReportingTable, table=True):
    """The fate of one letter; the columns are those of `domain.sides.Letter`."""

    __tablename__ = "reporting_letter"
    __table_args__ = (Index("reporting_letter_state", "state", "at"),)

    case_id: str = Field(primary_key=True, max_length=32)
    letter: str = Field(primary_key=True, max_length=64)
    template: str
    way: str
    audience: str
    agency: str
    state: str
    attempts: int
    at: int = Field(sa_type=BigInteger)
