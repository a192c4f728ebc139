"""What the telephone systems have in common: their rows, secrets, ids, times and facts.

Ringing, answered and transferred stand on the leg that has them (an operator's telephone, a transfer),
what is true of the whole call on the leg `main`: its arrival, its end, that it was missed.
"""

import hashlib
import hmac
import ipaddress
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from libs.contracts.calls import CallEnded, CallFact, CallMissed, CallRecordingReady, Result
from libs.contracts.facts import Actor, derived_id
from services.intake.channels.rows import Row, read_secret
from services.intake.channels.shape import Delivery, Event, Plain, SetAside, Unverified
from services.intake.phones import normalised

Direction = Literal["in", "out", "internal"]
F = TypeVar("F", bound=CallFact)

SERVICE = "intake"
MAIN = "main"
OLD, AHEAD = timedelta(days=40), timedelta(minutes=5)
"""A time further from the delivery than this is a clock that is wrong: the delivery's own counts instead."""

PEER = "x-real-ip"
"""The header in which the door in front of us names who called it."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RESULTS: dict[str, Result] = {
    "ANSWER": "answered", "ANSWERED": "answered", "SUCCESS": "answered", "NORMALCLEARING": "answered",
    "BUSY": "busy", "USERBUSY": "busy", "CALLREJECTED": "busy", "486": "busy", "600": "busy", "603": "busy",
    "NOANSWER": "no-answer", "CANCEL": "no-answer", "CANCELLED": "no-answer", "ABANDON": "no-answer",
    "ORIGINATORCANCEL": "no-answer", "NOUSERRESPONSE": "no-answer", "ALLOTTEDTIMEOUT": "no-answer",
    "MISSED": "no-answer", "408": "no-answer", "480": "no-answer", "487": "no-answer",
}  # fmt: skip


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError) as error:
        raise ValueError("no such time zone") from error


def _network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


class CallRow(Row):
    """What every telephone system is told beside the usual.

    `zone`: of its local times. `secret_file`: holds what it proves itself with: in the header named `header`,
    or else as the first part of the path. `sources`: addresses it may call from; empty: any.
    `recording_hosts`: where its recordings may be fetched from, `recording_private`: also within our own
    network; `recordings`: the address that a bare name of one follows; `recording_days`: how long they are
    kept, 0: as long as their case; `recording_bytes`: of one at most.
    """

    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Ho_Chi_Minh"
    secret_file: Path | None = None
    header: Annotated[str, Field(pattern=r"^[a-z0-9-]*$")] = ""
    sources: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    recording_hosts: tuple[str, ...] = ()
    recordings: Annotated[str, Field(pattern=r"^(https://[^\s?#]+/)?$")] = ""
    recording_private: bool = False
    recording_days: int = Field(0, ge=0)
    recording_bytes: int = Field(50_000_000, ge=1)


def result_of(word: str) -> Result:
    """The vendor's word or SIP line ("486 Busy Here") as one of ours; what is unknown failed."""
    bare = re.sub(r"[^A-Z0-9]", "", word.upper())
    return _RESULTS.get(bare) or _RESULTS.get(bare[:3]) or "failed"


def near(moment: datetime, delivery: Delivery) -> datetime:
    """The moment, or when the delivery came if the sender's clock cannot be right."""
    return moment if delivery.at - OLD <= moment <= delivery.at + AHEAD else delivery.at


def epoch(value: Any, delivery: Delivery) -> datetime:
    """Seconds, milliseconds or microseconds since 1970, told apart by their size."""
    try:
        number = float(value)
        if not math.isfinite(number):
            return delivery.at
        while number > 1e11:
            number /= 1000
        return near(datetime.fromtimestamp(number, UTC), delivery)
    except (TypeError, ValueError, OverflowError, OSError):
        return delivery.at


def local(text: str, zone: str, delivery: Delivery) -> datetime:
    """A time of the wall clock in that zone, or with an offset of its own."""
    try:
        moment = datetime.fromisoformat(text.strip().replace("/", "-"))
        return near(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)), delivery)
    except (ValueError, OverflowError):
        return delivery.at


def leg_of(name: str) -> str:
    """The system's own id of a connection, as it may stand in a subject."""
    bare = name.replace(".", "-")
    return bare if _TOKEN.fullmatch(bare) and bare != MAIN else hashlib.sha256(name.encode()).hexdigest()[:32]


