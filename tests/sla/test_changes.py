"""A calendar that changes: who follows it, who says so, and what stays as it was judged."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.contracts.events import CaseClockPaused, CaseReferred
from libs.packs.folder import load
from libs.packs.model import Day, Pack
from libs.worktime.calendar import SpecialDay
from services.sla.domain.shifts import shifts
from tests.support.clocks import DAYS, Story, clock_pack, local
from tests.support.provinces import PACKS
from tests.support.worktime import at, calendar, rows


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return clock_pack(tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Wednesday the 4th of March became a holiday."""
    return clock_pack(tmp_path_factory.mktemp("new"), days__csv=f"{DAYS}2026-03-04,holiday,Lễ,,ok,,\n")


@pytest.fixture
def story(old: Pack, new: Pack) -> Story:
    told = Story(old, new)
    told.changed(old, "2026-01-05 08:00", recompute=())
    return told


def test_a_holiday_announced_for_a_later_day_moves_a_running_clock_and_it_says_so(
    story: Story, new: Pack
) -> None:
    story.routed("2026-03-03 10:00")
    change = story.changed(new, "2026-03-03 14:00")
    story.wait("2026-03-03 14:00")
    moved = story.last("moved-2")
    assert (local(moved.was), local(moved.due)) == ("2026-03-04 10:00", "2026-03-05 10:00")
    assert (moved.document, moved.person, moved.at) == (change.document, change.by, change.at)
    assert moved.hours == f"{new.version}/province"
    story.answered("2026-03-05 10:00")
    assert story.tokens("answer-1") == ["armed", "moved-2", "warned-75", "met"]


def test_a_clock_whose_limit_does_not_move_says_nothing(story: Story, new: Pack) -> None:
    story.routed("2026-03-02 08:00")
    story.changed(new, "2026-03-02 14:00")
    story.answered("2026-03-03 08:00")
    assert story.tokens("answer-1") == ["armed", "warned-75", "met"]
    assert story.last("met").hours == f"{new.version}/province"


def test_a_breach_judged_before_the_change_stays_and_its_ladder_keeps_its_calendar(
    story: Story, new: Pack
) -> None:
    story.routed("2026-03-02 08:00")
    story.changed(new, "2026-03-03 08:00")
    story.wait("2026-03-10 08:00")
    assert story.tokens("answer-1") == ["armed", "warned-75", "missed"]
    assert story.clock("answer-1").hours.startswith(story.history[0].version)
    assert story.last("missed").calendar != new.calendar().version


def test_a_change_that_names_no_hours_or_others_leaves_running_clocks_as_they_are(
    story: Story, new: Pack
) -> None:
    story.routed("2026-03-03 10:00")
    story.changed(new, "2026-03-03 11:00", recompute=())
    story.changed(new, "2026-03-03 12:00", recompute=("desk",))
    story.wait("2026-03-04 10:00")
    assert story.tokens("answer-1") == ["armed", "warned-75", "missed"]


def test_a_slip_written_with_the_old_pack_just_after_the_change_counts_in_the_new_calendar(
    story: Story, old: Pack, new: Pack
) -> None:
    story.changed(new, "2026-03-03 10:00")
    story.routed("2026-03-03 10:00:01", pack_version=old.version)
    assert story.tokens() == ["answer-1 armed"]
    assert story.due("answer-1") == "2026-03-05 10:00"


def test_a_holiday_taken_back_gives_the_old_limit_again_and_both_moves_are_on_record(
    story: Story, old: Pack, new: Pack
) -> None:
    story.routed("2026-03-03 10:00")
    story.changed(new, "2026-03-03 14:00")
    story.changed(old, "2026-03-03 15:00")
    story.wait("2026-03-03 16:00")
    assert story.tokens("answer-1") == ["armed", "moved-2", "moved-3"]
    assert story.due("answer-1") == "2026-03-04 10:00"


