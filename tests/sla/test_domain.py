"""The three built clocks: what starts, meets and cancels them, and how they are judged (Điều 10.3)."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from libs.contracts.events import (
    CaseAdded,
    CaseInformationAsked,
    CaseOpened,
    CaseReceived,
    CaseRejected,
    CaseUrgencySet,
    CaseVerifying,
)
from libs.contracts.sidefacts import ClockFact
from libs.packs.model import Pack
from tests.support.builders import CITIZEN, opened
from tests.support.clocks import Story, clock_pack, clocks_toml, local
from tests.support.worktime import at


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return clock_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def story(pack: Pack) -> Story:
    return Story(pack)


def test_a_slip_starts_eight_working_hours_when_it_is_delivered(story: Story) -> None:
    story.routed("2026-03-02 10:30")
    armed = story.last("armed")
    assert (armed.clock, armed.kind, armed.agency, armed.field) == ("answer-1", "answer", "YT", "F01")
    assert local(armed.due) == "2026-03-03 10:30"
    assert (armed.budget_seconds, armed.basis, armed.clause) == (8 * 3600, "law", "Điều 10.3")
    assert armed.calendar == story.pack.calendar("province").version


def test_opening_receiving_and_verifying_start_and_stop_nothing(story: Story) -> None:
    story.take(opened(story.ref, at=at("2026-03-02 08:00")))
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
    assert on_time.tokens() == ["answer-1 armed", "answer-1 met"]
    assert late.tokens() == ["answer-1 armed", "answer-1 missed", "answer-1 ended"]
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
    assert story.tokens("publish-1") == ["armed", "met"]


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
    assert story.tokens("promise-1-1") == ["armed", "cancelled"]
    assert story.tokens("promise-1-2") == ["armed", "missed", "ended"]
    assert story.tokens("promise-1-3") == ["armed", "met"]


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


def test_ids_follow_from_cause_and_subject_so_that_any_replica_says_the_same(pack: Pack) -> None:
    heard, unheard = Story(pack), Story(pack)
    slip = heard.routed("2026-03-02 08:00")
    unheard.ref, unheard.case = heard.ref, type(unheard.case)(heard.ref.case_id, {})
    unheard.take(slip)
    heard.wait("2026-03-03 08:00")
    unheard.answered("2026-03-03 09:00")
    by_ticker, by_projection = heard.last("missed"), unheard.last("missed")
    assert by_ticker == by_projection
    assert (by_ticker.cause, by_ticker.case_seq) == (slip.event_id, 1)


def test_the_facts_name_the_sequence_they_follow_from(story: Story) -> None:
    story.take(opened(story.ref))
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-02 16:00")
    answer = story.answered("2026-03-02 16:00")
    assert [(fact.token, fact.case_seq) for fact in story.said] == [
        ("armed", 2),
        ("warned-75", 2),
        ("met", 3),
    ]
    assert story.last("met").cause == answer.event_id


# --- failures of other systems ---


def test_g4_facts_of_one_instant_give_one_outcome_in_any_order_of_questions(pack: Pack) -> None:
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
    story.routed("2026-03-02 08:00")
    story.tell(CaseInformationAsked, "2026-03-02 09:00", question="Ở đâu?")
    story.tell(CaseAdded, "2026-03-02 17:29", channel="portal", text="Ở xã", person=CITIZEN)
    story.wait("2026-03-03 08:00")
    assert story.tokens() == ["answer-1 armed", "answer-1 warned-75", "answer-1 missed"]


def test_g5_a_new_slip_leaves_the_spent_time_of_the_old_one_as_it_was(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    before = story.clock("answer-1")
    story.directed("2026-03-02 10:00", 2)
    after = story.clock("answer-1")
    assert (after.start, after.due_at, after.hours) == (before.start, before.due_at, before.hours)
    assert story.last("cancelled").due == at("2026-03-03 08:00")


def test_g13_a_third_slip_is_judged_by_its_own_delivery_alone(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.returned("2026-03-02 08:30")
    story.directed("2026-03-03 08:00", 2)
    story.returned("2026-03-03 08:30")
    story.directed("2026-03-04 08:00", 3)
    story.answered("2026-03-05 07:45")
    assert story.tokens("answer-3") == ["armed", "met"]
    assert story.clock("answer-1").state == story.clock("answer-2").state == "cancelled"


def test_g14_a_clock_that_was_met_says_nothing_more(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.answered("2026-03-02 09:00")
    story.wait("2026-03-20 09:00")
    story.answered("2026-03-20 09:30")
    assert story.tokens() == ["answer-1 armed", "answer-1 met"]
    assert story.clock("answer-1").next_at is None


def test_g15_the_clocks_of_a_case_are_independent(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-03 08:00")
    story.answered_by_phone("2026-03-03 08:30")
    story.published("2026-03-03 09:00")
    assert story.tokens("answer-1")[-2:] == ["missed", "ended"]
    assert story.tokens("publish-1") == ["armed", "met"]


@pytest.mark.parametrize("channel", ["phone", "portal", "email", "zalo", "facebook", "open311"])
def test_g16_the_clock_starts_alike_whatever_the_channel(story: Story, channel: str) -> None:
    story.take(opened(story.ref, channel=channel, at=at("2026-03-02 07:40")))
    story.routed("2026-03-02 08:00")
    story.tell(CaseAdded, "2026-03-02 08:10", channel=channel, text="Thêm")
    assert local(story.last("armed").due) == "2026-03-03 08:00"


def test_g18_a_cancelled_clock_never_fires(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.returned("2026-03-02 09:00")
    story.wait("2026-06-01 09:00")
    assert story.tokens() == ["answer-1 armed", "answer-1 cancelled"]


def test_g19_two_promises_of_one_day_are_warned_of_separately(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 08:10", "2026-03-02 09:00", 1)
    story.wait("2026-03-02 09:00")
    story.promised("2026-03-02 09:10", "2026-03-02 10:00", 2)
    story.wait("2026-03-02 10:00")
    for clock in ("promise-1-1", "promise-1-2"):
        assert story.tokens(clock) == ["armed", "warned-75", "missed"]


def test_g21_a_promise_is_never_rewritten_not_even_by_a_second_one_of_its_number(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    story.promised("2026-03-02 09:00", "2026-03-04 10:00", 1)
    story.promised("2026-03-02 10:00", "2026-04-30 10:00", 1)
    assert story.clock("promise-1-1").promised_at == at("2026-03-04 10:00")
    story.tell(CaseAdded, "2026-03-02 11:00", channel="portal", text="Xin hẹn sau")
    assert story.clock("promise-1-1").promised_at == at("2026-03-04 10:00")


def test_g22_every_rung_of_the_ladder_is_heard(tmp_path: Path) -> None:
    story = Story(clock_pack(tmp_path, clocks__toml=clocks_toml(answer="warn = [25, 50, 75, 90]")))
    story.routed("2026-03-02 07:30")
    for when in ("09:30", "11:30", "15:30", "16:42", "17:30"):
        story.wait(f"2026-03-02 {when}")
    assert story.tokens() == [
        f"answer-1 {token}"
        for token in ("armed", "warned-25", "warned-50", "warned-75", "warned-90", "missed")
    ]


def test_g22_a_ladder_slept_through_is_heard_whole_and_in_order(tmp_path: Path) -> None:
    story = Story(clock_pack(tmp_path, clocks__toml=clocks_toml(answer="warn = [50, 75]")))
    story.routed("2026-03-02 07:30")
    story.wait("2026-03-09 07:30")
    assert story.tokens("answer-1") == ["armed", "warned-50", "warned-75", "missed"]
    assert [local(fact.at)[-5:] for fact in story.said] == ["07:30", "11:30", "15:30", "17:30"]


def test_g23_no_comment_of_anybody_moves_the_end(story: Story) -> None:
    story.routed("2026-03-02 08:00")
    before = story.clock("answer-1")
    for hour in range(9, 18):
        story.tell(CaseAdded, f"2026-03-02 {hour:02}:00", channel="portal", text="Sao lâu vậy?")
        story.tell(CaseInformationAsked, f"2026-03-02 {hour:02}:10", question="Ở đâu?")
    assert story.clock("answer-1") == before


def test_g28_every_figure_of_the_pack_is_obeyed(tmp_path: Path) -> None:
    text = (
        clocks_toml(answer="warn = [40]").replace("hours = 8", "hours = 2").replace("Điều 10.3", "Điều 9.9")
    )
    story = Story(clock_pack(tmp_path, clocks__toml=text.replace('"law"', '"policy"')))
    story.routed("2026-03-02 08:00")
    story.wait("2026-03-02 08:48")
    armed: ClockFact = story.said[0]
    assert armed.due - armed.start == timedelta(hours=2)
    assert (armed.basis, armed.clause) == ("policy", "Điều 9.9")
    assert story.tokens() == ["answer-1 armed", "answer-1 warned-40"]


# --- calendars ---


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
    ("when", "pack_version", "error"),
    [
        ("2027-01-04 08:00", None, "covers"),
        ("2026-12-31 17:00", None, "covers"),
        ("2026-03-02 08:00", "nowhere-000000000000", "no version"),
    ],
)
def test_a_clock_that_cannot_be_computed_is_set_aside_with_the_reason_and_guesses_nothing(
    story: Story, when: str, pack_version: str | None, error: str
) -> None:
    story.routed(when, pack_version=pack_version or story.pack.version)
    clock = story.clock("answer-1")
    assert (clock.state, clock.next_at, story.said) == ("broken", None, [])
    assert error in clock.error
    story.answered("2027-01-04 09:00")
    assert story.said == []


def test_the_next_slip_of_a_case_with_a_broken_clock_runs(story: Story) -> None:
    story.routed("2026-03-02 08:00", pack_version="nowhere-000000000000")
    story.directed("2026-03-02 09:00", 2)
    assert story.tokens() == ["answer-2 armed"]


def test_an_opened_case_hands_its_urgency_to_its_clocks(story: Story) -> None:
    story.tell(
        CaseOpened,
        "2026-03-02 08:00",
        code="123456782",
        channel="phone",
        person=CITIZEN,
        text="Cháy",
        received_at=at("2026-03-02 08:00"),
        urgent=True,
    )
    story.routed("2026-03-02 08:01")
    assert story.last("armed").urgent
