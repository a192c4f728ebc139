"""Stringee: call events as JSON, and the instruction (SCCO) what to do with a call that comes in.

Under `/hooks/<table>/<secret>/`: `event` (the project's event_url), `answer` (the number's answer_url),
`recording` (of the action `record`) and `transfer-failed?number=…` (`onFailEventUrl` of the connection to an
agency; give that as `<public_url>/<secret>/transfer-failed?number=<hotline of the agency>`).
Events bear no signature: the secret in the path is all there is.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from libs.contracts.calls import CallAnswered, CallRinging, CallTransferEnded, CallTransferred, Result
from libs.contracts.facts import Value
from services.intake.channels.reading import Address, Nested, Whole, Words, json_of, made, pairs_of, words
from services.intake.channels.shape import Answer, Delivery, Event, Passed, SetAside, Unverified
from services.intake.channels.telephony import (
    Call,
    CallChannel,
    CallRow,
    at_extension,
    epoch,
    leg_of,
    result_of,
    secret_of,
)
from services.intake.phones import normalised

_IN = "EXTERNAL_CALL_IN"


class StringeeRow(CallRow):
    """Whom to connect a caller to.

    `numbers`: ours, as Stringee writes them. `public_url`: of this table, https://…/hooks/<table>.
    `operators`: users of the project, tried in turn, `ring_seconds` each. `record`:
    false where the callers were not told that they are recorded.
    """

    numbers: tuple[str, ...] = Field(min_length=1)
    public_url: Annotated[str, Field(pattern=r"^https://\S+[^/\s]$")]
    operators: tuple[str, ...] = Field(min_length=1)
    ring_seconds: int = Field(30, ge=5, le=120)
    record: bool = True


ROW = StringeeRow


class _Party(Value):
    number: Words = ""
    alias: Words = ""
    type: Words = ""


class _Told(Value):
    call_id: Words = ""
    call_status: Words = ""
    timestamp_ms: Words = ""
    reason: Words = Field("", alias="callCreatedReason")
    cause: Words = Field("", alias="endCallCause")
    duration: Whole = 0
    talk: Whole = Field(0, alias="answerDuration")
    caller: Annotated[_Party, Nested] = Field(_Party(), alias="from")
    called: Annotated[_Party, Nested] = Field(_Party(), alias="to")
    recording_url: Address = ""
    recordingUrl: Address = ""  # noqa: N815 – the name it has on the wire


def channel(row: StringeeRow) -> CallChannel:
    """Raises BadChannels without a secret."""
    return Stringee(row.pack_code, row=row, secret=secret_of(row))


@dataclass(frozen=True)
class Stringee(CallChannel):
    """Asks us what to do with a call, then tells what became of it."""

    row: StringeeRow = field(kw_only=True)

    def answer(self, delivery: Delivery) -> Answer | None:
        """The SCCO for a call that came in, which nothing is stored of: its events follow."""
        if delivery.method != "GET" or self.place(delivery) != "answer":
            return None
        try:
            self.verify(delivery)
            asked = pairs_of(delivery.query)
        except (Unverified, SetAside):
            return None  # whoever asks next says why
        caller, dialled = asked.get("from", "")[:64], asked.get("to", "")[:64]
        return Answer(json.dumps(list(self._instructions(caller, dialled))).encode(), "application/json")

    def _instructions(self, caller: str, dialled: str) -> Iterator[dict[str, object]]:
        if self.row.record:
            url = f"{self.row.public_url}/{self.secret}/recording"
            yield {"action": "record", "eventUrl": url, "format": "mp3"}
        for operator in self.row.operators:
            yield {
                "action": "connect",
                "from": {"type": "external", "number": caller, "alias": caller},
                "to": {"type": "internal", "number": operator, "alias": dialled},
                "timeout": self.row.ring_seconds,
                "continueOnFail": operator != self.row.operators[-1],
                "peerToPeerCall": False,  # else there is nothing to record
            }

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        told = made(_Told, json_of(delivery.body))
        call = self._call(told, delivery)
        match self.place(delivery):
            case "event":
                return self._event(call, told)
            case "recording":
                return list(call.recorded(told.recording_url or told.recordingUrl, told.duration))
            case "transfer-failed":
                number = pairs_of(delivery.query).get("number", "") or told.called.number
                result = result_of(told.cause)
                result = "failed" if result == "answered" else result
                return [*_put_through(call, number), _transfer_ended(call, number, result, told.cause)]
            case other:
                raise SetAside(f"no such address of ours: {words(other, 40)}")

    def _event(self, call: Call, told: _Told) -> Iterable[Event]:
        status, leg = told.call_status.lower(), at_extension(call.extension)
        away = self._agency(call, told)
        if status in {"started", "ringing"}:
            return _put_through(call, away) if away else [call.fact(CallRinging, leg=leg)]
        if status == "answered" and away:
            return [*_put_through(call, away), _transfer_ended(call, away, "answered", "")]
        if status == "answered":
            return [call.fact(CallAnswered, leg=leg)]
        if status == "ended":
            started = call.at - timedelta(seconds=told.duration)
            result = result_of(told.cause) if not told.talk else "answered"
            return list(call.over(told.talk, result, told.cause, started=started, waited=told.duration))
        if status in {"created", "agentended", "connect_failed"}:
            return [Passed(status)]
        raise SetAside(f"an event that nobody knows: {status[:40]}")

    def _agency(self, call: Call, told: _Told) -> str:
        """The number outside that a call which came in is being connected to, if it is."""
        both_outside = told.caller.type == told.called.type == "external"
        number = told.called.number
        return number if call.direction == "in" and both_outside and not self._ours(number) else ""

    def _call(self, told: _Told, delivery: Delivery) -> Call:
        ours = [number for number in (told.called.alias, told.called.number) if self._ours(number)]
        at = epoch(told.timestamp_ms, delivery) if told.timestamp_ms else delivery.at
        inside = told.called.type == "internal" and not self._ours(told.called.number)
        extension = told.called.number if inside else ""
        if told.reason == _IN or not told.reason:
            return Call(
                self.row, told.call_id, at, "in", told.caller.number, (ours or [""])[0], "", extension
            )
        number = told.called.number
        return Call(self.row, told.call_id, at, "internal" if inside else "out", told.caller.number, number)

    def _ours(self, number: str) -> bool:
        return number in self.row.numbers or normalised(number) in self.row.numbers


def _put_through(call: Call, number: str) -> list[Event]:
    return [call.fact(CallTransferred, leg=leg_of(f"to-{number}"), number=number[:64])]


def _transfer_ended(call: Call, number: str, result: Result, detail: str) -> Event:
    leg = leg_of(f"to-{number}")
    return call.fact(CallTransferEnded, leg=leg, number=number[:64], result=result, detail=detail)
