"""What the desk remembers: a projection of the streams, and beside it people (migrated, never rebuilt)."""

from sqlalchemy import BigInteger, Column, Index, Integer, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from libs.runtime.database import CaseLink


def _big(*, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=nullable)


def _counted() -> Column[int]:
    return Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


class DeskTable(SQLModel, registry=registry()):
    """The projection: dropped and refilled by a rebuild. Instants are whole seconds since 1970, UTC."""


class Link(CaseLink, DeskTable, table=True):
    """How far each case was read."""

    __tablename__ = "desk_link"


class CaseRow(DeskTable, table=True):
    """A case: `state` is the whole of it, the other columns are what is asked for.

    `queue`: who has to act (triage, arbiter, agency, publish, closed). `calm`: 0 when urgent, -1 when the
    coordinator directed it, so that these sort first; 2 when it looks like mass mail, which comes last.
    `due`: the next deadline, or the last change while no clock runs.
    """

    __tablename__ = "desk_case"
    __table_args__ = (
        Index("desk_case_waiting", "queue", "calm", "opened_at", "case_id"),
        Index("desk_case_inbox", "agency", "queue", "due", "case_id"),
        Index("desk_case_phone", "phone", "opened_at"),
        Index("desk_case_alike", "place", "field", "opened_at"),
    )

    case_id: str = Field(primary_key=True, max_length=32)
    code: str = Field(index=True)
    status: str
    queue: str
    agency: str
    field: str
    place: str
    urgent: bool
    calm: int
    phone: str
    opened_at: int = Field(sa_column=_big())
    updated_at: int = Field(sa_column=_big())
    due: int = Field(sa_column=_big())
    state: str = Field(sa_column=Column(Text, nullable=False))


class EntryRow(DeskTable, table=True):
    """One fact of a case's timeline, whole."""

    __tablename__ = "desk_entry"
    __table_args__ = (Index("desk_entry_event", "case_id", "event_id"),)

    case_id: str = Field(primary_key=True, max_length=32)
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    token: str
    at: int = Field(sa_column=_big())
    by: str
    event_id: str = Field(max_length=36)
    body: str = Field(sa_column=Column(Text, nullable=False))


class JoinedRow(DeskTable, table=True):
    """An agency beside the lead: co-lead, coordinator, commune, police; `owed`: 1 while it owes that."""

    __tablename__ = "desk_joined"
    __table_args__ = (Index("desk_joined_agency", "agency", "owed", "sent_at", "case_id"),)

    case_id: str = Field(primary_key=True, max_length=32)
    agency: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    owed: int
    sent_at: int = Field(sa_column=_big())


class FollowRow(DeskTable, table=True):
    """A case that was joined to another; `root`: the one it follows in the end, `event_id`: of `joined`."""

    __tablename__ = "desk_follow"

    case_id: str = Field(primary_key=True, max_length=32)
    year: int
    root: str = Field(index=True, max_length=32)
    event_id: str = Field(max_length=36)


class FollowerRow(DeskTable, table=True):
    """A case whose log knows that another one follows it."""

    __tablename__ = "desk_follower"

    root: str = Field(primary_key=True, max_length=32)
    case_id: str = Field(primary_key=True, max_length=32)


class HeirRow(DeskTable, table=True):
    """An agency that ended while it held a slip of the case, and who goes on with it."""

    __tablename__ = "desk_heir"

    case_id: str = Field(primary_key=True, max_length=32)
    agency: str = Field(primary_key=True)
    to: str


