"""The clock kinds of the province's pack: who owes what, from which fact to which, told to whom, when."""

from pathlib import Path
from typing import Any

import pytest

from libs.contracts.events import (
    CaseAnswered,
    CaseCallTransferred,
    CaseClockPaused,
    CaseContributed,
    CaseDelegated,
    CaseDetermined,
    CaseDirected,
    CaseFact,
    CaseReceived,
    CaseReferred,
    CaseReported,
    CaseSucceeded,
    CaseSuspectedFalse,
    CaseTriaged,
    CaseUrgencySet,
    CaseVerified,
)
from libs.contracts.handovers import CaseContacted
from tests.support.builders import slip
from tests.support.clocks import Story, clock_pack, clocks_toml, local
from tests.support.provinces import thanh_hoa
from tests.support.worktime import at


@pytest.fixture
def story() -> Story:
    return Story(thanh_hoa())


def test_a_request_is_sorted_within_half_an_hour_of_its_receipt_day_and_night(story: Story) -> None:
    story.opened("2026-03-07 23:50")
    armed = story.last("armed")
    assert (armed.clock, armed.agency, armed.basis) == ("triage-1", "TD1022", "policy")
    assert story.due("triage-1") == "2026-03-08 00:20"
    story.routed("2026-03-08 00:20")
    assert story.tokens("triage-1") == ["armed", "met"]


def test_a_kind_nobody_wrote_code_for_runs_by_its_lines_in_the_pack_alone(tmp_path: Path) -> None:
    text = (
        '[callback]\nname_vi = "v"\nname_en = "e"\nowner = "desk"\nper = "occasion"\nhours = 1\n'
        'starts = ["call-transferred"]\nmeets = ["contacted"]\ncancels = ["rejected"]\n'
        'calendar = "province"\nladder = [{ at = 50, tell = ["officer", "deputy"] }]\n'
        'basis = "policy"\nclause = "Điều 10.2"\n\n'
    )
    story = Story(clock_pack(tmp_path, clocks__toml=clocks_toml(text)))
    call = {"agency": "YT", "number": "0950 000 001", "result": "failed"}
    story.tell(CaseCallTransferred, "2026-03-02 08:00", **call)
    story.wait("2026-03-02 08:30")
    story.tell(CaseCallTransferred, "2026-03-02 08:40", **call)
    contacted = {"way": "phone", "result": "reached", "contacted_at": at("2026-03-02 09:30")}
    story.tell(CaseContacted, "2026-03-02 09:30", **contacted)
    assert story.tokens("callback-1") == ["armed", "warned-50", "missed", "ended"]
    assert story.tokens("callback-2") == ["armed", "warned-50", "met"]
    assert story.last("warned-50").tell == ("officer", "deputy")


def test_the_whole_ladder_is_told_to_whom_the_pack_says(story: Story) -> None:
    story.routed("2026-03-02 07:30")
    story.wait("2026-03-10 07:30")
    steps = [(fact.token, fact.tell) for fact in story.said if fact.clock == "answer-1"]
    assert steps == [
        ("armed", ()),
        ("warned-50", ("officer",)),
        ("warned-75", ("officer", "deputy")),
        ("missed", ("officer", "unit_head")),
        ("escalated-150", ("officer", "unit_head", "supervisor")),
        ("escalated-200", ("unit_head", "supervisor", "province")),
    ]
    escalated = [fact for fact in story.said if fact.token.startswith("escalated")]
    assert [local(fact.at) for fact in escalated if fact.clock == "answer-1"] == [
        "2026-03-03 11:30",
        "2026-03-03 17:30",
    ]


def test_nothing_is_escalated_any_more_once_the_late_answer_is_there(story: Story) -> None:
    story.routed("2026-03-02 07:30")
    story.wait("2026-03-03 08:00")
    story.answered("2026-03-03 09:00")
    story.wait("2026-03-20 09:00")
    assert story.tokens("answer-1")[-2:] == ["missed", "ended"]


def test_each_coordinating_agency_has_a_part_of_its_own(story: Story) -> None:
    paper = slip(1, "SYT", co_leads=("SGTVT",), coordinating=("SXD",))
    story.tell(CaseDirected, "2026-03-02 08:00", slip=paper)
    assert [story.clock(f"part-1-{i}").agency for i in (1, 2)] == ["SGTVT", "SXD"]
    story.tell(CaseContributed, "2026-03-02 09:00", agency="SXD", text="Đã kiểm tra")
    assert (story.clock("part-1-1").state, story.clock("part-1-2").state) == ("running", "met")


