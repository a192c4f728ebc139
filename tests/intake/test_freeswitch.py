"""FreeSWITCH's records: one a leg, in three forms, each value encoded or not."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.channels.shape import SetAside, Unverified
from tests.support.calling import AGENCY, CITIZEN, HOTLINE, NOW, SECRET, channel_of, facts, survives, told
from tests.support.pbx_poster import Form, cdr, posted

END = int(NOW.timestamp())
A = "6fe32ba4-1111-4c3e-9d52-0a5d2f4c8a01"
B = "6fe32ba4-2222-4c3e-9d52-0a5d2f4c8a02"
CALLER: dict[str, Any] = {
    "uuid": A, "call_uuid": A, "direction": "inbound", "sofia_profile_name": "external",
    "caller_id_number": "+84912345678", "sip_from_user": CITIZEN, "destination_number": HOTLINE,
    "start_epoch": END - 100, "answer_epoch": END - 98, "bridge_epoch": END - 70, "end_epoch": END,
    "duration": 100, "billsec": 98, "hangup_cause": "NORMAL_CLEARING", "cc_queue": "1022@default",
    "record_path": "/var/lib/freeswitch/recordings", "record_name": "gọi đến.wav", "record_seconds": 70,
}  # fmt: skip
OPERATOR = {
    "uuid": B, "call_uuid": A, "direction": "outbound", "caller_id_number": CITIZEN,
    "destination_number": "201", "answer_epoch": END - 70, "end_epoch": END,
}  # fmt: skip
RECORDINGS = "https://pbx.province.example/rec/"


@pytest.fixture
def pbx(tmp_path: Path) -> Any:
    return channel_of("freeswitch", tmp_path, recordings=RECORDINGS)


@pytest.mark.parametrize("form", ["raw", "form", "base64"])
@pytest.mark.parametrize("encoded", [True, False])
def test_every_form_of_a_record_says_the_same(tmp_path: Path, form: Form, encoded: bool) -> None:
    pbx = channel_of("freeswitch", tmp_path, encoded_values=encoded, recordings=RECORDINGS)
    found: dict[str, Any] = facts(pbx.parse(told(posted(cdr(CALLER, encoded=encoded), form)[1])))
    assert found.keys() == {"answered", "ended", "recording-ready"}
    ended = found["ended"]
    assert (ended.caller, ended.caller_raw, ended.dialled) == (
        "+84912345678",
        "+84912345678",
        "+842373851022",
    )
    assert (ended.talk_seconds, ended.detail, ended.queue) == (70, "NORMAL_CLEARING", "1022@default")
    assert found["recording-ready"].source == RECORDINGS + "g%E1%BB%8Di%20%C4%91%E1%BA%BFn.wav"


def test_a_queue_that_answered_is_not_a_person(pbx: Any) -> None:
    """The menu took the call for 98 seconds, nobody was ever connected."""
    left = CALLER | {"bridge_epoch": 0, "hangup_cause": "ORIGINATOR_CANCEL", "record_name": ""}
    left |= {"record_path": ""}
    found: dict[str, Any] = facts(pbx.parse(told(cdr(left))))
    assert found.keys() == {"ended", "missed"}
    assert found["missed"].waited_seconds == 100 and found["ended"].result == "no-answer"


def test_the_leg_of_the_operator_names_who_took_it_and_never_ends_the_call(pbx: Any) -> None:
    found = facts(pbx.parse(told(cdr(OPERATOR))))
    assert found.keys() == {f"{B} answered"}
    assert found[f"{B} answered"].extension == "201"
    assert found[f"{B} answered"].call == facts(pbx.parse(told(cdr(CALLER))))["ended"].call
    assert not facts(pbx.parse(told(cdr(OPERATOR | {"answer_epoch": 0}))))
    assert not facts(pbx.parse(told(cdr(OPERATOR | {"destination_number": AGENCY})))), (
        "a transfer, no operator"
    )


@pytest.mark.parametrize(
    ("bridged", "cause", "result"),
    [("1763604000000000", "SUCCESS", "answered"), ("0", "USER_BUSY", "busy"), ("0", "NO_ANSWER", "no-answer"),
     ("0", "NORMAL_TEMPORARY_FAILURE", "failed"), ("0", "NORMAL_CLEARING", "failed")],
)  # fmt: skip
def test_a_transfer_is_followed_to_its_end(pbx: Any, bridged: str, cause: str, result: str) -> None:
    moved = {
        "transfer_history": f"ARRAY::{END - 30}:7a1:bl_xfer:{AGENCY}/default/XML",
        "originate_disposition": cause,
    }
    flow = [{"caller_profile": {"destination_number": AGENCY}, "times": {"bridged_time": bridged}}]
    found: dict[str, Any] = facts(pbx.parse(told(cdr(CALLER | moved, callflow=flow))))
    assert found["7a1 transferred"].number == AGENCY
    assert found["7a1 transfer-ended"].result == result
    assert (NOW - found["7a1 transferred"].at).total_seconds() == 30


def test_an_operator_who_calls_out_misses_nothing(pbx: Any) -> None:
    out = CALLER | {"sofia_profile_name": "internal", "bridge_epoch": 0, "destination_number": CITIZEN}
    found = facts(pbx.parse(told(cdr(out))))
    assert found["ended"].direction == "out" and "missed" not in found


def test_a_clock_that_is_far_off_is_not_believed(pbx: Any) -> None:
    off = CALLER | {"start_epoch": 0, "end_epoch": END * 10, "bridge_epoch": 0}
    assert facts(pbx.parse(told(cdr(off))))["ended"].at == NOW


def test_user_and_password_are_checked(pbx: Any) -> None:
    def basic(words: str) -> dict[str, str]:
        return {"authorization": "Basic " + base64.b64encode(words.encode()).decode()}

    pbx.verify(told(b"", **basic(f"hotline:{SECRET}")))
    for wrong in ({}, basic("hotline:x"), basic(f"x:{SECRET}"), {"authorization": f"Bearer {SECRET}"}):
        with pytest.raises(Unverified):
            pbx.verify(told(b"", **wrong))


@pytest.mark.parametrize(
    "body", [b"", b"cdr=", b"cdr=%7B", b"cdr=AAAA", b"{}", b'{"variables":[]}', b'{"variables":{}}', b"\xff"]
)
def test_what_makes_no_sense_is_set_aside(pbx: Any, body: bytes) -> None:
    with pytest.raises(SetAside):
        list(pbx.parse(told(body)))


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.text())
)
NAMES = [*CALLER, "transfer_history", "originate_disposition", "originating_leg_uuid"]


@given(
    changed=st.dictionaries(st.sampled_from(NAMES), ANYTHING),
    flow=st.lists(st.dictionaries(st.sampled_from(["caller_profile", "times"]), ANYTHING), max_size=2),
    encoded=st.booleans(),
    form=st.sampled_from(["raw", "form", "base64"]),
    body=st.binary(max_size=80),
)
def test_no_record_is_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory,
    changed: dict[str, Any],
    flow: list[Any],
    encoded: bool,
    form: Form,
    body: bytes,
) -> None:
    pbx = channel_of("freeswitch", tmp_path_factory.getbasetemp(), encoded_values=encoded)
    history = {"transfer_history": f"1:a:bl_xfer:{AGENCY}/x|:2:b:att_xfer:115@y"}
    record = cdr(CALLER | history | changed, encoded=encoded, callflow=flow)
    survives(pbx, told(posted(record, form)[1]))
    survives(pbx, told(body))
    survives(pbx, replace(told(b"cdr=" + body), query="uuid=a_1"))
