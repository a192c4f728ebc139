"""What the notifier remembers: how far it has read, whom to write to, and every letter with its state."""

from sqlalchemy import Index, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from libs.runtime.database import CaseLink


class NotifierTable(SQLModel, registry=registry()):
    """Base of all tables here."""


class Link(CaseLink, NotifierTable, table=True):
    """How far each case was read."""

    __tablename__ = "notifier_link"


class CaseRow(NotifierTable, table=True):
    """The folded case (`services.notifier.domain.case.Case`) as JSON."""

    __tablename__ = "notifier_case"

    case_id: str = Field(primary_key=True, max_length=32)
    state: str = Field(sa_type=Text)


def _of_the_sender(default: str) -> dict[str, str]:
    """Columns that the projection of facts never writes, so that reading a fact again changes no fate."""
    return {"server_default": default}


class LetterRow(NotifierTable, table=True):
    """A letter to one recipient on one way. Emptied of its content when it was sent.

    `due`, `claimed` and `created` are real time in Unix seconds: back-offs do not follow a simulated clock.
    `opens` is business time: a reminder is not due before its reader's agency opens. `told` says whether the
    fact about the final state stands in the stream. `others` (JSON) are the ways that remain should this one
    not carry it; a letter that was sent keeps them, and what it says, while it may still come back.
    `reader` is the case of whose citizen reads it, `talk` the conversation whose window must be open.
    `gateway_id` is the gateway's name for it, `arrival` what was reported since, `reported` whether the fact
    about that stands. `next_way` and `next_letter`: what took its place.
    """

    __tablename__ = "notifier_letter"
    __table_args__ = (
        Index("notifier_letter_due", "state", "way", "due"),
        Index("notifier_letter_gateway", "gateway_id", "way"),
    )

    letter: str = Field(primary_key=True, max_length=64)
    case_id: str = Field(max_length=32, index=True)
    case_seq: int
    cause: str = Field(max_length=36)
    template: str
    way: str
    audience: str
    agency: str = ""
    recipient: str = Field("", sa_column_kwargs=_of_the_sender(""))
    language: str = Field("vi", sa_column_kwargs=_of_the_sender("vi"))
    about: str = Field("", sa_type=Text, sa_column_kwargs=_of_the_sender(""))
    created: float = Field(0.0, sa_column_kwargs=_of_the_sender("0"))
    state: str = Field("waiting", sa_column_kwargs=_of_the_sender("waiting"))
    attempt: int = Field(0, sa_column_kwargs=_of_the_sender("0"))
    claim: str = Field("", sa_column_kwargs=_of_the_sender(""))
    claimed: float = Field(0.0, sa_column_kwargs=_of_the_sender("0"))
    due: float = Field(0.0, sa_column_kwargs=_of_the_sender("0"))
    opens: float = Field(0.0, sa_column_kwargs=_of_the_sender("0"))
    reason: str = Field("", sa_column_kwargs=_of_the_sender(""))
    told: bool = Field(default=False, sa_column_kwargs=_of_the_sender("0"))
    reader: str = Field("", sa_column_kwargs=_of_the_sender(""))
    talk: str = Field("", sa_column_kwargs=_of_the_sender(""))
    others: str = Field("[]", sa_type=Text, sa_column_kwargs=_of_the_sender("[]"))
    gateway_id: str = Field("", sa_column_kwargs=_of_the_sender(""))
    arrival: str = Field("", sa_column_kwargs=_of_the_sender(""))
    status: str = Field("", sa_column_kwargs=_of_the_sender(""))
    reported: bool = Field(default=True, sa_column_kwargs=_of_the_sender("1"))
    next_way: str = Field("", sa_column_kwargs=_of_the_sender(""))
    next_letter: str = Field("", sa_column_kwargs=_of_the_sender(""))


class ShutRow(NotifierTable, table=True):
    """A way that did not carry a letter to the citizen of this case; `seq` is of the fact it was about."""

    __tablename__ = "notifier_shut"

    case_id: str = Field(primary_key=True, max_length=32)
    way: str = Field(primary_key=True)
    seq: int


class TalkRow(NotifierTable, table=True):
    """When a person last spoke in a conversation (business time), and how often they were answered since."""

    __tablename__ = "notifier_talk"

    talk: str = Field(primary_key=True)
    heard: float = 0.0
    used: int = 0


class ReportRow(NotifierTable, table=True):
    """A report of a gateway about a letter that we do not know by that name yet; `came` is real time."""

    __tablename__ = "notifier_report"

    way: str = Field(primary_key=True)
    gateway_id: str = Field(primary_key=True)
    report: str = Field(primary_key=True)
    status: str = ""
    came: float = 0.0
