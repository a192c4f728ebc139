"""The three built clocks: what starts, meets and cancels them, and how they are judged (Điều 10.3)."""

from collections.abc import Callable

import pytest

from libs.contracts.events import (
    CaseReceived,
    CaseRejected,
    CaseUrgencySet,
    CaseVerifying,
)
from libs.packs.model import Pack
from services.sla.domain.case import Case
from tests.support.clocks import Story, local
from tests.support.worktime import at


def test_a_slip_starts_eight_working_hours_when_it_is_delivered(story: Story) -> None:
    story.routed("2026-03-02 10:30")
    armed = story.last("armed")
    assert (armed.clock, armed.kind, armed.agency, armed.field) == ("answer-1", "answer", "YT", "F01")
    assert local(armed.due) == "2026-03-03 10:30"
    assert (armed.budget_seconds, armed.basis, armed.clause) == (8 * 3600, "law", "Điều 10.3")
    assert armed.calendar == story.pack.calendar("province").version


def test_opening_receiving_and_verifying_start_and_stop_nothing(story: Story) -> None:
    story.opened("2026-03-02 08:00")
    assert story.said == []
    story.routed("2026-03-02 10:30")
    story.tell(CaseReceived, "2026-03-02 11:00")
    story.tell(CaseVerifying, "2026-03-02 11:10", until=at("2026-03-03 10:30"))
    assert story.tokens() == ["answer-1 armed"]


def test_the_warning_comes_when_six_of_eight_hours_are_used(story: Story) -> None:
    story.routed("2026-03-02 10:30")
    story.wait("2026-03-03 08:29")
    assert story.tokens() == ["answer-1 armed"]
    story.wait("2026-03-03 08:30")
    assert story.tokens() == ["answer-1 armed", "answer-1 warned-75"]
    assert local(story.last("warned-75").at) == "2026-03-03 08:30"


def test_an_answer_at_the_very_end_is_on_time_and_a_second_later_it_is_not(pack: Pack) -> None:
    on_time, late = Story(pack), Story(pack)
    for story in (on_time, late):
        story.routed("2026-03-02 10:30")
    on_time.answered("2026-03-03 10:30")
    late.answered("2026-03-03 10:30:01")
    assert on_time.tokens("answer-1") == ["armed", "warned-75", "met"]
    assert late.tokens("answer-1") == ["armed", "warned-75", "missed", "ended"]
    assert late.last("ended").stopped_at == at("2026-03-03 10:30:01")


def test_a_clock_that_ends_at_closing_time_is_missed_the_same_evening(story: Story) -> None:
    story.routed("2026-03-02 07:30")
    story.answered("2026-03-02 19:00")
    assert local(story.last("missed").at) == "2026-03-02 17:30"
    assert story.clock("answer-1").state == "ended"