class ClockRow(DeskTable, table=True):
    """The newest fact of one clock, by its sequence in CLOCKS; a miss is never forgotten.

    `hours`: the calendar it counts in, "<pack version>/<profile>", empty for a promised instant. As JSON:
    `pauses`, spans that do not count; `news`, fact → content of what was said between start and end.
    """

    __tablename__ = "desk_clock"
    __table_args__ = (Index("desk_clock_due", "due", "case_id", "clock"),)

    case_id: str = Field(primary_key=True, max_length=32)
    clock: str = Field(primary_key=True, max_length=64)
    seq: int = Field(sa_column=_big())
    token: str
    kind: str
    agency: str
    start: int = Field(sa_column=_big())
    due: int = Field(sa_column=_big())
    missed: bool
    promised: bool
    stopped_at: int | None = Field(sa_column=_big(nullable=True))
    basis: str
    clause: str
    budget: int | None = Field(sa_column=_big(nullable=True))
    calendar: str
    hours: str
    cycle: int
    pauses: str = Field(sa_column=Column(Text, nullable=False))
    news: str = Field(sa_column=Column(Text, nullable=False))


class LetterRow(DeskTable, table=True):
    """The newest outcome of one letter, by its sequence in LETTERS."""

    __tablename__ = "desk_letter"

    case_id: str = Field(primary_key=True, max_length=32)
    letter: str = Field(primary_key=True, max_length=64)
    seq: int = Field(sa_column=_big())
    token: str
    template: str
    way: str
    audience: str
    agency: str
    at: int = Field(sa_column=_big())
    attempt: int
    reason: str


class PeopleTable(SQLModel, registry=registry()):
    """People: made and changed by the migrations."""


class AccountRow(PeopleTable, table=True):
    """Who may sign in. `login` is in lower case; an account ends, it is never deleted.

    `extension`: the telephone on this person's desk, empty for none. `password` empty: none was set.
    `subject`: who this is at the provider of sign-ins (issuer and sub), empty before the first time.
    """

    __tablename__ = "desk_account"

    id: str = Field(primary_key=True, max_length=32)
    login: str = Field(unique=True, max_length=64)
    password: str
    name: str
    role: str
    agency: str
    extension: str = Field(max_length=16)
    active: bool
    made_at: int = Field(sa_column=_big())
    subject: str = Field("", max_length=512)


class SessionRow(PeopleTable, table=True):
    """A signed-in browser; only a digest of its token is kept."""

    __tablename__ = "desk_session"

    digest: str = Field(primary_key=True, max_length=64)
    account: str = Field(index=True, max_length=32)
    made_at: int = Field(sa_column=_big())
    seen_at: int = Field(sa_column=_big())
    ended_at: int | None = Field(sa_column=_big(nullable=True))
    way: str = Field("password", max_length=16)


class InvitationRow(PeopleTable, table=True):
    """A link by which a person sets a password once; only a digest of its token is kept."""

    __tablename__ = "desk_invitation"

    digest: str = Field(primary_key=True, max_length=64)
    account: str = Field(index=True, max_length=32)
    ends_at: int = Field(sa_column=_big())
    used_at: int | None = Field(sa_column=_big(nullable=True))


class ChangeRow(PeopleTable, table=True):
    """Somebody changed something that is not a case: who, what (domain/changes.py), about whom or what."""

    __tablename__ = "desk_change"

    id: int | None = Field(default=None, sa_column=_counted())
    account: str = Field(index=True, max_length=32)
    at: int = Field(index=True, sa_type=BigInteger)
    what: str = Field(max_length=32)
    about: str = Field(max_length=64)
    detail: str


class ViewRow(PeopleTable, table=True):
    """Somebody saw a citizen's personal data: who, whose, when, and why if a reason was asked."""

    __tablename__ = "desk_view"

    id: int | None = Field(default=None, sa_column=_counted())
    account: str = Field(index=True, max_length=32)
    case_id: str = Field(index=True, max_length=32)
    at: int = Field(sa_column=_big())
    reason: str


class HelpfulRow(PeopleTable, table=True):
    """How many readers said that this version of a published text helped them, how many that it did not."""

    __tablename__ = "desk_helpful"

    kind: str = Field(primary_key=True, max_length=16)
    entry: str = Field(primary_key=True, max_length=64)
    version: str = Field(primary_key=True, max_length=64)
    yes: int
    no: int
