"""Asterisk's events: what they mean together, from the bytes to the facts."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake.channels import ami
from services.intake.channels.amimemory import CALLS
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
    going_on,
    hung_up,
    joined,
    put_through,
    queued,
)
from tests.support.calling import AGENCY, HOTLINE, NOW, channel_of

RECORDINGS = "https://pbx.province.example/monitor/"
LEG, AWAY_LEG = OPERATOR.replace(".", "-"), TARGET.replace(".", "-")


@pytest.fixture
def pbx(tmp_path: Path) -> Any:
    return channel_of("asterisk", tmp_path, trunks=["vnpt"], recordings=RECORDINGS)


@pytest.fixture
def line(pbx: Any) -> Telephone:
    return Telephone(pbx)


TAKEN = (arrived(), queued(), dialled(), dialled("ANSWER"))


def test_a_call_is_known_by_its_linkedid_from_the_first_ring_to_the_end(line: Telephone) -> None:
    line.hear(*TAKEN, hung_up(OPERATOR), hung_up())
    assert list(line.facts) == ["ringing", f"{LEG} ringing", f"{LEG} answered", "ended"]
    assert len({fact.call for fact in line.facts.values()}) == 1
    assert line.facts["ringing"].caller == "+84912345678"
    assert line.facts[f"{LEG} ringing"].extension == "201"
    assert line.facts[f"{LEG} answered"].queue == "1022"
    ended = line.facts["ended"]
    assert (ended.talk_seconds, ended.result, ended.started_at) == (10, "answered", NOW)


def test_who_gives_up_in_the_queue_was_missed_though_the_queue_had_answered(line: Telephone) -> None:
    line.hear(arrived(), queued(), dialled(), dialled("NOANSWER"), dialled(target="1.12"), hung_up())
    assert (line.facts["ended"].talk_seconds, line.facts["ended"].result) == (0, "no-answer")
    assert line.facts["missed"].waited_seconds == 25 and line.facts["missed"].queue == "1022"


@pytest.mark.parametrize(
    ("status", "result"),
    [("ANSWER", "answered"), ("BUSY", "busy"), ("NOANSWER", "no-answer"), ("CANCEL", "no-answer"),
     ("CONGESTION", "failed"), ("CHANUNAVAIL", "failed")],
)  # fmt: skip
def test_success_of_a_transfer_is_only_said_by_the_next_dialling(
    line: Telephone, status: str, result: str
) -> None:
    line.hear(*TAKEN, put_through())
    assert line.facts[f"{LEG} transferred"].number == AGENCY
    assert not [name for name in line.facts if "transfer-ended" in name]
    line.hear(hung_up(OPERATOR), dialled(target=TARGET, channel=AWAY))
    line.hear(dialled(status, target=TARGET, channel=AWAY)).wait()
    ended = line.facts[f"{LEG} transfer-ended"]
    assert (ended.result, ended.detail, ended.number) == (result, status, AGENCY)
    assert f"{AWAY_LEG} answered" not in line.facts, "the agency is no operator"


def test_the_dialling_of_a_transfer_may_begin_unseen(line: Telephone) -> None:
    line.hear(*TAKEN, put_through(), dialled("BUSY", target=TARGET, channel=AWAY))
    assert line.facts[f"{LEG} transfer-ended"].result == "busy"


def test_a_second_trunk_may_succeed_where_the_first_could_not(line: Telephone) -> None:
    line.hear(*TAKEN, put_through(), dialled(target="1.30", channel=AWAY))
    line.hear(dialled("CHANUNAVAIL", target="1.30", channel=AWAY), seconds=0.2).wait()
    line.hear(dialled(target=TARGET, channel=AWAY), dialled("ANSWER", target=TARGET, channel=AWAY))
    assert line.wait().facts[f"{LEG} transfer-ended"].result == "answered"


def test_two_trunks_at_once_have_failed_when_the_last_one_has(line: Telephone) -> None:
    line.hear(*TAKEN, put_through(), *(dialled(target=one, channel=AWAY) for one in ("1.30", "1.31")))
    line.hear(dialled("BUSY", target="1.30", channel=AWAY))
    assert f"{LEG} transfer-ended" not in line.facts
    line.hear(dialled("NOANSWER", target="1.31", channel=AWAY))
    assert line.facts[f"{LEG} transfer-ended"].result == "no-answer"


def test_a_caller_who_hangs_up_while_the_agency_rings_did_not_reach_it(line: Telephone) -> None:
    line.hear(*TAKEN, put_through(), dialled(target=TARGET, channel=AWAY), hung_up())
    assert line.facts[f"{LEG} transfer-ended"].result == "no-answer"
    assert "missed" not in line.facts, "an operator had spoken with them"


def test_a_caller_put_through_twice_has_two_results(line: Telephone) -> None:
    line.hear(*TAKEN, put_through(), dialled(target=TARGET, channel=AWAY))
    line.hear(dialled("BUSY", target=TARGET, channel=AWAY))
    again = "1763604070.30"
    line.hear(dialled(target=again), dialled("ANSWER", target=again), put_through(by=again))
    line.hear(dialled(target="1.40", channel=AWAY), dialled("ANSWER", target="1.40", channel=AWAY))
    ends = {name: fact.result for name, fact in line.facts.items() if name.endswith("transfer-ended")}
    assert ends == {f"{LEG} transfer-ended": "busy", "1763604070-30 transfer-ended": "answered"}


def test_the_digit_for_a_line_is_no_part_of_the_agencys_number(line: Telephone) -> None:
    line.memory.prefix = "9"
    line.hear(*TAKEN, put_through(f"9{AGENCY}"))
    assert line.facts[f"{LEG} transferred"].number == AGENCY


def test_a_refused_transfer_never_was_one(line: Telephone) -> None:
    line.hear(*TAKEN, put_through(result="Not Permitted"))
    assert not [name for name in line.facts if "transfer" in name]


@pytest.mark.parametrize(("state", "status"), [("Up", ""), ("Ringing", "ANSWER"), ("Ringing", "BUSY")])
def test_an_operator_may_speak_to_the_agency_first_or_leave_while_it_rings(
    line: Telephone, state: str, status: str
) -> None:
    second = "1763604040.18"
    line.hear(*TAKEN, arrived(second, channel="PJSIP/201-00000012", caller="201", dialled=AGENCY))
    line.hear(dialled(call=second, target=TARGET, channel=AWAY, by=second))
    line.hear(joined(state=state, second=second))
    if status:
        assert "1763604040-18 transfer-ended" not in line.facts
        line.hear(dialled(status, call=second, target=TARGET, channel=AWAY, by=second))
    ended = line.facts["1763604040-18 transfer-ended"]
    assert (ended.number, ended.result) == (AGENCY, "busy" if status == "BUSY" else "answered")
    assert ended.call == line.facts["ringing"].call


def test_operators_who_call_each_other_or_out_miss_nothing(line: Telephone) -> None:
    line.hear(arrived("1.50", channel=PHONE, caller="201", dialled="202"), hung_up("1.50", linked="1.50"))
    assert not line.facts
    line.hear(arrived("1.60", channel=PHONE, caller="201", dialled="0987654321"))
    line.hear(hung_up("1.60", linked="1.60"))
    assert list(line.facts) == ["ended"] and line.facts["ended"].direction == "out"


def test_halves_of_a_queues_local_channel_are_not_telephones(line: Telephone) -> None:
    line.hear(arrived(), dialled(target="1.70", channel="Local/201@queue-00000001;1"))
    line.hear(dialled(), dialled("ANSWER"), dialled("ANSWER", target="1.70", channel="Local/201@queue-01;1"))
    assert list(line.facts) == ["ringing", f"{LEG} ringing", f"{LEG} answered"]


def test_a_recording_is_ready_when_it_stops(line: Telephone) -> None:
    name = "/var/spool/asterisk/monitor/2026/11/in-10.wav"
    variable = lines(
        "VarSet", Channel="c", Uniqueid=CALL, Linkedid=CALL, Variable="MIXMONITOR_FILENAME", Value=name
    )
    stop = lines("MixMonitorStop", Channel="c", Uniqueid=CALL, Linkedid=CALL)
    line.hear(*TAKEN, stop)
    assert "recording-ready" not in line.facts
    line.hear(variable, stop, put_through())
    assert "recording-ready" not in line.facts, "the call goes on"
    line.hear(hung_up())
    assert line.facts["recording-ready"].source == RECORDINGS + "2026/11/in-10.wav"


def test_repeated_names_in_an_event_change_nothing(line: Telephone) -> None:
    twice = lines("Newchannel", ("Variable", "a=1"), ("Variable", "b=2"), ("ChanVariable", "Uniqueid: 9"),
                  Channel="PJSIP/vnpt-01", Exten=HOTLINE, Uniqueid=CALL, Linkedid=CALL)  # fmt: skip
    message = ami.read(twice)
    assert [value for name, value in message.pairs if name == "variable"] == ["a=1", "b=2"]
    assert list(line.hear(twice).facts) == ["ringing"]


def test_after_a_break_nobody_claims_that_a_call_was_missed(line: Telephone) -> None:
    line.hear(arrived(), queued())
    line.memory.broke()
    line.hear(going_on(), hung_up())
    assert list(line.facts) == ["ringing"], "somebody may have answered meanwhile"
    rows = {"UniqueID": CALL, "Disposition": "ANSWERED", "BillableSeconds": "42", "Duration": "60"}
    line.hear(lines("Cdr", **rows | {"Disposition": "NO ANSWER", "DestinationChannel": PHONE}))
    assert "ended" not in line.facts
    line.hear(lines("Cdr", **rows, DestinationChannel=PHONE))
    assert line.facts["ended"].talk_seconds == 42 and "missed" not in line.facts


def test_a_call_that_began_unheard_is_followed_all_the_same(line: Telephone) -> None:
    line.hear(going_on(), put_through(), dialled("BUSY", target=TARGET, channel=AWAY))
    assert list(line.facts) == [f"{LEG} transferred", f"{LEG} transfer-ended"]


def test_two_listeners_keep_each_event_under_the_same_key(pbx: Any) -> None:
    events = (*TAKEN, put_through(), dialled("BUSY", target=TARGET, channel=AWAY), hung_up())
    one, other = (
        Telephone(pbx).hear(*events),
        Telephone(pbx, at=NOW + timedelta(milliseconds=7)).hear(*events),
    )
    assert one.keys == other.keys and len(set(one.keys)) == len(one.keys) == 6
    assert [fact.event_id for fact in one.facts.values()] == [fact.event_id for fact in other.facts.values()]


def test_the_memory_is_bounded(line: Telephone) -> None:
    line.hear(*(arrived(f"2.{number}") for number in range(CALLS + 10)), seconds=0)
    assert len(line.memory.calls) == CALLS
