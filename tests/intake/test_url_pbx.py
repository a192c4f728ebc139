"""A PBX that calls addresses of ours with everything in the query."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.channels.shape import Passed, SetAside, Unverified
from tests.support.calling import CITIZEN, HOTLINE, NOW, SECRET, asked, channel_of, facts, survives

DATA = {
    "callid": "1763604000.42", "calldate": "2026-11-20 08:58:00", "duration": "95", "billsec": "80",
    "status": "ANSWERED", "did": HOTLINE, "extension": "201", "phone": CITIZEN, "direction": "inbound",
    "recordingfile": "2026/11/20/in-0912345678-1763604000.42.wav",
}  # fmt: skip
RECORDINGS = "https://pbx.province.example/monitor/"


@pytest.fixture
def pbx(tmp_path: Path) -> Any:
    return channel_of("url_pbx", tmp_path, recordings=RECORDINGS)


def test_a_ring_names_the_caller_the_queue_and_the_operators_telephone(pbx: Any) -> None:
    call = {"phone": CITIZEN, "queue": "1022", "extension": "201", "callid": "c1", "did": HOTLINE}
    ringing = facts(pbx.parse(asked("call_in", event="RING", **call)))["ext-201 ringing"]
    assert (ringing.caller, ringing.caller_raw) == ("+84912345678", CITIZEN)
    assert (ringing.dialled, ringing.queue, ringing.extension) == ("+842373851022", "1022", "201")
    answered = facts(pbx.parse(asked("call_in", event="ANSWERED", **call)))["ext-201 answered"]
    assert answered.call == ringing.call and answered.event_id != ringing.event_id


@pytest.mark.parametrize("status", ["ANSWER", "ANSWERED", "answered"])
def test_both_words_for_answered_are_understood_and_local_time_is_the_provinces(
    pbx: Any, status: str
) -> None:
    found = facts(pbx.parse(asked("calldata", **DATA | {"status": status})))
    ended: Any = found["ended"]
    assert (ended.talk_seconds, ended.result) == (80, "answered")
    assert ended.started_at == datetime(2026, 11, 20, 1, 58, tzinfo=UTC)
    assert ended.at == datetime(2026, 11, 20, 1, 59, 35, tzinfo=UTC)
    assert "missed" not in found
    recording: Any = found["recording-ready"]
    assert recording.source == RECORDINGS + DATA["recordingfile"]


@pytest.mark.parametrize("status", ["ABANDON", "NO ANSWER", "NOANSWER", "BUSY", ""])
def test_a_caller_who_gave_up_was_missed(pbx: Any, status: str) -> None:
    data = DATA | {"status": status, "billsec": "0", "holdtime": "41", "recordingfile": ""}
    found = facts(pbx.parse(asked("calldata", **data)))
    missed: Any = found["missed"]
    assert missed.waited_seconds == 41 and missed.caller == "+84912345678"
    assert found.keys() == {"ended", "missed"}


@pytest.mark.parametrize("place", ["call_in", "hangup", "calldata"])
def test_who_gave_up_may_be_told_at_any_of_the_addresses(pbx: Any, place: str) -> None:
    gave_up = {"callid": "c1", "status": "ABANDON", "holdtime": "17", "queue": "1022", "phone": CITIZEN}
    missed: Any = facts(pbx.parse(asked(place, **gave_up)))["missed"]
    assert (missed.waited_seconds, missed.queue) == (17, "1022")


def test_a_call_of_ours_that_nobody_took_is_not_missed(pbx: Any) -> None:
    data = DATA | {"direction": "outbound", "status": "NOANSWER", "billsec": "0", "recordingfile": ""}
    found = facts(pbx.parse(asked("calldata", **data)))
    assert found.keys() == {"ended"} and found["ended"].dialled == "+84912345678"


@pytest.mark.parametrize("caller", ["anonymous", "1022", "115", "Restricted", ""])
def test_a_caller_without_a_number_keeps_what_was_given(pbx: Any, caller: str) -> None:
    ringing = facts(pbx.parse(asked("call_in", event="RING", callid="c1", phone=caller)))["ringing"]
    assert (ringing.caller, ringing.caller_raw) == ("", caller)


def test_a_hang_up_alone_says_nothing(pbx: Any) -> None:
    assert list(pbx.parse(asked("hangup", callid="c1"))) == [Passed("hangup")]


@pytest.mark.parametrize(
    ("place", "query"),
    [("call_in", {"event": "RING"}), ("call_in", {"event": "X", "callid": "1"}), ("calldata", {}), ("x", {})],
)
def test_what_makes_no_sense_is_set_aside(pbx: Any, place: str, query: dict[str, str]) -> None:
    with pytest.raises(SetAside):
        list(pbx.parse(asked(place, **query)))


def test_the_same_words_at_two_addresses_are_two_deliveries(pbx: Any) -> None:
    assert pbx.key(asked("hangup", callid="c1")) != pbx.key(asked("calldata", callid="c1"))
    assert pbx.key(asked("hangup", callid="c1")) == pbx.key(replace(asked("hangup", callid="c1"), at=NOW))


def test_only_who_knows_the_secret_and_calls_from_there_is_heard(tmp_path: Path) -> None:
    pbx = channel_of("url_pbx", tmp_path, sources=["203.0.113.0/28"])
    genuine = replace(asked("hangup", callid="c1"), headers={"x-real-ip": "203.0.113.7"})
    pbx.verify(genuine)
    for wrong in (
        replace(genuine, path="guess/hangup"),
        replace(genuine, path=""),
        replace(genuine, path=f"{SECRET}é/hangup"),
        replace(genuine, headers={"x-real-ip": "198.51.100.1"}),
        replace(genuine, headers={}),
    ):
        with pytest.raises(Unverified):
            pbx.verify(wrong)


def test_a_caller_from_outside_is_not_believed_who_it_says_it_is(tmp_path: Path) -> None:
    pbx = channel_of("url_pbx", tmp_path, sources=["203.0.113.0/28", "8.8.8.8/32"])
    said = {"x-real-ip": "203.0.113.7"}
    call = replace(asked("hangup", callid="c1"), headers=said)
    pbx.verify(replace(call, peer="172.18.0.2"))  # our own door
    pbx.verify(replace(call, peer="8.8.8.8", headers={}))
    with pytest.raises(Unverified):
        pbx.verify(replace(call, peer="9.9.9.9"))


def test_the_secret_in_its_address_is_not_kept_and_nothing_is_read_differently(tmp_path: Path) -> None:
    pbx = channel_of("url_pbx", tmp_path)
    call = asked("call_in", callid="c1", event="RING", phone="0912345678")
    kept = pbx.kept(call)
    assert SECRET in call.path and SECRET not in repr(kept)
    assert list(pbx.parse(kept)) == list(pbx.parse(call)) and pbx.key(kept) == pbx.key(call)


@given(
    place=st.sampled_from(["call_in", "calldata", "hangup"]),
    query=st.dictionaries(st.sampled_from([*DATA, "event", "queue", "holdtime"]), st.text(max_size=40)),
    raw=st.text(max_size=60),
    body=st.binary(max_size=60),
)
def test_no_query_is_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, place: str, query: dict[str, str], raw: str, body: bytes
) -> None:
    pbx = channel_of("url_pbx", tmp_path_factory.getbasetemp(), recordings=RECORDINGS)
    survives(
        pbx,
        asked(
            place,
            **DATA | {"event": "RING"} | {k: v.encode("utf-8", "replace").decode() for k, v in query.items()},
        ),
    )
    survives(pbx, replace(asked(place), query=raw, body=body, method="POST"))
