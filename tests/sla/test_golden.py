"""Failures other systems had with deadlines, against our rules (G3 to G28)."""

from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from libs.contracts.events import (
    CaseAdded,
    CaseInformationAsked,
)
from libs.contracts.sidefacts import ClockFact
from libs.packs.model import Pack
from services.sla.domain.reckoning import next_at
from tests.support.builders import CITIZEN
from tests.support.clocks import Story, clock_pack, clocks_toml, local
from tests.support.worktime import at


def test_g4_facts_of_one_instant_give_one_outcome_in_any_order_of_questions(pack: Pack) -> None:
    """G4: a hold that ended together with the ticket was ignored."""
    when = "2026-03-02 09:00"
    outcomes = set()
    for order in permutations(range(3)):
        story = Story(pack)
        story.routed("2026-03-02 08:00")
        steps = (
            lambda story=story: story.tell(CaseInformationAsked, when, question="Ở đâu?"),
            lambda story=story: story.tell(CaseAdded, when, channel="zalo", text="Ở xã"),
            lambda story=story: story.answered(when),
        )
        for step in order:
            steps[step]()
        outcomes.add(tuple(story.tokens()))
    assert outcomes == {("answer-1 armed", "answer-1 met")}


def test_g3_asking_the_citizen_pauses_nothing(story: Story) -> None:
    """G3: time on hold was added as wall-clock time."""
    story.routed("2026-03-02 08:00")
    story.tell(CaseInformationAsked, "2026-03-02 09:00", question="Ở đâu?")
    story.tell(CaseAdded, "2026-03-02 17:29", channel="portal", text="Ở xã", person=CITIZEN)
    story.wait("2026-03-03 08:00")
    assert story.tokens() == ["answer-1 armed", "answer-1 warned-75", "answer-1 missed"]


def test_g5_a_new_slip_leaves_the_spent_time_of_the_old_one_as_it_was(story: Story) -> None:
    """G5: the time on hold was lost when the agreement changed."""
    story.routed("2026-03-02 08:00")
    before = story.clock("answer-1")
    story.directed("2026-03-02 10:00", 2)
    after = story.clock("answer-1")
    assert (after.start, after.budget_seconds, after.hours) == (
        before.start,
        before.budget_seconds,
        before.hours,
    )
    assert story.last("cancelled").due == at("2026-03-03 08:00")


def test_g13_a_third_slip_is_judged_by_its_own_delivery_alone(story: Story) -> None:
    """G13: a reopened or re-routed ticket had the wrong deadline."""
    story.routed("2026-03-02 08:00")
    story.returned("2026-03-02 08:30")
    story.directed("2026-03-03 08:00", 2)
    story.returned("2026-03-03 08:30")
    story.directed("2026-03-04 08:00", 3)
    story.answered("2026-03-05 07:45")
    assert story.tokens("answer-3") == ["armed", "warned-75", "met"]
    assert story.clock("answer-1").state == story.clock("answer-2").state == "cancelled"


def test_g14_a_clock_that_was_met_says_nothing_more(story: Story) -> None:
    """G14: the clock kept growing after the case was resolved."""
    story.routed("2026-03-02 08:00")
    story.answered("2026-03-02 09:00")
    story.wait("2026-03-20 09:00")
    story.answered("2026-03-20 09:30")
    assert story.tokens() == ["answer-1 armed", "answer-1 met"]
    assert next_at(story.clock("answer-1"), story.book) is None


def test_g15_the_clocks_of_a_case_are_independent(story: Story) -> None:
    """G15: one clock overrode another and escalated although the agent had answered."""
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-03 08:00")
    story.answered_by_phone("2026-03-03 08:30")
    story.published("2026-03-03 09:00")
    assert story.tokens("answer-1")[-2:] == ["missed", "ended"]
    assert story.tokens("publish-1") == ["armed", "met"]


@pytest.mark.parametrize("channel", ["phone", "portal", "email", "zalo", "facebook", "open311"])
def test_g16_the_clock_starts_alike_whatever_the_channel(story: Story, channel: str) -> None:
    """G16: what came by the web started no clock."""
    story.opened("2026-03-02 07:40", channel=channel)
    story.routed("2026-03-02 08:00")
    story.tell(CaseAdded, "2026-03-02 08:10", channel=channel, text="Thêm")
    assert local(story.last("armed").due) == "2026-03-03 08:00"


