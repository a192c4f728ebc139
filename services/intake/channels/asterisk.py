"""Asterisk: events of its manager interface as they happen, and the record of each call when it is over.

The events come over a connection of ours (`transports/asterisk.py`), which keeps beside each one what went
before it. The record is posted to `/hooks/<table>/<secret>/cdr`, one a call: it settles what the connection
missed. Both say the same of a call, and it is stored once.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from libs.contracts.calls import CallAnswered, CallRinging, CallTransferEnded, CallTransferred
from services.intake.channels.ami import Message, read
from services.intake.channels.amicall import Context, peer
from services.intake.channels.reading import pairs_of, text_of, whole, words
from services.intake.channels.rows import read_secret
from services.intake.channels.shape import Delivery, Event, SetAside
from services.intake.channels.telephony import (
    MAIN,
    Call,
    CallChannel,
    CallRow,
    epoch,
    leg_of,
    result_of,
    secret_of,
)

AMI = "AMI"
"""Stands for the method of what came over our own connection; no HTTP request can have it here."""

CONTEXT = "context"


class AsteriskRow(CallRow):
    """Where its manager interface listens, and which peers are trunks.

    `host` empty: only records are posted. `trunks`: names of the peers that lead outside, as in
    `PJSIP/<name>-…`; `prefix`: what operators dial for a line. `recordings_folder`: where recordings lie on
    its disk; no part of their address. `grace_seconds`: how long a dialplan takes to try the next trunk of a
    transfer.
    """

    host: str = ""
    port: int = Field(5038, ge=1, le=65_535)
    user: Annotated[str, Field(pattern=r"^\S*$")] = ""
    password_file: Path | None = None
    auth: Literal["md5", "plain"] = "md5"
    tls: bool = False
    ca_file: Path | None = None
    trunks: tuple[str, ...] = Field(min_length=1)
    prefix: Annotated[str, Field(pattern=r"^[0-9*#]*$")] = ""
    recordings_folder: str = "/var/spool/asterisk/monitor/"
    ping_seconds: float = Field(15.0, gt=0)
    grace_seconds: float = Field(1.0, ge=0, le=30)


ROW = AsteriskRow


def channel(row: AsteriskRow) -> CallChannel:
    """Raises BadChannels without a secret, or without a password for the interface it is to listen to."""
    if row.host:
        password_of(row)
    return Asterisk(row.pack_code, frozenset({CONTEXT}), row=row, secret=secret_of(row))


def password_of(row: AsteriskRow) -> str:
    """Of the user of the manager interface. Raises BadChannels."""
    return read_secret(row.password_file or Path("password_file"))


@dataclass(frozen=True)
class Asterisk(CallChannel):
    """What its two ways tell of a call."""

    row: AsteriskRow = field(kw_only=True)

    def key(self, delivery: Delivery) -> str:
        """An event is known by its channels, so that two replicas that listen keep it once."""
        if delivery.method != AMI:
            return super().key(delivery)
        message, context = _told(delivery)
        names = ("Event", "Uniqueid", "DestUniqueid", "TransfererUniqueid", "SecondTransfererUniqueid")
        known = [message.get(name) for name in names]
        known += [context.top, context.status, context.file, str(context.whole)]
        return hashlib.sha256("\0".join(known).encode("utf-8", "replace")).hexdigest()

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        if delivery.method != AMI:
            return list(self._record(delivery))
        message, context = _told(delivery)
        return list(self._event(message, context, delivery))

    def _event(self, message: Message, context: Context, delivery: Delivery) -> Iterator[Event]:
        call = _call(self.row, context, delivery)
        leg = leg_of(context.leg) if context.leg else MAIN
        match message.event.lower():
            case "newchannel" | "dialbegin":
                yield call.fact(CallRinging, leg=leg)
            case "blindtransfer" | "attendedtransfer":
                yield call.fact(CallTransferred, leg=leg, number=words(context.number, 64))
                yield from _transfer_ended(call, context)
            case "dialend" | "hangup" if context.status:
                yield from _transfer_ended(call, context)
            case "dialend" | "agentconnect":
                yield call.fact(CallAnswered, leg=leg)
            case "hangup":
                yield from _over(call, context, message.get("Cause-txt"))
            case "mixmonitorstop":
                yield from self._recording(call, context.file, context.leg)
            case "cdr":
                yield from self._spoken(message, context, delivery)
            case other:
                raise SetAside(f"an event that nobody knows: {words(other, 40)}")

    def _spoken(self, message: Message, context: Context, delivery: Delivery) -> Iterator[Event]:
        """The end of a call whose beginning on the telephone nobody saw."""
        talk = whole(message.get("BillableSeconds"))
        call = _call(self.row, context, delivery)
        started = delivery.at - timedelta(seconds=whole(message.get("Duration")))
        yield from call.over(talk or 1, "answered", "ANSWERED", started=started, waited=0)

    def _record(self, delivery: Delivery) -> Iterator[Event]:
        """The call's own record, written when its first channel hung up."""
        told = pairs_of(delivery.query, text_of(delivery.body))
        top = told.get("linkedid") or told.get("uniqueid", "")
        if self.place(delivery) != "cdr" or told.get("uniqueid", top) != top:
            raise SetAside("not the record of a call")
        started = epoch(told.get("start"), delivery)
        ended = max(started, epoch(told.get("end"), delivery))
        trunk = peer(told.get("channel", "")) in self.row.trunks
        call = Call(
            self.row,
            top,
            ended,
            "in" if trunk else "out",
            told.get("src", ""),
            told.get("dst", ""),
            told.get("queue", ""),
        )
        status = told.get("disposition", "")[:40]
        reached = result_of(status) == "answered" and told.get("dstchannel")
        talk = whole(told.get("talk") or told.get("billsec")) if reached else 0
        waited = round((ended - started).total_seconds()) - talk
        yield from call.over(talk, result_of(status), status, started=started, waited=max(0, waited))
        yield from self._recording(call, told.get("recordingfile", ""), "", talk)

    def _recording(self, call: Call, file: str, uid: str, seconds: int = 0) -> Iterator[Event]:
        name = file.removeprefix(self.row.recordings_folder)
        leg = leg_of(uid) if uid and uid != call.top else MAIN
        return call.recorded(name, seconds, leg)


def _told(delivery: Delivery) -> tuple[Message, Context]:
    try:
        context = Context.model_validate_json(delivery.headers.get(CONTEXT, ""))
    except ValidationError:
        raise SetAside("an event without what went before it") from None
    return read(delivery.body), context


def _call(row: AsteriskRow, context: Context, delivery: Delivery) -> Call:
    return Call(
        row,
        context.top,
        delivery.at,
        context.direction,
        words(context.caller),
        words(context.dialled),
        words(context.queue),
        words(context.extension),
    )


def _transfer_ended(call: Call, context: Context) -> Iterator[Event]:
    if context.status:
        yield call.fact(
            CallTransferEnded,
            leg=leg_of(context.leg),
            number=words(context.number, 64),
            result=result_of(context.status),
            detail=words(context.status, 64),
        )


def _over(call: Call, context: Context, cause: str) -> Iterator[Event]:
    since = context.answered
    talk = max(1, round((call.at - since).total_seconds())) if since else 0
    started = context.began or call.at
    waited = max(0, round((call.at - started).total_seconds()))
    return call.over(talk, "answered", words(cause, 64), started=started, waited=waited)
