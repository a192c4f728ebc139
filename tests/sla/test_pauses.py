"""Policy clocks may rest for a coded reason, until a named instant and no longer than the pack allows."""

from itertools import permutations

import pytest

from libs.contracts.events import CaseClockPaused, CaseClockResumed, CaseDirected, CaseReferred
from tests.support.builders import slip
from tests.support.clocks import Story, local
from tests.support.provinces import thanh_hoa
from tests.support.worktime import at


@pytest.fixture
def story() -> Story:
    """The arbiter was asked on a Monday morning: four hours, until 13:30 + 30 minutes."""
    told = Story(thanh_hoa())
    told.tell(CaseReferred, "2026-03-02 08:00", question="Ai?")
    return told


def pause(story: Story, when: str, until: str, clock: str = "arbitration-1", **fields: str) -> None:
    more = {"reason": "waiting-for-expert", **fields}
    story.tell(CaseClockPaused, when, clock=clock, until=at(until), **more)


def test_a_pause_moves_the_limit_by_its_working_time(story: Story) -> None:
    assert story.due("arbitration-1") == "2026-03-02 14:00"
    pause(story, "2026-03-02 09:00", "2026-03-02 10:30")
    said = story.last("paused-1")
    assert story.due("arbitration-1") == "2026-03-02 15:30"
    assert (said.number, said.reason, said.due) == (1, "waiting-for-expert", at("2026-03-02 15:30"))
    assert said.pauses == ((at("2026-03-02 09:00"), at("2026-03-02 10:30")),)


def test_resuming_early_takes_back_what_was_not_rested(story: Story) -> None:
    pause(story, "2026-03-02 09:00", "2026-03-02 11:00")
    story.tell(CaseClockResumed, "2026-03-02 09:30", clock="arbitration-1")
    assert story.due("arbitration-1") == "2026-03-02 14:30"
    assert (story.last("resumed-1").number, story.last("resumed-1").due) == (1, at("2026-03-02 14:30"))


def test_g6_a_pause_over_the_weekend_costs_its_working_hours_once(story: Story) -> None:
    """G6: a pause over the weekend was counted twice."""
    story.tell(CaseReferred, "2026-03-06 15:00", question="Ai?")
    before = story.due("arbitration-2")
    pause(story, "2026-03-06 16:00", "2026-03-09 09:00", "arbitration-2")
    assert (before, story.due("arbitration-2")) == ("2026-03-09 09:00", "2026-03-09 14:00")


def test_g3_a_pause_through_the_night_costs_nothing(story: Story) -> None:
    """G3: time on hold was added as wall-clock time."""
    story.tell(CaseReferred, "2026-03-02 16:00", question="Ai?")
    before = story.due("arbitration-2")
    pause(story, "2026-03-02 17:30", "2026-03-03 07:30", "arbitration-2")
    assert story.due("arbitration-2") == before


def test_a_warning_waits_with_the_clock_and_one_that_came_stays(story: Story) -> None:
    pause(story, "2026-03-02 10:00", "2026-03-02 11:00")
    story.wait("2026-03-02 13:59")
    assert story.tokens("arbitration-1") == ["armed", "paused-1"]
    story.wait("2026-03-02 14:00")
    pause(story, "2026-03-02 14:10", "2026-03-02 16:10")
    story.wait("2026-03-02 17:00")
    assert story.tokens("arbitration-1") == ["armed", "paused-1", "warned-75", "paused-2", "missed"]
    assert local(story.last("missed").at) == "2026-03-02 17:00"


def test_pauses_together_cost_no_more_than_the_pack_allows(story: Story) -> None:
    pause(story, "2026-03-02 09:00", "2026-03-13 17:30")
    assert story.due("arbitration-1") == "2026-03-04 14:00"
    assert story.last("paused-1").pauses == ((at("2026-03-02 09:00"), at("2026-03-04 09:00")),)
    story.tell(CaseClockResumed, "2026-03-04 10:00", clock="arbitration-1")
    pause(story, "2026-03-04 10:30", "2026-03-05 10:30")
    assert story.due("arbitration-1") == "2026-03-04 14:00"
    assert story.case.ignored == 1