def test_g18_a_cancelled_clock_never_fires(story: Story) -> None:
    """G18: a deactivated agreement, or a merged item, still escalated."""
    story.routed("2026-03-02 08:00")
    story.returned("2026-03-02 09:00")
    story.wait("2026-06-01 09:00")
    assert story.tokens() == ["answer-1 armed", "answer-1 cancelled"]


def test_g19_two_promises_of_one_day_are_warned_of_separately(story: Story) -> None:
    """G19: the second reminder of a day was suppressed."""
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 08:10", "2026-03-02 09:00", 1)
    story.wait("2026-03-02 09:00")
    story.promised("2026-03-02 09:10", "2026-03-02 10:00", 2)
    story.wait("2026-03-02 10:00")
    for clock in ("promise-1-1", "promise-1-2"):
        assert story.tokens(clock) == ["armed", "warned-75", "missed"]


def test_g21_a_promise_is_never_rewritten_not_even_by_a_second_one_of_its_number(story: Story) -> None:
    """G21: the customer could edit the date."""
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 09:00", "2026-03-04 10:00", 1)
    story.promised("2026-03-02 10:00", "2026-04-30 10:00", 1)
    assert story.clock("promise-1-1").promised_at == at("2026-03-04 10:00")
    story.tell(CaseAdded, "2026-03-02 11:00", channel="portal", text="Xin hẹn sau")
    assert story.clock("promise-1-1").promised_at == at("2026-03-04 10:00")


def test_g22_every_rung_of_the_ladder_is_heard(tmp_path: Path) -> None:
    """G22: only the first level of escalation ever ran."""
    story = Story(clock_pack(tmp_path, clocks__toml=clocks_toml(answer=(25, 50, 75, 90))))
    story.routed("2026-03-02 07:30")
    for when in ("09:30", "11:30", "15:30", "16:42", "17:30"):
        story.wait(f"2026-03-02 {when}")
    assert story.tokens() == [
        f"answer-1 {token}"
        for token in ("armed", "warned-25", "warned-50", "warned-75", "warned-90", "missed")
    ]


def test_g22_a_ladder_slept_through_is_heard_whole_and_in_order(tmp_path: Path) -> None:
    """G22: only the first level of escalation ever ran."""
    story = Story(clock_pack(tmp_path, clocks__toml=clocks_toml(answer=(50, 75))))
    story.routed("2026-03-02 07:30")
    story.wait("2026-03-09 07:30")
    assert story.tokens("answer-1") == ["armed", "warned-50", "warned-75", "missed"]
    assert [local(fact.at)[-5:] for fact in story.said] == ["07:30", "11:30", "15:30", "17:30"]


def test_g23_no_comment_of_anybody_moves_the_end(story: Story) -> None:
    """G23: any update reset the timer, and a page of the newest starved the oldest."""
    story.routed("2026-03-02 08:00")
    before = story.clock("answer-1")
    for hour in range(9, 18):
        story.tell(CaseAdded, f"2026-03-02 {hour:02}:00", channel="portal", text="Sao lâu vậy?")
        story.tell(CaseInformationAsked, f"2026-03-02 {hour:02}:10", question="Ở đâu?")
    assert story.clock("answer-1") == before


def test_g28_every_figure_of_the_pack_is_obeyed(tmp_path: Path) -> None:
    """G28: a policy was stored and ignored."""
    text = clocks_toml(answer=(40,)).replace("hours = 8", "hours = 2").replace("Điều 10.3", "Điều 9.9")
    story = Story(clock_pack(tmp_path, clocks__toml=text.replace('"law"', '"policy"')))
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-02 08:48")
    armed: ClockFact = story.said[0]
    assert armed.due - armed.start == timedelta(hours=2)
    assert (armed.basis, armed.clause) == ("policy", "Điều 9.9")
    assert story.tokens() == ["answer-1 armed", "answer-1 warned-40"]