def test_a_holiday_for_a_past_day_moves_the_clocks_that_ran_then(story: Story, tmp_path: Path) -> None:
    past = clock_pack(tmp_path, days__csv=f"{DAYS}2026-03-02,holiday,Lễ,,ok,,\n")
    told = Story(story.pack, past)
    told.changed(story.pack, "2026-01-05 08:00", recompute=())
    told.routed("2026-03-02 10:00")
    told.changed(past, "2026-03-03 08:00")
    told.wait("2026-03-03 09:00")
    assert local(told.last("moved-2").due) == "2026-03-03 17:30"


def test_a_pause_over_the_new_holiday_costs_less_and_the_limit_stays() -> None:
    plain = load(PACKS / "thanh-hoa-2021")
    holiday = Day(day=date(2026, 3, 4), kind="holiday", name="Lễ", status="ok")
    festive = plain.model_copy(update={"days": (*plain.days, holiday), "version": "festive-1"})
    story = Story(plain, festive)
    story.changed(plain, "2026-01-05 08:00", recompute=())
    story.tell(CaseReferred, "2026-03-03 08:00", question="Ai?")
    pause = {"clock": "arbitration-1", "reason": "waiting-for-expert", "until": at("2026-03-05 09:00")}
    story.tell(CaseClockPaused, "2026-03-03 09:00", **pause)
    assert story.due("arbitration-1") == "2026-03-05 14:00"
    story.changed(festive, "2026-03-03 14:00")
    story.wait("2026-03-03 15:00")
    assert story.clock("arbitration-1").hours == "festive-1/province"
    assert story.due("arbitration-1") == "2026-03-05 14:00"
    assert "moved-2" not in story.tokens("arbitration-1")


@pytest.mark.parametrize("looks", [(), ("2026-03-03 14:00",), ("2026-03-03 13:00", "2026-03-05 09:00")])
def test_g17_read_again_from_the_beginning_the_facts_give_the_same_clocks_and_say_the_same(
    story: Story, new: Pack, looks: tuple[str, ...]
) -> None:
    """G17: stored deadlines went stale; here whoever looks how often, and when, changes nothing."""
    when = iter(looks)
    story.routed("2026-03-03 10:00")
    story.promised("2026-03-03 11:00", "2026-03-05 15:00")
    story.changed(new, "2026-03-03 14:00")
    for look in when:
        story.wait(look)
    story.answered("2026-03-05 10:30")
    again = story.again()
    assert again.case.model_dump_json() == story.case.model_dump_json()
    assert sorted(map(str, again.said)) == sorted(map(str, story.said))
    assert story.tokens("answer-1") == ["armed", "moved-2", "warned-75", "missed", "ended"]
    assert story.last("missed").promised


def test_g26_a_mass_recompute_touches_no_business_instant(story: Story, new: Pack) -> None:
    """G26: a recompute changed `updated_at` of every ticket."""
    story.routed("2026-03-03 10:00")
    before = story.clock("answer-1")
    story.changed(new, "2026-03-03 14:00")
    story.wait("2026-03-03 15:00")
    after = story.clock("answer-1")
    assert after == before.with_(hours=after.hours, change=2)
    assert {fact.start for fact in story.said} == {at("2026-03-03 10:00")}


WEEK = rows(range(5), "07:30-11:30", "13:30-17:30")
FIRST = date(2026, 3, 1)


@given(
    begin=st.integers(0, 60 * 86_400),
    length=st.integers(0, 30 * 86_400),
    holidays=st.sets(st.integers(0, 60), min_size=1, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_shifts_move_every_start_by_what_the_two_calendars_differ(
    begin: int, length: int, holidays: set[int]
) -> None:
    days = [SpecialDay(FIRST + timedelta(days=ahead), "closed") for ahead in holidays]
    before, after = calendar(WEEK), calendar(WEEK, days)
    first = int(at("2026-03-01 00:00").timestamp()) + begin
    found = shifts(before, after, first, first + length)
    for start in range(first, first + length + 1, 1787):
        instant = datetime.fromtimestamp(start, UTC)
        moved = sum(one.by + one.slope * (start - one.begin) for one in found if one.begin <= start < one.end)
        assert moved == after.work(instant) - before.work(instant)
