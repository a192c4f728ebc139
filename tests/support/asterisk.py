"""The events of a call as Asterisk 20 tells them, with the names that a listener needs."""

from tests.support.ami_server import lines
from tests.support.calling import AGENCY, CITIZEN, HOTLINE

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