def test_the_part_of_a_commune_ends_no_later_than_the_clock_of_its_district(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.tell(CaseDelegated, "2026-03-02 08:30", to="X01")
    story.tell(CaseDelegated, "2026-03-03 07:30", to="X02")
    assert story.due("answer-1") == "2026-03-03 08:00"
    assert story.due("commune-1") == "2026-03-02 15:30"
    assert (story.due("commune-2"), story.clock("commune-2").agency) == ("2026-03-03 08:00", "X02")
    assert story.clock("commune-2").budget_seconds == 1800
    story.tell(CaseReported, "2026-03-03 07:45", report="Đã xử lý")
    assert story.tokens("commune-2")[-1] == "met"


@pytest.mark.parametrize("looked", [True, False])
def test_when_the_whole_is_missed_already_the_part_has_its_full_time_whoever_looked_when(
    story: Story, looked: bool
) -> None:
    story.routed("2026-03-02 08:00")
    if looked:
        story.wait("2026-03-03 08:00")
    story.tell(CaseDelegated, "2026-03-03 08:00", to="X01")
    assert story.due("commune-1") == "2026-03-03 15:00"


@pytest.mark.parametrize("happening", ["urgency-set", "clock-paused", "succeeded"])
def test_a_pack_may_stop_a_clock_by_any_fact(tmp_path: Path, happening: str) -> None:
    text = clocks_toml().replace('meets = ["published", "withheld"]', f'meets = ["{happening}"]')
    story = Story(clock_pack(tmp_path, clocks__toml=text))
    story.routed("2026-03-02 08:00")
    story.answered_by_phone("2026-03-02 08:30")
    facts: dict[str, tuple[type[CaseFact], dict[str, Any]]] = {
        "urgency-set": (CaseUrgencySet, {"urgent": True}),
        "clock-paused": (
            CaseClockPaused,
            {"clock": "answer-1", "reason": "x", "until": at("2026-03-03 08:00")},
        ),
        "succeeded": (CaseSucceeded, {"slip": 9, "agency": "A", "to": "B", "rule": "merged"}),
    }
    cls, fields = facts[happening]
    story.tell(cls, "2026-03-02 09:00", **fields)
    assert story.clock("publish-1").state == "met"


def test_the_arbiter_has_a_clock_whoever_asks(story: Story) -> None:
    story.tell(CaseTriaged, "2026-03-02 08:00", to="arbiter", reasons=("margin",))
    story.tell(CaseDetermined, "2026-03-02 10:00", agency="SYT")
    story.tell(CaseReferred, "2026-03-02 10:30", question="Ai?")
    assert story.clock("arbitration-1").agency == thanh_hoa().arbiter
    assert [story.clock(f"arbitration-{i}").state for i in (1, 2)] == ["met", "running"]
    assert story.clock("triage-1").state == "met"


def test_a_case_triaged_to_the_operator_starts_no_arbitration(story: Story) -> None:
    story.tell(CaseTriaged, "2026-03-02 08:00", to="operator", reasons=("margin",))
    assert story.said == []


def test_the_police_have_their_own_clock(story: Story) -> None:
    fields = {"police": "CAT", "ground": "Gọi nhiều lần", "seal": "0" * 64}
    story.tell(CaseSuspectedFalse, "2026-03-02 08:00", **fields)
    assert (story.clock("police-1").agency, story.due("police-1")) == ("CAT", "2026-03-05 08:00")
    story.tell(CaseVerified, "2026-03-03 08:00", result="true")
    assert story.clock("police-1").state == "met"


def test_acceptance_stops_at_the_first_sign_of_life_and_the_answer_does_not(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.tell(CaseReceived, "2026-03-02 08:10")
    assert (story.clock("accept-1").state, story.clock("answer-1").state) == ("met", "running")


def test_an_answer_in_part_meets_the_eight_hours_and_promises_the_rest(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    rest = {"missing": ("SXD",), "promised_at": at("2026-03-05 10:00"), "number": 1}
    story.tell(CaseAnswered, "2026-03-02 10:00", answer="Một phần", **rest)
    assert (story.clock("answer-1").state, story.clock("promise-1-1").state) == ("met", "running")
    assert "publish-answer-1" not in story.case.clocks
    story.answered("2026-03-05 09:00")
    assert (story.clock("promise-1-1").state, story.clock("publish-answer-1").state) == ("met", "running")


def test_a_promise_beyond_the_packs_number_or_length_is_kept_and_told_upwards(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 09:00", "2026-03-03 09:00", 1)
    story.promised("2026-03-03 08:00", "2026-04-30 09:00", 2)
    story.promised("2026-03-04 08:00", "2026-03-05 08:00", 3)
    story.promised("2026-03-05 07:45", "2026-03-06 08:00", 4)
    stretched = [(fact.clock, fact.excess, fact.tell) for fact in story.said if fact.token == "stretched"]
    up = ("officer", "unit_head", "supervisor")
    assert stretched == [("promise-1-2", "length", up), ("promise-1-4", "number", up)]
    assert story.clock("promise-1-4").state == "running"


def test_a_successor_takes_over_the_clock_as_it_stands(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    before = story.clock("answer-1")
    story.tell(CaseSucceeded, "2026-03-02 09:00", slip=1, agency="YT", to="SYT", rule="merged")
    assert story.clock("answer-1") == before.with_(agency="SYT")
    story.answered("2026-03-02 10:00")
    assert (story.last("met").agency, story.clock("publish-answer-1").agency) == ("SYT", "SYT")


def test_a_kind_that_cannot_be_reckoned_stops_no_other() -> None:
    kinds = [
        kind.model_copy(update={"calendar": "moon"}) if kind.code == "accept" else kind
        for kind in thanh_hoa().clocks
    ]
    story = Story(thanh_hoa().model_copy(update={"clocks": tuple(kinds)}))
    story.routed("2026-03-02 08:00")
    assert (story.clock("accept-1").state, story.clock("answer-1").state) == ("broken", "running")
    assert "moon" in story.clock("accept-1").error
    story.answered("2026-03-02 09:00")
    assert story.clock("answer-1").state == "met"
