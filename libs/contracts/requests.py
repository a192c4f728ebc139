"""What one service may ask another over HTTP: that intake take words, that desk name similar matters."""

import unicodedata
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from libs.contracts.casevalues import Spot
from libs.contracts.facts import CaseId, Instant, Token


def _clean(value: str) -> str:
    """NFC, without control characters other than line breaks and tabs."""
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\r\t" for letter in value):
        raise ValueError("control characters are not allowed")
    return unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()


Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(_clean)]
"""One line a person typed, at most 300 characters."""

Words = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_clean)]
"""What a citizen has to say, at most 10,000 characters."""

RequestKey = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{8,200}$")]
"""The channel's own message key, or the client's idempotency key: 8 to 200 printable ASCII characters."""


FileIds = Annotated[tuple[Token, ...], Field(max_length=10)]
"""What `POST /api/v1/files` answered, at most ten of it."""


class Asked(BaseModel):
    """Unknown fields are refused, so that a misspelt one is never silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NewRequest(Asked):
    """A citizen's request. Only `text` is required: the rest is asked for before a slip goes out."""

    text: Annotated[Words, StringConstraints(min_length=1)]
    name: Line = ""
    phone: Line = Field("", description="as typed; normalised to E.164 where possible")
    address: Line = ""
    email: Line = ""
    field: str | None = Field(None, max_length=32, description="field code of the pack")
    channel: str | None = Field(None, max_length=32, description="only for callers that serve several")
    received_at: Instant | None = Field(None, description="when the citizen called or wrote; default: now")
    held: bool = Field(False, description="an operator is still on it: no slip by itself")
    urgent: bool = False
    secret: bool = Field(False, description="the citizen asks that their name be kept secret")
    language: Literal["vi", "en"] = "vi"
    same_as: CaseId | None = Field(
        None, description="an earlier case that the citizen says is the same matter"
    )
    place: Line = Field("", description="where it happened, in the citizen's words")
    spot: Spot | None = None
    files: FileIds = ()
    call: Token | None = Field(None, description="the telephone call during which it was typed")
    sender: Line = Field("", description="the person as the client knows them: an account, a device")
    reference: Line = Field("", description="the client's own number of this request")
    operator: str | None = Field(None, max_length=64, description="account id of the operator who typed it")
    operator_name: Line = Field("", description="their name, for the record of who took it (Điều 11.1)")


class MoreWords(Asked):
    """The citizen adds to an existing case."""

    text: Annotated[Words, StringConstraints(min_length=1)]
    files: FileIds = ()
    call: Token | None = None


class Uploaded(BaseModel):
    """201: the file lies in FILES; it is forgotten after two days unless a request names it."""

    id: str
    type: str = Field(description="as sniffed")
    size: int


class Described(Asked):
    """What a citizen is about to send, as far as it tells which matter it is about."""

    text: Annotated[Words, StringConstraints(min_length=1)]
    field: str | None = Field(None, max_length=32, description="field code of the pack")
    address: Line = ""


class SearchedInVain(Asked):
    """Words for which there was no answer; `place` is one of 4,096 boxes into which the address fell."""

    words: Line
    place: int = Field(ge=0, lt=4096)


class Offer(BaseModel):
    """An earlier matter that may be the same, with nothing of whoever reported it."""

    case_id: str
    field: str
    place: str
    opened_at: Instant
    answered: bool


class Offers(BaseModel):
    """The likeliest first; often none."""

    offers: list[Offer]


Score = Annotated[int, Field(ge=1, le=5)]
"""From 1 (bad) to 5 (good)."""


class Voice(Asked):
    """What whoever tracked a case says of how it ended.

    `command_id`: made when the form was rendered, so that a double click is one fact. `cycle`: the one whose
    answer they read.
    """

    command_id: UUID
    case_id: CaseId
    cycle: int = Field(ge=1)


class Rating(Voice):
    """The citizen's opinion of the answer, the attitude and the timeliness."""

    answer: Score
    attitude: Score
    timeliness: Score
    text: Annotated[Words, StringConstraints(max_length=2_000)] = ""


class NotSolved(Voice):
    """The answer solved nothing: the case is to be opened again."""

    reason: Annotated[Words, StringConstraints(min_length=1, max_length=2_000)]


class Heard(BaseModel):
    """201: the fact is durable. The same answer for every repetition."""

    repeated: bool = False


class Helped(Asked):
    """Whether a published text helped its reader; counted without a person."""

    kind: Literal["question", "answer"]
    entry: Token
    version: Token
    helped: bool


class Accepted(BaseModel):
    """201: the fact is durable. The same answer for every repetition of the same request."""

    case_id: str
    year: int
    code: str = Field(description="nine digits, the last one checks; read aloud in threes")
    track_token: str = Field(
        description="secret for the tracking link, shown once; empty when a phone is known"
    )
    repeated: bool = False


class Problem(BaseModel):
    """One thing wrong with the input; `field` names the input, empty for the request as a whole."""

    field: str
    vi: str
    en: str


class Problems(BaseModel):
    """The body of every 4xx answer of our JSON interfaces."""

    problems: list[Problem]
