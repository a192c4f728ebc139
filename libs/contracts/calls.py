"""Facts about telephone calls, the same whatever telephone system told them; kept 90 days.

They come twice and out of order: each is written once on `call.<call>.<leg>.<fact>`, and a reader takes the
most advanced one, not the last (`RANK`). A call that ended without a second of talk was missed.
"""

from typing import ClassVar, Literal

from pydantic import Field

from libs.contracts.casevalues import Attached
from libs.contracts.facts import Happened, Instant, Text, Token

Result = Literal["answered", "busy", "no-answer", "failed"]


class CallFact(Happened):
    """One step of one leg of a call. `call` and `leg` are made of the telephone system's own ids."""

    prefix: ClassVar[str] = "Call"

    call: Token = Field(description="128 bits in hex, of the system and its top id of the call")
    leg: Token = Field("main", description="one connection within the call: main, or the system's own")
    system: Token = Field(description="the row of configuration that names the telephone system")
    direction: Literal["in", "out", "internal"] = "in"
    caller: str = Field("", description="E.164, empty when it is none: anonymous, a short number")
    caller_raw: str = Field("", description="as the system gave it")
    dialled: str = Field("", description="the number of ours that was dialled")
    extension: str = Field("", description="of the operator, when one is named")
    queue: str = ""


class CallRinging(CallFact):
    """It rings; the screen of the operator shows who calls."""


class CallAnswered(CallFact):
    """An operator took it."""


class CallTransferred(CallFact):
    """Put through to another number (Điều 10.1); that it was done says nothing of who picks up."""

    number: str


class CallTransferEnded(CallFact):
    """What became of the transfer: only `answered` reached somebody (Điều 10.2)."""

    number: str
    result: Result
    detail: str = Field("", description="the system's own word or code")


class CallEnded(CallFact):
    """Hung up. `talk_seconds` 0: nobody spoke."""

    started_at: Instant | None = None
    talk_seconds: int = Field(0, ge=0)
    result: Result = "answered"
    detail: str = ""


class CallMissed(CallFact):
    """The caller gave up or nobody picked up: somebody owes a call back."""

    waited_seconds: int = Field(0, ge=0)
    detail: str = ""


class CallRecordingReady(CallFact):
    """The system has a recording; `source` is where intake fetches it, never shown to anybody."""

    source: str = Field(max_length=2_000)
    seconds: int = Field(0, ge=0)


class CallRecordingStored(CallFact):
    """The recording lies in FILES, or `file.lost` says why it could not be had."""

    file: Attached
    seconds: int = Field(0, ge=0)
    keep_days: int = Field(0, ge=0, description="how long it is kept; 0: as long as the case of its call")


class CallCalledBack(CallFact):
    """An operator called back, or somebody else settled it; written by the desk, once for each call."""

    result: Literal["reached", "not-reached", "settled"]
    note: Text = ""


CALL_FACTS: dict[str, type[CallFact]] = {cls.stem(): cls for cls in CallFact.__subclasses__()}

RANK = {
    "ringing": 0, "answered": 1, "transferred": 2, "transfer-ended": 3, "missed": 4, "ended": 4,
    "recording-ready": 5, "recording-stored": 6, "called-back": 7,
}  # fmt: skip
"""How far a call is after a fact: what comes late changes nothing that is further."""
