"""What a citizen says, on whatever channel: the first words make a case, the others are added to it."""

from typing import Literal

from pydantic import Field

from libs.contracts.casefact import CaseFact
from libs.contracts.casevalues import Attached, Origin, Person, Spot
from libs.contracts.facts import CaseId, Instant, Text, Token


class CaseOpened(CaseFact):
    """A contact became a case (Điều 9.1). `held` while an operator is still on it."""

    code: str = Field(description="look-up code: nine digits, the last one checks")
    track_token: str = Field("", description="secret of the tracking link, for a sender without a phone")
    channel: str
    person: Person
    text: Text
    received_at: Instant = Field(description="when the citizen called or wrote")
    field: str | None = Field(None, description="the field the citizen or operator chose, if any")
    held: bool = False
    urgent: bool = False
    secret: bool = Field(False, description="the citizen asked that their name be kept secret")
    same_as: CaseId | None = Field(
        None, description="perhaps the same matter, as the citizen or their thread says; held till judged"
    )
    language: Literal["vi", "en"] = "vi"
    place: str = Field("", description="where it happened, in the citizen's words")
    spot: Spot | None = None
    files: tuple[Attached, ...] = ()
    origin: Origin = Origin()
    call: Token | None = Field(None, description="the telephone call in CALLS, when there was one")
    spam: tuple[str, ...] = Field((), description="what speaks for mass or junk mail: no machine answers it")
    raw: str = Field("", description="subject in RAW of what came in, byte for byte")


LATE_FILE = "(Tệp gửi kèm tin trước đó, nay mới tải được.)"
"""The text of an addition that only brings a file which could not be had with its own words."""


class CaseAdded(CaseFact):
    """The citizen says more, on whatever channel. `automatic`: a machine of theirs said it."""

    channel: str
    text: Text
    person: Person = Person()
    received_at: Instant | None = None
    files: tuple[Attached, ...] = ()
    origin: Origin = Origin()
    call: Token | None = None
    automatic: bool = False
    raw: str = ""
