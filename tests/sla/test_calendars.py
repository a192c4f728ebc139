"""The clocks and the calendar: swaps, a new pack, and what cannot be computed."""

from pathlib import Path

import pytest

from libs.packs.model import Pack
from tests.support.clocks import Story, clock_pack, local


def test_the_swapped_saturday_counts_and_the_friday_given_for_it_does_not(story: Story) -> None:
    story.routed("2025-12-31 15:30")
    assert local(story.last("armed").due) == "2026-01-05 15:30"
    story.directed("2026-01-09 15:30", 2)
    assert local(story.last("armed").due) == "2026-01-10 15:30"


def test_a_new_pack_holds_for_new_clocks_and_a_running_one_keeps_its_calendar(
    tmp_path: Path, pack: Pack
) -> None:
    days = "day,kind,name,hours,status,confirmed,document\n2026-03-03,holiday,Lễ,,ok,,\n"
    newer = clock_pack(tmp_path, days__csv=days)
    story = Story(pack, newer)
    story.routed("2026-03-02 08:00")
    story.pack = newer
    story.directed("2026-03-02 09:00", 2)
    first, _, second = story.said
    assert (local(first.due), first.calendar) == ("2026-03-03 08:00", pack.calendar().version)
    assert (local(second.due), second.calendar) == ("2026-03-04 09:00", newer.calendar().version)
    assert story.last("cancelled").due == first.due


@pytest.mark.parametrize(
    ("when", "error"),
    [
        ("2027-01-04 08:00", "covers"),
        ("2026-12-31 17:00", "covers"),
    ],
)
def test_a_clock_that_cannot_be_computed_is_set_aside_with_the_reason_and_guesses_nothing(
    story: Story, when: str, error: str
) -> None:
    story.routed(when)
    clock = story.clock("answer-1")
    assert (clock.state, clock.open, story.said) == ("broken", False, [])
    assert error in clock.error
    story.answered("2027-01-04 09:00")
    assert story.said == []


def test_the_next_slip_of_a_case_with_a_broken_clock_runs(story: Story) -> None:
    story.routed("2027-01-04 08:00")
    story.directed("2026-03-02 09:00", 2)
    assert story.tokens() == ["answer-2 armed"]


def test_an_opened_case_hands_its_urgency_to_its_clocks(story: Story) -> None:
    story.opened("2026-03-02 08:00", urgent=True)
    story.routed("2026-03-02 08:01")
    assert story.last("armed").urgent
