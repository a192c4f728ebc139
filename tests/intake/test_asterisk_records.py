"""Asterisk's record of a call, which settles what the connection missed; and damaged events and records."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.channels.amicall import peer
from services.intake.channels.asterisk import AMI, CONTEXT
from services.intake.channels.rows import BadChannels
from services.intake.channels.shape import Delivery, SetAside
from tests.support.ami_server import lines
from tests.support.asterisk import (
    AWAY,
    CALL,
    OPERATOR,
    PHONE,
    TARGET,
    Telephone,
    arrived,
    dialled,
    hung_up,
    put_through,
    queued,
)
from tests.support.calling import HOTLINE, NOW, SECRET, channel_of, survives, told

RECORDINGS = "https://pbx.province.example/monitor/"
TAKEN = (arrived(), queued(), dialled(), dialled("ANSWER"))


@pytest.fixture
def pbx(tmp_path: Path) -> Any:
    return channel_of("asterisk", tmp_path, trunks=["vnpt"], recordings=RECORDINGS)


@pytest.fixture
def line(pbx: Any) -> Telephone:
    return Telephone(pbx)


START = int(NOW.timestamp()) - 90
ROW = {
    "uniqueid": CALL, "linkedid": CALL, "channel": "PJSIP/vnpt-0000000a", "src": "0912345678", "dst": HOTLINE,
    "dstchannel": PHONE, "start": str(START), "end": str(START + 80), "billsec": "75",
    "disposition": "ANSWERED", "recordingfile": "2026/11/in-10.wav",
}  # fmt: skip


def posted(**changed: str) -> Delivery:
    return told(urlencode(ROW | changed).encode(), f"{SECRET}/cdr")


def record(pbx: Any, **changed: str) -> dict[str, Any]:
    return {fact.token: fact for fact in pbx.parse(posted(**changed))}


def test_the_record_tells_what_the_connection_missed(pbx: Any, line: Telephone) -> None:
    found = record(pbx)
    assert found["ended"].talk_seconds == 75 and "recording-ready" in found and "missed" not in found
    line.hear(*TAKEN, hung_up())
    assert found["ended"].event_id == line.facts["ended"].event_id, "once, whoever says it first"
    assert record(pbx, talk="31")["ended"].talk_seconds == 31


def test_an_answer_of_the_menu_alone_is_a_missed_call(pbx: Any) -> None:
    found = record(pbx, dstchannel="", recordingfile="")
    assert found["missed"].waited_seconds == 80 and found["ended"].result == "no-answer"
    assert "missed" not in record(pbx, channel=PHONE, disposition="NO ANSWER", src="201", dst="0912345678")


def test_a_part_of_a_call_is_not_its_record(pbx: Any) -> None:
    with pytest.raises(SetAside):
        record(pbx, uniqueid=OPERATOR)
    with pytest.raises(SetAside):
        list(pbx.parse(replace(posted(), path=f"{SECRET}/x")))


def test_an_interface_without_a_password_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadChannels):
        channel_of("asterisk", tmp_path, trunks=["vnpt"], host="127.0.0.1")


@pytest.mark.parametrize(
    ("name", "found"),
    [("PJSIP/201-0000001a", "201"), ("SIP/vnpt-hn-0000001a", "vnpt-hn"), ("Local/7@x-00000001;2", "7@x"),
     ("PJSIP/201", "201"), ("", ""), ("x", "")],
)  # fmt: skip
def test_the_peer_of_a_channel(name: str, found: str) -> None:
    assert peer(name) == found


NAMES = st.sampled_from(["Uniqueid", "Linkedid", "DestUniqueid", "DestChannel", "Channel", "Exten", "Result"])
EVENTS = st.sampled_from([
    "Newchannel", "DialBegin", "DialEnd", "Hangup", "BlindTransfer", "AttendedTransfer", "Cdr", "VarSet",
    "QueueCallerJoin", "AgentConnect", "MixMonitorStop", "CoreShowChannel", "Odd",
])  # fmt: skip
VALUES = st.sampled_from([CALL, OPERATOR, TARGET, "", PHONE, AWAY, "Success", "ANSWER", "BUSY"]) | st.text(
    max_size=20
)


def spoken(event: str, fields: dict[str, str]) -> Iterator[bytes]:
    yield lines(event, **{name: value.encode("utf-8", "replace").decode() for name, value in fields.items()})


@given(
    events=st.lists(st.tuples(EVENTS, st.dictionaries(NAMES, VALUES)), max_size=12),
    raw=st.binary(max_size=80),
    header=st.text(max_size=40),
    query=st.text(max_size=60),
)
def test_no_event_and_no_record_is_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[tuple[str, dict[str, str]]],
    raw: bytes,
    header: str,
    query: str,
) -> None:
    pbx = channel_of("asterisk", tmp_path_factory.getbasetemp(), trunks=["vnpt"], recordings=RECORDINGS)
    line = Telephone(pbx).hear(arrived(), put_through())
    for event, fields in events:
        line.hear(*spoken(event, fields))
    line.hear(raw)
    survives(pbx, replace(told(raw, f"{SECRET}/cdr"), query=query))
    with pytest.raises(SetAside):
        list(pbx.parse(Delivery(raw, NOW, AMI, headers={CONTEXT: header})))
