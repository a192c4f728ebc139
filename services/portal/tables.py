"""What the portal remembers: cases without persons, published answers, and when answers are due."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Index, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from libs.runtime.database import CaseLink, table
from services.portal.words import Terms, index_words


class PortalTable(SQLModel, registry=registry()):
    """Tables of this service."""


class Link(CaseLink, PortalTable, table=True):
    """How far each case was read."""

    __tablename__ = "portal_link"


class CaseRow(PortalTable, table=True):
    """A case as its sender may see it; found by an HMAC of code and digits, or by the link's digest."""

    __tablename__ = "portal_case"

    case_id: str = Field(primary_key=True, max_length=32)
    lookup: str = Field("", index=True, max_length=64)
    link: str = Field("", index=True, max_length=64)
    data: str = Field(sa_column=Column(Text, nullable=False))


class AnswerRow(PortalTable, table=True):
    """A published answer. `spot` grows with the instant it was published; `terms` is what it is found by."""

    __tablename__ = "portal_answer"
    __table_args__ = (Index("portal_answer_terms", "terms", postgresql_using="gin").ddl_if("postgresql"),)

    case_id: str = Field(primary_key=True, max_length=32)
    public_id: str = Field(unique=True, max_length=16)
    spot: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    terms: frozenset[str] = Field(sa_column=Column(Terms, nullable=False))
    data: str = Field(sa_column=Column(Text, nullable=False))


index_words(table(AnswerRow))


class ClockRow(PortalTable, table=True):
    """One fact about one clock; rows are only ever added, so the order of arrival does not matter."""

    __tablename__ = "portal_clock"

    case_id: str = Field(primary_key=True, max_length=32)
    clock: str = Field(primary_key=True, max_length=64)
    fact: str = Field(primary_key=True, max_length=64)
    due: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class RequestRow(PortalTable, table=True):
    """A case that has a number for the public: a partner sent it, or an answer to it is published.

    `joined`: how it stands is what its root says, so `closed` is left out of account.
    """

    __tablename__ = "portal_request"

    case_id: str = Field(primary_key=True, max_length=32)
    number: str = Field(unique=True, max_length=16)
    partner: str = Field("", index=True, max_length=32)
    reference: str = Field("", index=True, max_length=300)
    field: str = Field("", index=True)
    opened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    changed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    closed: bool = False
    published: bool = False
    joined: bool = False
