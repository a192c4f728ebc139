"""FreeSWITCH's mod_json_cdr: one record for each leg, posted when the leg hangs up.

So nothing rings here: a screen that shows who calls needs another way. The body is raw JSON, or a form with
the record as text or base64; by the module's default every value inside is URL-encoded once more. When no
address takes a record the module writes it to disk; posting that file later imports it.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import Field

from libs.contracts.calls import CallAnswered, CallTransferEnded, CallTransferred, Result
from services.intake.channels.reading import json_of, text_of, whole, words
from services.intake.channels.shape import Delivery, Event, SetAside, Unverified
from services.intake.channels.telephony import (
    Call,
    CallChannel,
    CallRow,
    Direction,
    epoch,
    leg_of,
    result_of,
    secret_of,
)
from services.intake.phones import normalised

_MOST = 20
"""Transfers of one call that are looked at."""


class FreeSwitchRow(CallRow):
    """`user` and the secret are the module's `cred`; `encoded_values` is its `encode-values`.

    `profile`: the sofia profile of the trunks; a caller on another one is an operator who calls out.
    """

    profile: str = "external"
    user: Annotated[str, Field(pattern=r"^[^:\s]+$")] = "hotline"
    encoded_values: bool = True


ROW = FreeSwitchRow
Variables = Mapping[str, str]


def channel(row: FreeSwitchRow) -> CallChannel:
    """Raises BadChannels without a secret."""
    return FreeSwitch(row.pack_code, row=row, secret=secret_of(row))


@dataclass(frozen=True)
class FreeSwitch(CallChannel):
    """The leg of the caller tells of the call, those of the operators only that they answered."""

    row: FreeSwitchRow = field(kw_only=True)

    def verify(self, delivery: Delivery) -> None:
        """Basic auth over the row's user and secret. Raises Unverified."""
        expected = base64.b64encode(f"{self.row.user}:{self.secret}".encode())
        scheme, _, given = delivery.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), expected)
        if scheme.lower() != "basic" or not right:
            raise Unverified("wrong user or password")
        self.check_source(delivery)

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        record = json_of(_json(delivery.body))
        said = record.get("variables") if isinstance(record, dict) else None
        if not isinstance(said, dict):
            raise SetAside("not as announced: variables")
        told = {words(name, 64): self._value(value) for name, value in said.items()}
        own = told.get("uuid", "")
        top = told.get("call_uuid") or told.get("originating_leg_uuid") or own
        if own and own != top:
            return list(self._operator(top, own, told, delivery))
        return list(self._caller(own, told, _profiles(record), delivery))

    def _value(self, value: Any) -> str:
        text = words(value, 4_000)
        return words(unquote(text), 2_000) if self.row.encoded_values else text[:2_000]

    def _call(self, top: str, told: Variables, at: datetime) -> Call:
        trunk = told.get("sofia_profile_name", self.row.profile) == self.row.profile
        way: Direction = "in" if trunk and told.get("direction") != "outbound" else "out"
        caller = told.get("caller_id_number") or told.get("sip_from_user", "")
        dialled = told.get("destination_number") or told.get("sip_to_user", "")
        return Call(self.row, top, at, way, caller, dialled, told.get("cc_queue", ""))

    def _operator(self, top: str, own: str, told: Variables, delivery: Delivery) -> Iterator[Event]:
        """The B leg: whom the caller was connected to. It looks outbound, being called by the PBX."""
        extension = told.get("destination_number") or told.get("dialed_user", "")
        if _seconds(told, "answer_epoch") and not normalised(extension):  # a number outside: a transfer
            answered = epoch(told["answer_epoch"], delivery)
            call = Call(self.row, top, answered, "in", told.get("caller_id_number", ""), extension=extension)
            yield call.fact(CallAnswered, leg=leg_of(own))

    def _caller(self, own: str, told: Variables, profiles: list[Any], delivery: Delivery) -> Iterator[Event]:
        started, ended = (epoch(told.get(name, ""), delivery) for name in ("start_epoch", "end_epoch"))
        call = self._call(own, told, max(started, ended))
        talk, cause = _talk(told), told.get("hangup_cause", "")[:64]
        waited = whole(told.get("duration")) - talk
        for number, at, leg in _transfers(told, delivery):
            result, detail = _reached(number, told, profiles)
            yield call.later(at).fact(CallTransferred, leg=leg, number=number)
            yield call.fact(CallTransferEnded, leg=leg, number=number, result=result, detail=detail)
        if talk:
            yield call.later(call.at - timedelta(seconds=talk)).fact(CallAnswered)
        yield from call.over(talk, result_of(cause), cause, started=started, waited=max(0, waited))
        source = told.get("record_path", "") or told.get("recording_file", "")
        name = told.get("record_name", "") or source.rpartition("/")[2]
        yield from call.recorded(source if "://" in source else name, whole(told.get("record_seconds")))


def _json(body: bytes) -> bytes:
    """The record within the body, whatever way it was posted."""
    text = text_of(body).strip()
    if not text.startswith("cdr="):
        return text.encode()
    text = text.removeprefix("cdr=")
    plain = unquote(text)
    if plain.lstrip().startswith("{"):
        return plain.encode()
    try:
        return base64.b64decode(plain.replace(" ", "+"), validate=False)
    except (binascii.Error, ValueError):
        raise SetAside("neither JSON nor base64") from None


def _talk(told: Variables) -> int:
    """Seconds with an operator: a menu or a queue that answers is nobody."""
    bridged, ended = (_seconds(told, name) for name in ("bridge_epoch", "end_epoch"))
    if "bridge_epoch" in told:
        return max(0, ended - bridged) if bridged else 0
    return whole(told.get("billsec"))


def _seconds(told: Variables, name: str) -> int:
    """Seconds since 1970; 0 where it never happened."""
    text = told.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 13 else 0


def _transfers(told: Variables, delivery: Delivery) -> Iterator[tuple[str, datetime, str]]:
    """Number, time and leg of each entry `<epoch>:<uuid>:bl_xfer|att_xfer:<number>/<context>/<dialplan>`."""
    history = told.get("transfer_history", "").removeprefix("ARRAY::")
    for entry in history.split("|:")[:_MOST]:
        at, _, rest = entry.partition(":")
        uuid, _, rest = rest.partition(":")
        how, _, target = rest.partition(":")
        if how in {"bl_xfer", "att_xfer"}:
            number = target.partition("/")[0].partition("@")[0]
            yield number[:64], epoch(at, delivery), leg_of(uuid or f"to-{number}")


def _profiles(record: dict[str, Any]) -> list[Any]:
    flow = record.get("callflow")
    return flow if isinstance(flow, list) else [flow]


def _reached(number: str, told: Variables, profiles: list[Any]) -> tuple[Result, str]:
    """A transfer makes a new profile of the caller: it was answered if that one was bridged."""
    for profile in profiles:
        if isinstance(profile, dict) and _of(profile, "caller_profile", "destination_number") == number:
            bridged = _of(profile, "times", "bridged_time")
            if bridged not in {"", "0"}:
                return "answered", ""
    cause = told.get("originate_disposition") or told.get("bridge_hangup_cause", "")
    result = result_of(cause)
    return ("failed" if result == "answered" else result), cause[:64]


def _of(profile: dict[str, Any], group: str, name: str) -> str:
    inner = profile.get(group)
    return unquote(words(inner.get(name))) if isinstance(inner, dict) else ""
