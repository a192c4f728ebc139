"""Stringee's events, and what it is told to do with a call."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.channels.shape import Delivery, Passed, SetAside, Unverified
from tests.support.calling import AGENCY, NOW, SECRET, asked, channel_of, facts, survives, told

MILLIS = int(NOW.timestamp() * 1000)
CALLER = {"number": "84912345678", "alias": "84912345678", "type": "external"}
OURS = {"number": "842373851022", "alias": "842373851022", "type": "internal"}
OPERATOR = {"number": "truc-01", "alias": "842373851022", "type": "internal"}
OUTSIDE = {"number": AGENCY, "alias": AGENCY, "type": "external"}
EVENT: dict[str, Any] = {
    "call_status": "started", "call_id": "call-vn-1-ABC-1", "timestamp_ms": MILLIS, "project_id": 25,
    "callCreatedReason": "EXTERNAL_CALL_IN", "from": CALLER, "to": OURS, "type": "stringee_call",
}  # fmt: skip
KEYS = {
    "numbers": ["842373851022"],
    "public_url": "https://1022.province.example/hooks/tong-dai",
    "operators": ["truc-01", "truc-02"],
}


@pytest.fixture
def pbx(tmp_path: Path) -> Any:
    return channel_of("stringee", tmp_path, **KEYS)


def event(**changed: Any) -> Delivery:
    return told(EVENT | changed, f"{SECRET}/event")


def test_a_call_that_comes_in_rings_then_is_answered_by_an_operator(pbx: Any) -> None:
    ringing = facts(pbx.parse(event()))["ringing"]
    assert (ringing.caller, ringing.dialled) == ("+84912345678", "+842373851022")
    assert facts(pbx.parse(event(call_status="ringing", to=OPERATOR))).keys() == {"ext-truc-01 ringing"}
    answered = facts(pbx.parse(event(call_status="answered", to=OPERATOR)))["ext-truc-01 answered"]
    assert (answered.call, answered.extension) == (ringing.call, "truc-01")


def test_an_end_without_a_second_of_talk_was_missed(pbx: Any) -> None:
    ended = event(call_status="ended", duration=9, answerDuration=0, endCallCause="486 Busy Here")
    found: dict[str, Any] = facts(pbx.parse(ended))
    assert (found["ended"].result, found["ended"].detail) == ("busy", "486 Busy Here")
    assert found["missed"].waited_seconds == 9
    spoken = event(call_status="ended", duration=90, answerDuration=71, endCallCause="USER_END_CALL")
    assert facts(pbx.parse(spoken)).keys() == {"ended"}


def test_a_call_of_an_operator_is_not_missed(pbx: Any) -> None:
    out = {"callCreatedReason": "CLIENT_MAKE_CALL", "from": OPERATOR, "to": CALLER}
    found = facts(pbx.parse(event(call_status="ended", answerDuration=0, **out)))
    assert found.keys() == {"ended"} and found["ended"].direction == "out"


@pytest.mark.parametrize(
    ("cause", "result"),
    [("486 Busy Here", "busy"), ("480 Temporarily Unavailable", "no-answer"), ("503 Service", "failed")],
)
def test_the_hook_of_a_failed_connection_is_the_end_of_a_transfer(pbx: Any, cause: str, result: str) -> None:
    failed = replace(
        told(EVENT | {"endCallCause": cause}, f"{SECRET}/transfer-failed"), query=f"number={AGENCY}"
    )
    found: dict[str, Any] = facts(pbx.parse(failed))
    assert found[f"to-{AGENCY} transfer-ended"].result == result
    assert found[f"to-{AGENCY} transferred"].number == AGENCY


def test_a_citizen_connected_to_a_number_outside_was_put_through(pbx: Any) -> None:
    begun = facts(pbx.parse(event(call_status="ringing", to=OUTSIDE)))
    assert begun.keys() == {f"to-{AGENCY} transferred"}
    found: dict[str, Any] = facts(pbx.parse(event(call_status="answered", to=OUTSIDE)))
    assert found[f"to-{AGENCY} transfer-ended"].result == "answered"


def test_a_recording_is_announced_once_it_is_there(pbx: Any) -> None:
    ready = told(EVENT | {"recording_url": "https://rec.stringee.example/a.mp3"}, f"{SECRET}/recording")
    assert facts(pbx.parse(ready)).keys() == {"recording-ready"}


def test_a_caller_is_recorded_and_connected_to_one_operator_after_the_other(pbx: Any) -> None:
    answer = pbx.answer(asked("answer", **{"from": "84912345678", "to": "842373851022", "uuid": "u"}))
    assert answer.type == "application/json"
    record, *connects = json.loads(answer.body)
    assert record["eventUrl"] == f"{KEYS['public_url']}/{SECRET}/recording"
    assert [(one["to"]["number"], one["continueOnFail"]) for one in connects] == [
        ("truc-01", True),
        ("truc-02", False),
    ]
    assert {one["from"]["number"] for one in connects} == {"84912345678"}


def test_nobody_learns_the_secret_by_asking(pbx: Any) -> None:
    guess = replace(asked("answer"), path="guess/answer")
    assert pbx.answer(guess) is None
    with pytest.raises(Unverified):
        pbx.verify(guess)
    assert pbx.answer(event()) is None


def test_what_need_not_be_told_is_passed_and_the_rest_is_set_aside(pbx: Any) -> None:
    assert list(pbx.parse(event(call_status="agentEnded"))) == [Passed("agentended")]
    for odd in (event(call_status="danced"), event(call_id=""), told(EVENT, f"{SECRET}/x"), told(b"{")):
        with pytest.raises(SetAside):
            list(pbx.parse(odd))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    place=st.sampled_from(["event", "recording", "transfer-failed", "answer", ""]),
    status=st.sampled_from(["started", "ringing", "answered", "ended"]),
    changed=st.dictionaries(
        st.sampled_from([*EVENT, "duration", "answerDuration", "recording_url"]), ANYTHING
    ),
    query=st.text(max_size=40),
    body=st.binary(max_size=60),
)
def test_no_body_is_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory,
    place: str,
    status: str,
    changed: dict[str, Any],
    query: str,
    body: bytes,
) -> None:
    pbx = channel_of("stringee", tmp_path_factory.getbasetemp(), **KEYS)
    survives(pbx, told(EVENT | {"call_status": status} | changed, f"{SECRET}/{place}"))
    survives(pbx, replace(told(body, f"{SECRET}/{place}"), query=query))
    pbx.answer(replace(asked(place), query=query))
