"""OMICall's webhooks."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.channels.shape import Passed, SetAside, Unverified
from tests.support.calling import AGENCY, CITIZEN, HOTLINE, NOW, SECRET, channel_of, facts, survives, told

SECONDS = int(NOW.timestamp())
RECORD: dict[str, Any] = {
    "transaction_id": "b8e2-42", "direction": "inbound", "source_number": CITIZEN,
    "destination_number": HOTLINE, "sip_number": HOTLINE, "sip_user": "100", "disposition": "answered",
    "bill_sec": 40, "duration": 55, "record_seconds": 38, "provider": "viettel",
    "recording_file_url": "https://media.omicall.example/rec/b8e2-42.mp3?token=abc",
    "is_have_forward_out": False, "bill_sec_forward_out": 0,
    "time_start_call": SECONDS - 60, "time_end_call": SECONDS - 5, "created_date": (SECONDS - 5) * 1000,
}  # fmt: skip


@pytest.fixture
def pbx(tmp_path: Path) -> Any:
    return channel_of("omicall", tmp_path)


def test_an_answered_call_with_its_recording(pbx: Any) -> None:
    found: dict[str, Any] = facts(pbx.parse(told(RECORD)))
    assert found.keys() == {"ended", "recording-ready"}
    ended = found["ended"]
    assert (ended.talk_seconds, ended.result, ended.extension) == (40, "answered", "100")
    assert (NOW - ended.at).total_seconds() == 5 and (NOW - ended.started_at).total_seconds() == 60
    assert found["recording-ready"].seconds == 38


def test_milliseconds_and_seconds_are_told_apart(pbx: Any) -> None:
    record = RECORD | {"time_start_call": None}
    started = facts(pbx.parse(told(record)))["ended"].started_at  # type: ignore[attr-defined]
    assert (NOW - started).total_seconds() == 5


def test_a_cancelled_call_was_missed(pbx: Any) -> None:
    record = RECORD | {"disposition": "cancelled", "bill_sec": 0, "recording_file_url": None}
    assert facts(pbx.parse(told(record))).keys() == {"ended", "missed"}


@pytest.mark.parametrize(("seconds", "result"), [(33, "answered"), (0, "no-answer")])
def test_a_call_put_through_outside_says_whether_anybody_answered(
    pbx: Any, seconds: int, result: str
) -> None:
    record = RECORD | {
        "destination_number": AGENCY, "is_have_forward_out": True, "bill_sec_forward_out": seconds,
    }  # fmt: skip
    found: dict[str, Any] = facts(pbx.parse(told(record)))
    leg = f"to-{AGENCY}"
    assert found[f"{leg} transferred"].number == AGENCY
    assert found[f"{leg} transfer-ended"].result == result
    assert found["ended"].dialled == "+842373851022"


def test_what_happens_meanwhile(pbx: Any) -> None:
    event = {name: RECORD[name] for name in ("transaction_id", "direction", "source_number", "sip_user")}
    assert facts(pbx.parse(told(event | {"event": "ringing"}))).keys() == {"ext-100 ringing"}
    assert facts(pbx.parse(told({"payload": event | {"state": "answered"}}))).keys() == {"ext-100 answered"}
    assert list(pbx.parse(told(event | {"event": "hangup"}))) == [Passed("hangup")]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"event":"ringing"}', b"[" * 5_000, b"\xff"])
def test_what_makes_no_sense_is_set_aside(pbx: Any, body: bytes) -> None:
    with pytest.raises(SetAside):
        list(pbx.parse(told(body)))


def test_the_secret_comes_in_a_header(pbx: Any) -> None:
    pbx.verify(told(RECORD, **{"x-hotline-secret": SECRET}))
    for headers in ({}, {"x-hotline-secret": "guess"}, {"authorization": SECRET}):
        with pytest.raises(Unverified):
            pbx.verify(told(RECORD, **headers))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(changed=st.dictionaries(st.sampled_from([*RECORD, "event"]), ANYTHING), body=st.binary(max_size=80))
def test_no_body_is_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, changed: dict[str, Any], body: bytes
) -> None:
    pbx = channel_of("omicall", tmp_path_factory.getbasetemp())
    survives(pbx, told(RECORD | changed))
    survives(pbx, told(body))
