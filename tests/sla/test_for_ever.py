"""What stays for ever: breaches, cycles, and the three ways to be judged; the calendar of a whole year."""

from pathlib import Path

import pytest

from libs.contracts.events import CaseErased, CaseReopened, CaseSucceeded
from tests.support.clocks import WEEK, Story, clock_pack, clocks_toml
from tests.support.provinces import thanh_hoa


@pytest.fixture
def story() -> Story:
    return Story(thanh_hoa())


def test_g13_reopening_begins_a_cycle_and_touches_no_clock_of_the_one_before(story: Story) -> None:
    """G13: a reopened ticket got the wrong deadline, or lost its breach."""
    story.opened("2026-03-02 07:50")
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-03 08:00")
    story.answered("2026-03-03 10:00")
    story.published("2026-03-03 11:00")
    first = {id_: clock for id_, clock in story.case.clocks.items() if id_ != "publish-answer-1"}
    story.tell(CaseReopened, "2026-03-09 08:00", cycle=2, reason="Chưa xong")
    assert (story.last("armed").clock, story.last("armed").cycle) == ("triage-2", 2)
    story.directed("2026-03-09 08:10", 2)
    story.answered("2026-03-09 09:00")
    assert {id_: story.clock(id_) for id_ in first} == first
    assert first["answer-1"].state == "ended" and first["answer-1"].late
    assert (story.clock("answer-2").state, story.clock("answer-2").cycle) == ("met", 2)


def test_what_was_still_open_when_the_case_was_reopened_is_owed_anew_and_fires_no_more(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.answered_by_phone("2026-03-02 09:00")
    story.tell(CaseReopened, "2026-03-02 09:30", cycle=2, reason="Chưa xong")
    story.published("2026-03-02 09:40")
    story.wait("2026-03-20 09:00")
    assert story.tokens("publish-1") == ["armed", "cancelled"]


def test_an_erased_case_that_an_older_backup_brought_back_open_owes_nothing(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.tell(CaseErased, "2026-03-02 09:30", ground="asked", reference="12/YC", history=())
    story.wait("2026-03-20 09:00")
    assert story.tokens("answer-1") == ["armed", "cancelled"]
    assert not any(clock.open for clock in story.case.clocks.values())


def test_across_tet_2026_nothing_is_due_between_the_old_year_and_the_new(story: Story) -> None:
    story.routed("2026-02-13 15:30")
    assert story.due("answer-1") == "2026-02-23 15:30"
    story.wait("2026-02-23 07:30")
    assert story.tokens("answer-1") == ["armed"]
    story.wait("2026-02-23 15:29")
    assert story.tokens("answer-1") == ["armed", "warned-50", "warned-75"]


def test_the_friday_given_away_is_free_and_the_saturday_worked_for_it_counts(story: Story) -> None:
    story.routed("2025-12-31 15:30")
    assert story.due("answer-1") == "2026-01-05 15:30"
    story.directed("2026-01-09 15:30", 2)
    assert story.due("answer-2") == "2026-01-10 15:30"


def test_a_case_opened_on_a_saturday_that_works_is_due_on_monday(story: Story) -> None:
    story.opened("2026-01-10 09:00")
    story.routed("2026-01-10 09:30")
    assert story.due("answer-1") == "2026-01-12 09:30"


def test_on_time_late_with_a_promise_and_late_and_silent_stay_apart_for_ever() -> None:
    on_time, promised, silent = (Story(thanh_hoa()) for _ in range(3))
    for story in (on_time, promised, silent):
        story.routed("2026-03-02 08:00")
    promised.promised("2026-03-02 16:00", "2026-03-04 10:00")
    on_time.answered("2026-03-03 07:59")
    silent.wait("2026-03-03 08:00")
    silent.promised("2026-03-03 08:10", "2026-03-04 10:00")
    for story in (promised, silent):
        story.answered("2026-03-04 09:00")
        story.tell(CaseReopened, "2026-03-09 08:00", cycle=2, reason="Chưa xong")
        story.directed("2026-03-09 09:00", 2)
    missed = [
        [fact.promised for fact in story.said if (fact.clock, fact.token) == ("answer-1", "missed")]
        for story in (on_time, promised, silent)
    ]
    assert missed == [[], [True], [False]]
    assert [story.clock("answer-1").late for story in (on_time, promised, silent)] == [False, True, True]


def test_a_broken_promise_is_a_breach_of_its_own(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 09:00", "2026-03-02 15:00")
    story.answered("2026-03-02 16:00")
    assert story.tokens("answer-1")[-1] == "met"
    assert story.tokens("promise-1-1")[-2:] == ["missed", "ended"]


def test_g9_every_instant_a_clock_names_is_aware_and_read_back_as_the_same(story: Story) -> None:
    """G9: an agency in another zone saw a false breach."""
    story.opened("2026-03-02 07:50")
    story.routed("2026-03-02 08:00")
    story.answered("2026-03-02 09:00")
    for fact in story.said:
        assert fact.start.tzinfo and fact.due.tzinfo and fact.at.tzinfo
        assert type(fact).model_validate_json(fact.model_dump_json()).due == fact.due


def test_a_promise_is_broken_at_its_instant_also_when_a_successor_with_other_hours_has_the_slip(
    tmp_path: Path,
) -> None:
    """In the heir's hours no working time was left: the step already said was taken for the breach."""
    agencies = (
        "code,name_vi,name_en,kind,unit,hours,valid_from,valid_to\nTT,Sở A,A,department,1,,,\n"
        "YT,Sở B,B,department,1,,,\nH11,Huyện,North,district,11,morning,,\n"
    )
    own = clocks_toml().replace('calendar = "province"', 'calendar = "@owner"')
    hours = f"{WEEK}morning,mon,08:00,09:00,,\n"
    pack = clock_pack(tmp_path, agencies__csv=agencies, clocks__toml=own, hours__csv=hours)
    story = Story(pack)
    story.routed("2026-03-02 14:00")
    story.promised("2026-03-02 15:00", "2026-03-02 20:00")
    story.wait("2026-03-02 17:45")
    story.tell(CaseSucceeded, "2026-03-02 18:00", slip=1, agency="YT", to="H11", rule="merged")
    story.wait("2026-03-02 20:00")
    assert story.tokens("promise-1-1") == ["armed", "warned-75", "missed"]