def test_the_part_of_a_case_cannot_rest_beyond_the_answer_of_the_whole() -> None:
    story = Story(thanh_hoa())
    story.tell(CaseDirected, "2026-03-02 08:00", slip=slip(1, "SYT", coordinating=("SXD",)))
    assert (story.due("part-1-1"), story.due("answer-1")) == ("2026-03-02 16:00", "2026-03-03 08:00")
    pause(story, "2026-03-02 09:00", "2026-03-04 09:00", "part-1-1")
    assert story.due("part-1-1") == story.due("answer-1")


@pytest.mark.parametrize(
    ("clock", "reason", "until"),
    [
        ("answer-1", "waiting-for-expert", "2026-03-02 11:00"),
        ("arbitration-1", "lunch", "2026-03-02 11:00"),
        ("arbitration-1", "waiting-for-expert", "2026-03-02 09:00"),
        ("arbitration-1", "waiting-for-expert", "2031-03-02 09:00"),
        ("nothing-1", "waiting-for-expert", "2026-03-02 11:00"),
    ],
)
def test_what_the_desk_should_have_refused_moves_nothing_and_is_counted(
    story: Story, clock: str, reason: str, until: str
) -> None:
    story.routed("2026-03-02 08:00")
    story.tell(CaseReferred, "2026-03-02 08:00", question="Ai?")
    before = dict(story.case.clocks)
    pause(story, "2026-03-02 09:00", until, clock, reason=reason)
    assert (dict(story.case.clocks), story.case.ignored) == (before, 1)


def test_a_clock_already_at_rest_is_not_put_to_rest_again(story: Story) -> None:
    pause(story, "2026-03-02 09:00", "2026-03-02 10:00")
    pause(story, "2026-03-02 09:30", "2026-03-02 11:00")
    story.tell(CaseClockResumed, "2026-03-02 10:30", clock="arbitration-1")
    assert story.due("arbitration-1") == "2026-03-02 15:00"
    assert story.case.ignored == 2


def test_a_missed_clock_cannot_be_paused_out_of_its_breach(story: Story) -> None:
    pause(story, "2026-03-02 14:01", "2026-03-04 14:00")
    assert story.tokens("arbitration-1")[-1] == "missed"
    assert story.case.ignored == 1


def test_g4_a_pause_and_the_end_of_one_instant_give_one_judgement_in_every_order() -> None:
    """G4: a hold that ended together with the ticket was ignored."""
    outcomes = set()
    for order in permutations(range(3)):
        story = Story(thanh_hoa())
        story.tell(CaseReferred, "2026-03-02 08:00", question="Ai?")
        pause(story, "2026-03-02 09:00", "2026-03-02 11:00")
        steps = (
            lambda story=story: story.tell(CaseClockResumed, "2026-03-02 10:00", clock="arbitration-1"),
            lambda story=story: pause(story, "2026-03-02 10:00", "2026-03-02 10:30"),
            lambda story=story: story.directed("2026-03-02 10:00", 1),
        )
        for step in order:
            steps[step]()
        clock = story.clock("arbitration-1")
        outcomes.add((clock.state, clock.late, story.tokens("arbitration-1")[-1]))
    assert outcomes == {("cancelled", False, "cancelled")}


def test_g5_a_new_slip_leaves_the_pauses_of_another_clock_as_they_were(story: Story) -> None:
    """G5: the time on hold was lost when the agreement changed."""
    pause(story, "2026-03-02 09:00", "2026-03-02 11:00")
    spans = story.clock("arbitration-1").pauses
    story.directed("2026-03-02 10:00", 1)
    assert story.clock("arbitration-1").pauses == spans
    assert story.last("cancelled").pauses == spans


def test_paused_clocks_folded_again_are_the_same(story: Story) -> None:
    pause(story, "2026-03-02 09:00", "2026-03-02 11:00")
    story.tell(CaseClockResumed, "2026-03-02 09:30", clock="arbitration-1")
    pause(story, "2026-03-02 10:00", "2026-03-02 10:30", reason="waiting-for-citizen")
    assert story.again().case == story.case
    assert [fact.token for fact in story.said if fact.clock == "arbitration-1"] == [
        "armed",
        "paused-1",
        "resumed-1",
        "paused-2",
    ]