def at_extension(extension: str) -> str:
    """The leg of an operator's telephone, where the system names no connection; `main` without one."""
    return leg_of(f"ext-{extension}") if extension else MAIN


def call_of(system: str, top: str) -> str:
    """128 bits of the row and the system's top id of the call."""
    return hashlib.sha256(f"{system}\0{top}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Call:
    """A call as one delivery tells of it; makes the facts, whose ids depend only on call, leg and kind."""

    row: CallRow
    top: str
    at: datetime
    direction: Direction = "in"
    caller: str = ""
    dialled: str = ""
    queue: str = ""
    extension: str = ""

    def later(self, at: datetime) -> Self:
        """The same call at another moment."""
        return replace(self, at=at)

    def fact(self, kind: type[F], *, leg: str = MAIN, **more: Any) -> F:
        """Raises SetAside when the call has no id."""
        if not self.top:
            raise SetAside("a call without an id")
        call = call_of(self.row.code, self.top)
        usual = {"at": self.at, "extension": self.extension[:32]}
        return kind(
            event_id=derived_id(UUID(hex=call), f"{leg} {kind.stem()}"),
            by=Actor(service=SERVICE),
            call=call,
            leg=leg,
            system=self.row.code,
            direction=self.direction,
            caller=normalised(self.caller),
            caller_raw=self.caller[:64],
            dialled=(normalised(self.dialled) or self.dialled)[:64],
            queue=self.queue[:64],
            **usual | more,
        )

    def over(
        self, talk: int, result: Result, detail: str, *, started: datetime, waited: int
    ) -> Iterator[Event]:
        """It ended; and it was missed, if it came in and nobody spoke."""
        result = "answered" if talk else ("no-answer" if result == "answered" else result)
        yield self.fact(CallEnded, started_at=started, talk_seconds=talk, result=result, detail=detail)
        if self.direction == "in" and not talk:
            yield self.fact(CallMissed, waited_seconds=waited, detail=detail)

    def recorded(self, source: str, seconds: int = 0, leg: str = MAIN) -> Iterator[Event]:
        """A recording, when there is an address to fetch it from; a bare name follows the row's own."""
        if source and "://" not in source and self.row.recordings:
            source = self.row.recordings + quote(source.lstrip("/"))
        if source.startswith("https://") and len(source) <= 2_000:
            yield self.fact(CallRecordingReady, leg=leg, source=source, seconds=seconds)


@dataclass(frozen=True)
class CallChannel(Plain):
    """Answers for a telephone system: its secret, its addresses, and the key of a delivery."""

    row: CallRow = field(kw_only=True)
    secret: str = field(kw_only=True, repr=False)

    def key(self, delivery: Delivery) -> str:
        """Where it was posted counts too: a ring and a hang-up may be told by the same query."""
        return hashlib.sha256(
            b"\0".join((self.place(delivery).encode(), delivery.query.encode(), delivery.body))
        ).hexdigest()

    def kept(self, delivery: Delivery) -> Delivery:
        """Without the secret in its path."""
        kept = super().kept(delivery)
        return kept if self.row.header else replace(kept, path=f"-/{self.place(delivery)}")

    def place(self, delivery: Delivery) -> str:
        """The path, without the secret."""
        path = delivery.path.strip("/")
        return path if self.row.header else path.partition("/")[2]

    def verify(self, delivery: Delivery) -> None:
        """Compares in constant time, and looks where the caller calls from. Raises Unverified."""
        given = delivery.path.strip("/").partition("/")[0]
        if self.row.header:
            given = delivery.headers.get(self.row.header, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.secret.encode()):
            raise Unverified("the secret is wrong")
        self.check_source(delivery)

    def check_source(self, delivery: Delivery) -> None:
        """Raises Unverified when the row lists addresses and it comes from another one."""
        if self.row.sources and not self._from_there(_caller(delivery)):
            raise Unverified("it comes from another address")

    def _from_there(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer.strip())
        except ValueError:
            return False
        return any(address in ipaddress.ip_network(source) for source in self.row.sources)


def _caller(delivery: Delivery) -> str:
    """Who called our door, if it was a door: what a caller from outside says of itself is not believed."""
    try:
        direct = ipaddress.ip_address(delivery.peer).is_global
    except ValueError:
        direct = False
    return delivery.peer if direct else delivery.headers.get(PEER, delivery.peer)


def secret_of(row: CallRow) -> str:
    """Raises BadChannels when the row names none: nobody may post calls without it."""
    return read_secret(row.secret_file or Path("secret_file"))
