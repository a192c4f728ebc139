"""OMICall, also under resellers' names: the webhooks `call_event` and `call` (its record at the end).

It signs nothing; a secret of ours is registered among the webhook's own headers. `created_date` is in
milliseconds, the `time_…` in seconds.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from libs.contracts.calls import CallAnswered, CallRinging, CallTransferEnded, CallTransferred
from libs.contracts.facts import Value
from services.intake.channels.reading import Address, Flag, Whole, Words, json_of, made
from services.intake.channels.shape import Delivery, Event, Passed, SetAside
from services.intake.channels.telephony import (
    Call,
    CallChannel,
    CallRow,
    Direction,
    at_extension,
    epoch,
    leg_of,
    result_of,
    secret_of,
)

_DIRECTIONS: dict[str, Direction] = {"outbound": "out", "local": "internal", "internal": "internal"}


class OmiCallRow(CallRow):
    """Its secret comes as a header, unless the row says otherwise."""

    header: Annotated[str, Field(pattern=r"^[a-z0-9-]*$")] = "x-hotline-secret"


ROW = OmiCallRow


class _Told(Value):
    """What both webhooks say of a call."""

    top: Words = Field("", validation_alias=AliasChoices("transaction_id", "call_uuid", "uuid"))
    event: Words = Field("", validation_alias=AliasChoices("event", "state"))
    direction: Words = ""
    source: Words = Field("", validation_alias=AliasChoices("source_number", "from_number"))
    destination: Words = Field("", validation_alias=AliasChoices("destination_number", "to_number"))
    ours: Words = Field("", validation_alias=AliasChoices("sip_number", "hotline"))
    sip_user: Words = ""
    disposition: Words = ""
    duration: Whole = 0
    bill_sec: Whole = 0
    record_seconds: Whole = 0
    recording_file_url: Address = ""
    is_have_forward_out: Flag = False
    bill_sec_forward_out: Whole = 0
    time_start_call: Words = ""
    time_end_call: Words = ""
    created_date: Words = ""


def channel(row: OmiCallRow) -> CallChannel:
    """Raises BadChannels without a secret."""
    return OmiCall(row.pack_code, row=row, secret=secret_of(row))


class OmiCall(CallChannel):
    """One object a delivery, bare or within `payload`."""

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        told = made(_Told, _bare(json_of(delivery.body)))
        match told.event.lower():
            case "ringing":
                call = _call(self.row, told, delivery)
                return [call.fact(CallRinging, leg=at_extension(call.extension))]
            case "answered":
                call = _call(self.row, told, delivery)
                return [call.fact(CallAnswered, leg=at_extension(call.extension))]
            case "hangup" if not told.disposition:  # the record follows, and only it knows who spoke
                return [Passed("hangup")]
            case _ if told.disposition:
                return list(_record(_call(self.row, told, delivery), told, delivery))
            case other:
                raise SetAside(f"an event that nobody knows: {other[:40]}")


def _bare(value: Any) -> Any:
    inner = value.get("payload") if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else value


def _call(row: CallRow, told: _Told, delivery: Delivery) -> Call:
    direction = _DIRECTIONS.get(told.direction.lower(), "in")
    dialled = (told.ours or told.destination) if direction == "in" else told.destination
    return Call(row, told.top, delivery.at, direction, told.source, dialled, "", told.sip_user)


def _record(call: Call, told: _Told, delivery: Delivery) -> Iterator[Event]:
    result = result_of(told.disposition)
    started = epoch(told.time_start_call or told.created_date, delivery)
    ended = epoch(told.time_end_call, delivery) if told.time_end_call else delivery.at
    call = call.later(max(started, ended))
    talk = told.bill_sec if result == "answered" else 0
    if told.is_have_forward_out:
        yield from _forwarded(call, told)
    yield from call.over(talk, result, told.disposition, started=started, waited=told.duration)
    yield from call.recorded(told.recording_file_url, told.record_seconds)


def _forwarded(call: Call, told: _Told) -> Iterator[Event]:
    """Put through to a number outside; which one stands where the number dialled stands otherwise."""
    number = told.destination if told.destination != told.ours else ""
    leg, spoken = leg_of(f"to-{number}"), told.bill_sec_forward_out
    moved = call.later(call.at - timedelta(seconds=spoken))
    yield moved.fact(CallTransferred, leg=leg, number=number[:64])
    yield call.fact(
        CallTransferEnded,
        leg=leg,
        number=number[:64],
        result="answered" if spoken else "no-answer",
        detail=f"{spoken} s",
    )
