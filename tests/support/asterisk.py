"""The events of a call as Asterisk 20 tells them, and one connection's memory that hears them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from libs.contracts.calls import CallFact
from services.intake.channels import ami
from services.intake.channels.amimemory import Memory
from services.intake.channels.asterisk import AMI, CONTEXT
from services.intake.channels.shape import Delivery
from tests.support.ami_server import lines
from tests.support.calling import AGENCY, CITIZEN, HOTLINE, NOW

CALL, OPERATOR, TARGET = "1763604000.10", "1763604003.11", "1763604050.20"
"""Uniqueids: the caller's channel (and so the Linkedid of all), an operator's, the agency's."""

TRUNK, PHONE, AWAY = "PJSIP/vnpt-0000000a", "PJSIP/201-0000000b", "PJSIP/vnpt-00000014"


def arrived(uid: str = CALL, *, caller: str = CITIZEN, dialled: str = HOTLINE, channel: str = TRUNK) -> bytes:
    return lines(
        "Newchannel", Channel=channel, ChannelState="4", ChannelStateDesc="Ring", CallerIDNum=caller,
        CallerIDName="<unknown>", ConnectedLineNum="<unknown>", Context="from-trunk", Exten=dialled,
        Priority="1", Uniqueid=uid, Linkedid=uid,
    )  # fmt: skip


def going_on(uid: str = CALL, *, channel: str = TRUNK) -> bytes:
    """What CoreShowChannels says of a call."""
    return lines(
        "CoreShowChannel", Channel=channel, ChannelStateDesc="Up", CallerIDNum=CITIZEN, Exten=HOTLINE,
        Uniqueid=uid, Linkedid=uid, Application="Queue", Duration="00:01:10", BridgeId="",
    )  # fmt: skip


def dialled(
    end: str = "", *, call: str = CALL, target: str = OPERATOR, channel: str = PHONE, by: str = CALL
) -> bytes:
    """DialBegin, or DialEnd with this DialStatus."""
    more = {"DialStatus": end} if end else {"DialString": channel.partition("/")[2]}
    return lines(
        "DialEnd" if end else "DialBegin", Channel=TRUNK, Uniqueid=by, Linkedid=call, DestChannel=channel,
        DestCallerIDNum="201", DestUniqueid=target, DestLinkedid=call, **more,
    )  # fmt: skip


def put_through(number: str = AGENCY, *, result: str = "Success", by: str = OPERATOR) -> bytes:
    return lines(
        "BlindTransfer", Result=result, TransfererChannel=PHONE, TransfererUniqueid=by,
        TransfererLinkedid=CALL, TransfereeChannel=TRUNK, TransfereeUniqueid=CALL, TransfereeLinkedid=CALL,
        IsExternal="Yes", Context="from-internal", Extension=number,
    )  # fmt: skip


def joined(*, state: str = "Up", second: str = "1763604040.18") -> bytes:
    """AttendedTransfer: the operator had called the agency from a second channel."""
    return lines(
        "AttendedTransfer", Result="Success", OrigTransfererChannel=PHONE, OrigTransfererUniqueid=OPERATOR,
        OrigTransfererLinkedid=CALL, SecondTransfererChannel="PJSIP/201-00000012",
        SecondTransfererUniqueid=second, SecondTransfererLinkedid=second, TransfereeUniqueid=CALL,
        TransfereeLinkedid=CALL, TransferTargetChannel=AWAY, TransferTargetChannelStateDesc=state,
        TransferTargetCallerIDNum=AGENCY, TransferTargetUniqueid=TARGET, TransferTargetLinkedid=second,
        DestType="Bridge" if state == "Up" else "App",
    )  # fmt: skip


def hung_up(uid: str = CALL, *, linked: str = CALL) -> bytes:
    return lines(
        "Hangup", Channel=TRUNK, Uniqueid=uid, Linkedid=linked, Cause="16", **{"Cause-txt": "Normal Clearing"}
    )


def queued() -> bytes:
    return lines("QueueCallerJoin", Channel=TRUNK, Uniqueid=CALL, Linkedid=CALL, Queue="1022", Position="1")


@dataclass
class Telephone:
    """One connection's memory and the channel behind it; five seconds pass between two events."""

    channel: Any
    memory: Memory = field(default_factory=lambda: Memory(frozenset({"vnpt"})))
    at: datetime = NOW
    facts: dict[str, Any] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    def hear(self, *events: bytes, seconds: float = 5) -> "Telephone":
        for raw in events:
            self._keep(self.memory.take(ami.read(raw), self.at, self.at.timestamp()))
            self.at += timedelta(seconds=seconds)
        return self

    def wait(self) -> "Telephone":
        self._keep(self.memory.ripe(self.at.timestamp()))
        return self

    def _keep(self, kept: list[Any]) -> None:
        for message, context in kept:
            headers = {CONTEXT: context.model_dump_json(exclude_defaults=True)}
            delivery = Delivery(message.raw, self.at, AMI, headers=headers)
            self.keys.append(self.channel.key(delivery))
            for fact in self.channel.parse(delivery):
                assert isinstance(fact, CallFact)
                self.facts.setdefault(fact.token if fact.leg == "main" else f"{fact.leg} {fact.token}", fact)
