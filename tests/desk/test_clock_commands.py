"""Pausing, resuming and reopening: whose right it is, within which limits, and whose time it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.packs.entries import Owner
from services.desk.domain import inputs
from services.desk.domain.clocks import resting
from services.desk.domain.command import Command
from services.desk.domain.decisions import Moment, decide
from services.desk.domain.errors import NotAllowed
from services.desk.domain.fold import fold
from services.desk.domain.holding import ARBITER as THE_ARBITER
from services.desk.domain.holding import DESK, NOBODY
from services.desk.domain.people import Account
from services.desk.domain.rules import Owed
from services.desk.domain.state import CaseState
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed
from tests.support.desks import (
    ADMINISTRATOR,
    ARBITER,
    OFFICER,
    OPERATOR,
    RULES,
    STRANGER,
    after,
    by,
    case_in,
    life,
    sent_back_and_again,
    tell,
)
from tests.support.provinces import thanh_hoa

HOUR = timedelta(hours=1)
NOON, EVENING = MONDAY_MORNING + 3.5 * HOUR, MONDAY_MORNING + 9 * HOUR


def owed(owner: Owner = "coordinator", agency: str = "SYT", **fields: Any) -> Owed:
    """A clock that eight of whose working hours may rest."""
    defaults: dict[str, Any] = {
        "due": MONDAY_MORNING + 24 * HOUR,
        "calendar": thanh_hoa().calendar(),
        "reasons": frozenset({"waiting"}),
        "limit": 8 * 3600,
    }
    return Owed(owner=owner, agency=agency, **{**defaults, **fields})


CLOCKS = {
    "part-1-1": owed(),
    "triage-1": owed("desk", "TD1022"),
    "arbitration-1": owed("arbiter", "STTTT"),
    "answer-1": owed("lead", "SYT", reasons=frozenset(), limit=0),
}


def told(
    state: CaseState, account: Account, command: Command, now: datetime = MONDAY_MORNING, **clocks: Owed
) -> CaseFact:
    rules = replace(RULES, clocks={**CLOCKS, **{name.replace("_", "-"): one for name, one in clocks.items()}})
    return decide(state, command, Moment(account, now, rules))


def pausing(clock: str = "part-1-1", until: datetime = EVENING, reason: str = "waiting") -> Command:
    return tell(inputs.PauseClock, clock=clock, reason=reason, until=until, note="Chờ hồ sơ")


@pytest.mark.parametrize(
    ("clock", "owner"), [("part-1-1", OFFICER), ("triage-1", OPERATOR), ("arbitration-1", ARBITER)]
)
def test_only_whoever_owes_pauses_a_clock_and_lets_it_run_again(clock: str, owner: Account) -> None:
    state = case_in("routed")
    for account in (OFFICER, STRANGER, OPERATOR, ARBITER, ADMINISTRATOR):
        if account is owner:
            fact = told(state, account, pausing(clock))
            assert isinstance(fact, events.CaseClockPaused)
            assert (fact.clock, fact.reason, fact.until) == (clock, "waiting", EVENING)
            resting_case = fold(state, fact)
            ended = told(resting_case, account, tell(inputs.ResumeClock, clock=clock), NOON)
            assert ended.token == "clock-resumed"
        else:
            with pytest.raises(NotAllowed):
                told(state, account, pausing(clock))


def test_a_clock_of_the_law_never_pauses() -> None:
    with pytest.raises(Refused, match="never pauses") as refusal:
        told(case_in("routed"), OFFICER, pausing("answer-1"))
    assert "Điều 10.3" in refusal.value.vi and refusal.value.field == "clock"


def test_a_pause_needs_a_ground_of_its_kind() -> None:
    with pytest.raises(Refused) as refusal:
        told(case_in("routed"), OFFICER, pausing(reason="tired"))
    assert refusal.value.field == "reason"


@pytest.mark.parametrize("until", [MONDAY_MORNING, MONDAY_MORNING - HOUR, MONDAY_MORNING + 400 * 24 * HOUR])
def test_a_pause_ends_in_the_future_and_within_a_year(until: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        told(case_in("routed"), OFFICER, pausing(until=until))
    assert refusal.value.field == "until"


def test_the_pauses_of_a_clock_together_have_a_limit_in_working_time() -> None:
    state = fold(case_in("routed"), told(case_in("routed"), OFFICER, pausing(until=NOON)))
    tuesday_noon = NOON + 24 * HOUR
    with pytest.raises(Refused, match="4 h 30 min") as refusal:
        told(state, OFFICER, pausing(until=tuesday_noon + 24 * HOUR), NOON)
    assert "4 giờ 30 phút" in refusal.value.vi and refusal.value.field == "until"
    # an afternoon is four of the hours that are left; the night that follows costs nothing
    assert told(state, OFFICER, pausing(until=EVENING + 14 * HOUR), NOON).token == "clock-paused"


def test_a_weekend_in_a_pause_costs_nothing() -> None:
    friday = MONDAY_MORNING + timedelta(days=4, hours=8)
    clock = owed(due=friday + timedelta(days=30), limit=2 * 3600 + 1800)
    fact = told(
        case_in("routed"),
        OFFICER,
        pausing(until=friday + timedelta(days=2, hours=16.5)),
        friday,
        part_1_1=clock,
    )
    assert fact.token == "clock-paused"


def test_what_is_paused_late_or_stopped_is_not_paused() -> None:
    state = case_in("routed")
    resting_case = fold(state, told(state, OFFICER, pausing()))
    for case, clock, now in (
        (resting_case, "part-1-1", NOON),
        (state, "part-1-1", MONDAY_MORNING + 24 * HOUR),
        (state, "part-1-2", MONDAY_MORNING),
    ):
        with pytest.raises(Refused) as refusal:
            told(case, OFFICER, pausing(clock, until=now + HOUR), now)
        assert refusal.value.stale


def test_a_resumed_clock_rests_no_longer_and_its_pause_is_as_short_as_it_was() -> None:
    state = case_in("routed")
    state = fold(state, told(state, OFFICER, pausing()))
    assert resting(state, "part-1-1", NOON) and not resting(state, "part-1-2", NOON)
    assert not resting(state, "part-1-1", EVENING)
    state = fold(state, told(state, OFFICER, tell(inputs.ResumeClock, clock="part-1-1"), NOON))
    assert not resting(state, "part-1-1", NOON)
    assert [(one.at, one.until, one.by) for one in state.pauses] == [(MONDAY_MORNING, NOON, OFFICER.name)]
    with pytest.raises(Refused) as refusal:
        told(state, OFFICER, tell(inputs.ResumeClock, clock="part-1-1"), NOON)
    assert refusal.value.stale


def test_days_beyond_the_calendar_are_refused_with_words() -> None:
    late = datetime(2027, 12, 20, 2, 0, tzinfo=UTC)
    clock = owed(due=late + HOUR, limit=10**9)
    with pytest.raises(Refused) as refusal:
        told(case_in("routed"), OFFICER, pausing(until=late + timedelta(days=40)), late, part_1_1=clock)
    assert refusal.value.field == "until" and "Lịch làm việc" in refusal.value.vi


@pytest.mark.parametrize("status", ["published", "withheld", "rejected", "answered", "answered_by_phone"])
@pytest.mark.parametrize("account", [OPERATOR, ARBITER])
def test_a_reopened_case_waits_for_triage_in_a_new_cycle_and_forgets_nothing(
    status: str, account: Account
) -> None:
    state = case_in(status)
    fact = told(state, account, tell(inputs.Reopen, reason="Đèn lại tắt"))
    again = fold(state, fact)
    assert (again.status, again.cycle, fact.cycle) == ("triage", 2, 2)  # type: ignore[attr-defined]
    assert (again.answer, again.slips, again.publication) == (state.answer, state.slips, state.publication)
    assert again.current is None
    once_more = fold(after(*life()["rejected"][1:], start=again), fact)
    assert once_more.facts > again.facts


def test_a_case_that_is_still_worked_on_is_not_reopened() -> None:
    for status in ("new", "triage", "arbiter", "routed", "promised"):
        with pytest.raises(Refused) as refusal:
            told(case_in(status), OPERATOR, tell(inputs.Reopen, reason="Đèn lại tắt"))
        assert refusal.value.stale


def test_the_case_remembers_who_had_it_from_when_on() -> None:
    ref = a_case()
    at = [MONDAY_MORNING + hours * HOUR for hours in range(8)]
    first, sent, back, again = sent_back_and_again(ref)
    state = after(
        first,
        sent.model_copy(update={"at": at[1]}),
        back.model_copy(update={"at": at[2]}),
        make(events.CaseReferred, ref, at=at[3], by=by(OPERATOR)),
        make(events.CaseDetermined, ref, at=at[4], agency="SCT", by=by(ARBITER)),
        again.model_copy(update={"at": at[5]}),
        make(events.CaseAnswered, ref, at=at[6], answer="Xong", by=by(STRANGER)),
        make(events.CasePublished, ref, at=at[7], question="Hỏi", answer="Đáp", by=by(STRANGER)),
    )
    assert state.holders == (
        (DESK, at[0]),
        ("SYT", at[1]),
        (DESK, at[2]),
        (THE_ARBITER, at[3]),
        (DESK, at[4]),
        ("SCT", at[5]),
        (NOBODY, at[7]),
    )
    reopened = fold(state, make(events.CaseReopened, ref, at=at[7] + HOUR, cycle=2, reason="Chưa xong"))
    assert reopened.holders[-1] == (DESK, at[7] + HOUR)


def test_an_instant_that_runs_backwards_never_breaks_the_order_of_holders() -> None:
    ref = a_case()
    early = routed(ref, at=MONDAY_MORNING - HOUR)
    assert after(opened(ref), early).holders == ((DESK, MONDAY_MORNING), ("SYT", MONDAY_MORNING))
