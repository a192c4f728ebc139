"""A telephone call as its facts add up to it, in whatever order and however often they came."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from libs.contracts.calls import (
    RANK,
    CallAnswered,
    CallCalledBack,
    CallEnded,
    CallFact,
    CallMissed,
    CallRecordingStored,
    CallRinging,
    CallTransferEnded,
    CallTransferred,
)
from libs.contracts.casevalues import Attached
from libs.contracts.facts import Actor, Instant, Value
from services.desk.domain.phones import normal_phone

Stage = Literal["ringing", "answered", "transferred", "missed", "ended"]
OPEN: frozenset[Stage] = frozenset({"ringing", "answered", "transferred"})

RINGS = timedelta(minutes=3)
"""A call that rings longer than this has ended, and the telephone system did not say so."""


class Put(Value):
    """Put through to another number; `result` is empty until the telephone system says what became of it."""

    event_id: UUID
    number: str
    at: Instant
    result: str = ""
    detail: str = ""


class CallBack(Value):
    """Somebody called back, or settled it otherwise."""

    result: Literal["reached", "not-reached", "settled"]
    note: str
    at: Instant
    by: Actor


class Call(Value):
    """`party`: the citizen's number in E.164, empty when unknown; `number`: as it is shown.

    `extensions`: those that ring; `extension`: of who took it. `over_at`: somebody of ours spoke with the
    party, or the matter was settled: whoever missed the party before owes no call any more.
    """

    call: str
    system: str
    stage: Stage
    direction: Literal["in", "out", "internal"]
    party: str
    number: str
    queue: str
    extensions: tuple[str, ...]
    extension: str
    began: Instant
    at: Instant
    answered_at: Instant | None = None
    over_at: Instant | None = None
    waited_seconds: int = 0
    talk_seconds: int = 0
    transfers: tuple[Put, ...] = ()
    recording: Attached | None = None
    attempts: tuple[CallBack, ...] = ()

    @property
    def owed(self) -> bool:
        """Whether this call alone asks for a call back."""
        return self.stage == "missed" and self.direction == "in" and bool(self.party)

    def rings_at(self, now: datetime) -> bool:
        """Whether it still rings, as far as one can believe it."""
        return self.stage == "ringing" and now - self.began < RINGS


def call_of(facts: Iterable[CallFact]) -> Call:
    """The call of these facts: the most advanced one decides, not the one that came last (`RANK`)."""
    told = sorted(facts, key=lambda one: (RANK[one.token], one.at, str(one.event_id)))
    first = told[0]
    answered_at = _answered_at(told)
    backs = tuple(
        CallBack(result=one.result, note=one.note, at=one.at, by=one.by)
        for one in told
        if isinstance(one, CallCalledBack)
    )
    over = [back.at for back in backs if back.result != "not-reached"]
    stored = [one.file for one in told if isinstance(one, CallRecordingStored)]
    return Call(
        call=first.call,
        system=first.system,
        stage=_stage(told, answered=answered_at is not None),
        direction=first.direction,
        party=_party(told),
        number=_first(told, "caller_raw") or _first(told, "caller"),
        queue=_first(told, "queue"),
        extensions=tuple(sorted({one.extension for one in told if isinstance(one, CallRinging)} - {""})),
        extension=next((one.extension for one in told if isinstance(one, CallAnswered)), ""),
        began=min(_begun(one) for one in told),
        at=max(one.at for one in told),
        answered_at=answered_at,
        over_at=max([*over, *([answered_at] if answered_at else [])], default=None),
        waited_seconds=max([one.waited_seconds for one in told if isinstance(one, CallMissed)], default=0),
        talk_seconds=max([one.talk_seconds for one in told if isinstance(one, CallEnded)], default=0),
        transfers=_transfers(told),
        recording=stored[-1] if stored else None,
        attempts=backs,
    )


def _begun(fact: CallFact) -> datetime:
    return (fact.started_at if isinstance(fact, CallEnded) else None) or fact.at


def _answered_at(told: Sequence[CallFact]) -> datetime | None:
    taken = [one.at for one in told if isinstance(one, CallAnswered)]
    spoken = [
        one.at - timedelta(seconds=one.talk_seconds)
        for one in told
        if isinstance(one, CallEnded) and one.talk_seconds and one.result == "answered"
    ]
    return min(taken or spoken, default=None)


def _stage(told: Sequence[CallFact], *, answered: bool) -> Stage:
    """The main leg ends the call; another leg only where the system knows no main one."""
    own = [one for one in told if one.leg == "main" and not isinstance(one, CallCalledBack)] or told
    if any(RANK[one.token] >= RANK["ended"] for one in own):
        return "missed" if own[0].direction == "in" and not answered else "ended"
    if any(isinstance(one, CallTransferred | CallTransferEnded) for one in told):
        return "transferred"
    return "answered" if answered else "ringing"


def _party(told: Sequence[CallFact]) -> str:
    """Who called us, or whom we called."""
    if told[0].direction == "out":
        return normal_phone(_first(told, "dialled"))
    return _first(told, "caller") if told[0].direction == "in" else ""


def _first(told: Sequence[CallFact], name: str) -> str:
    return next((value for one in told if (value := str(getattr(one, name)))), "")


def _transfers(told: Sequence[CallFact]) -> tuple[Put, ...]:
    """One a leg: what became of it, else that it was begun."""
    found: dict[str, Put] = {}
    for one in told:
        if isinstance(one, CallTransferred):
            found.setdefault(one.leg, Put(event_id=one.event_id, number=one.number, at=one.at))
        elif isinstance(one, CallTransferEnded):
            found[one.leg] = Put(
                event_id=one.event_id, number=one.number, at=one.at, result=one.result, detail=one.detail
            )
    return tuple(found.values())