def test_an_answer_by_phone_meets_the_eight_hours_and_starts_four_for_publication(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.answered_by_phone("2026-03-02 09:30")
    assert story.tokens() == ["answer-1 armed", "answer-1 met", "publish-1 armed"]
    assert local(story.last("armed").due) == "2026-03-02 15:30"
    story.wait("2026-03-02 14:30")
    assert story.tokens("publish-1") == ["armed", "warned-75"]


@pytest.mark.parametrize("close", [Story.published, Story.withheld])
def test_publication_and_a_reasoned_withholding_both_meet_the_four_hours(
    story: Story, close: Callable[[Story, str], object]
) -> None:
    story.routed("2026-03-02 08:00")
    story.answered_by_phone("2026-03-02 09:30")
    close(story, "2026-03-02 15:30")
    assert story.tokens("publish-1") == ["armed", "warned-75", "met"]


def test_publishing_too_late_is_a_miss_of_its_own(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.answered_by_phone("2026-03-02 09:30")
    story.wait("2026-03-03 08:00")
    story.published("2026-03-03 09:00")
    assert story.tokens("answer-1") == ["armed", "met"]
    assert story.tokens("publish-1") == ["armed", "warned-75", "missed", "ended"]


def test_a_written_answer_starts_no_publication_clock(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.answered("2026-03-02 09:30")
    assert set(story.case.clocks) == {"answer-1"}


def test_each_new_slip_has_its_own_eight_hours_and_cancels_the_one_before(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.returned("2026-03-02 09:00")
    story.directed("2026-03-02 14:00", 2)
    assert story.tokens() == ["answer-1 armed", "answer-1 cancelled", "answer-2 armed"]
    assert story.last("armed").agency == "H11"
    assert local(story.last("armed").due) == "2026-03-03 14:00"


def test_a_new_slip_without_a_return_cancels_as_well(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.directed("2026-03-02 14:00", 2)
    assert story.tokens() == ["answer-1 armed", "answer-1 cancelled", "answer-2 armed"]


def test_a_breach_before_the_return_stays(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-03 08:00")
    story.returned("2026-03-03 09:00")
    assert story.tokens("answer-1") == ["armed", "warned-75", "missed", "cancelled"]
    assert story.clock("answer-1").late


def test_a_case_rejected_after_its_slip_owes_no_answer(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.tell(CaseRejected, "2026-03-02 09:00", reason="out-of-scope")
    story.wait("2026-03-10 09:00")
    assert story.tokens() == ["answer-1 armed", "answer-1 cancelled"]


def test_late_with_a_promise_in_force_is_told_from_late_and_silent(pack: Pack) -> None:
    silent, with_promise, expired, too_late = (Story(pack) for _ in range(4))
    for story in (silent, with_promise, expired, too_late):
        story.routed("2026-03-02 08:00")
    with_promise.promised("2026-03-02 16:00", "2026-03-05 10:00")
    expired.promised("2026-03-02 09:00", "2026-03-02 16:00")
    for story in (silent, with_promise, expired, too_late):
        story.wait("2026-03-03 08:00")
    too_late.promised("2026-03-03 08:10", "2026-03-05 10:00")
    found = [story.last("missed").promised for story in (silent, with_promise, expired)]
    assert found == [False, True, False]
    assert [fact.promised for fact in too_late.said if fact.token == "missed"] == [False]


def test_only_the_latest_promise_made_in_time_counts(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 09:00", "2026-03-05 10:00", 1)
    story.promised("2026-03-02 10:00", "2026-03-02 17:00", 2)
    story.wait("2026-03-03 08:00")
    assert [fact.promised for fact in story.said if fact.clock == "answer-1" and fact.token == "missed"] == [
        False
    ]


def test_a_promise_is_an_instant_and_its_warning_falls_into_working_time(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 15:30", "2026-03-04 09:30")
    armed = story.last("armed")
    assert (armed.clock, local(armed.due)) == ("promise-1-1", "2026-03-04 09:30")
    assert (armed.budget_seconds, armed.calendar) == (None, "")
    story.wait("2026-03-03 16:29")
    assert story.tokens("promise-1-1") == ["armed"]
    story.wait("2026-03-03 16:30")
    assert story.tokens("promise-1-1") == ["armed", "warned-75"]


def test_a_promise_for_the_evening_ends_in_the_evening(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 16:00", "2026-03-02 20:00")
    story.wait("2026-03-02 19:59")
    assert "missed" not in story.tokens("promise-1-1")
    story.wait("2026-03-02 20:00")
    assert story.tokens("promise-1-1")[-1] == "missed"


def test_the_next_promise_in_time_replaces_and_a_broken_one_stays_broken(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 09:00", "2026-03-04 10:00", 1)
    story.promised("2026-03-04 09:00", "2026-03-05 10:00", 2)
    story.promised("2026-03-05 11:00", "2026-03-06 10:00", 3)
    story.answered("2026-03-06 09:00")
    assert story.tokens("promise-1-1") == ["armed", "warned-75", "cancelled"]
    assert story.tokens("promise-1-2") == ["armed", "warned-75", "missed", "ended"]
    assert story.tokens("promise-1-3") == ["armed", "warned-75", "met"]


def test_a_returned_slip_takes_its_promise_with_it(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 09:00", "2026-03-04 10:00")
    story.returned("2026-03-02 10:00")
    story.wait("2026-03-10 10:00")
    assert story.tokens("promise-1-1") == ["armed", "cancelled"]


def test_an_answer_read_after_its_clock_fired_but_given_in_time_was_given_in_time(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-03 08:00")
    story.answered("2026-03-02 17:00")
    assert story.clock("answer-1").state == "met" and not story.clock("answer-1").late


def test_urgency_set_later_is_in_what_the_clock_says_from_then_on(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.tell(CaseUrgencySet, "2026-03-02 09:00", urgent=True)
    story.wait("2026-03-03 08:00")
    assert [fact.urgent for fact in story.said] == [False, True, True]


def test_urgency_that_the_router_found_in_the_words_is_in_what_the_clock_says(story: Story) -> None:
    story.routed("2026-03-02 08:00", urgent=True)
    assert story.last("armed").urgent


def test_ids_follow_from_cause_and_subject_so_that_any_replica_says_the_same(pack: Pack) -> None:
    heard, unheard = Story(pack), Story(pack)
    slip = heard.routed("2026-03-02 08:00")
    unheard.ref, unheard.case = heard.ref, Case(case_id=heard.ref.case_id)
    unheard.take(slip)
    heard.wait("2026-03-03 08:00")
    unheard.answered("2026-03-03 09:00")
    by_ticker, by_projection = heard.last("missed"), unheard.last("missed")
    assert by_ticker == by_projection
    assert (by_ticker.cause, by_ticker.case_seq) == (slip.event_id, 1)


def test_the_facts_name_the_sequence_they_follow_from(story: Story) -> None:
    story.opened("2026-03-02 08:00")
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-02 16:00")
    answer = story.answered("2026-03-02 16:00")
    assert [(fact.token, fact.case_seq) for fact in story.said] == [
        ("armed", 2),
        ("warned-75", 2),
        ("met", 3),
    ]
    assert story.last("met").cause == answer.event_id
