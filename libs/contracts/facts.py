"""What every fact has in common: who says it, when, because of what, and how it is named on the wire."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the calendar") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An aware point in time; kept in UTC whatever offset it came with."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
"""Free text of a person, at most 20,000 characters."""

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""A word that may stand in a subject: letters, digits, dash, underscore (NATS ADR-6)."""

CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""128 bits in hex, derived from the channel's own message key, so that a retry finds its own case."""


class Value(BaseModel):
    """A frozen value; an unknown field from a newer writer is ignored, so additions are compatible."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Actor(Value):
    """Who caused a fact: a service, or a person with the role and agency they acted in."""

    service: Token
    person: str | None = None
    name: str | None = None
    role: str | None = None
    agency: str | None = None


class Happened(Value):
    """Something that happened; the class name is the fact, its token stands last in the subject."""

    prefix: ClassVar[str] = ""

    event_id: UUID
    at: Instant
    by: Actor
    cause: UUID | None = None
    pack_version: str = ""

    @classmethod
    def stem(cls) -> str:
        """`CaseAnsweredByPhone` → `answered-by-phone`: derived, never typed."""
        name = cls.__name__.removeprefix(cls.prefix)
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]

    @property
    def token(self) -> str:
        """The last word of this fact's subject."""
        return self.stem()


class Fact(Happened):
    """Something that happened to a case, or beside one."""

    case_id: CaseId


class SideFact(Fact):
    """A fact about a case that must not stand in the way of the people writing to it."""

    case_seq: int = Field(ge=1, description="sequence in CASES of the fact it follows from")


def derived_id(cause: UUID, what: str) -> UUID:
    """The id of a fact that follows from another one: a redelivered cause yields the same id."""
    return uuid5(cause, what)
