"""What a case and its slips are for counting."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from libs.contracts import events
from libs.contracts.events import CASE_FACTS, CaseFact
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import (
    ClockArmed,
    ClockCancelled,
    ClockEnded,
    ClockEscalated,
    ClockFact,
    ClockMet,
    ClockMissed,
    ClockMoved,
    ClockPaused,
    ClockResumed,
    ClockStretched,
    ClockWarned,
    LetterFailed,
    LetterSent,
    LetterTried,
    LetterUnconfirmed,
)
from services.reporting.domain import cases, sides
from services.reporting.domain.sides import Clock, Letter
from services.reporting.domain.slips import seconds
from tests.support.builders import MONDAY_MORNING, make
from tests.support.reporting import DUE, Told, clock, letter

DAY = timedelta(days=1)
LATER = MONDAY_MORNING + timedelta(hours=3)
OPERATOR = Actor(service="desk", person="o1", name="Trần Văn Trực", role="operator")


def test_a_request_is_kept_with_the_fields_of_the_law() -> None:
    case = Told().open(channel="phone").case
    assert (case.name, case.phone, case.channel) == ("Nguyễn Văn Mẫu", "+84912345678", "phone")
    assert (case.status, case.open, case.received_at) == ("new", True, seconds(MONDAY_MORNING))


def test_a_phone_number_that_is_none_is_kept_as_it_was_said() -> None:
    person = events.Person(name="A", phone_raw="số nhà hàng xóm")
    assert Told().open(person=person).case.phone == "số nhà hàng xóm"


def test_the_answer_of_an_officer_ends_handling_and_names_the_officer() -> None:
    told = Told().open().sent().by_officer(events.CaseReceived)
    told.by_officer(events.CaseVerifying, until=DUE, note="đã gọi trạm y tế xã")
    told.by_officer(events.CaseAnswered, at=LATER, answer="Đã kiểm tra, hộ dân đã khai báo")
    case = told.case
    assert (case.status, case.agency, case.officer) == ("answered", "SYT", "Lê Thị Mẫu")
    assert (case.handling_from, case.handling_to) == (seconds(MONDAY_MORNING), seconds(LATER))
    assert (case.handling, case.result) == ("đã gọi trạm y tế xã", "Đã kiểm tra, hộ dân đã khai báo")
    slip = told.record.slips[1]
    assert (slip.answered_at, slip.ended_at, slip.how) == (seconds(LATER), seconds(LATER), "written")


def test_a_returned_slip_stays_counted_for_its_agency_and_the_case_is_at_the_desk_again() -> None:
    told = Told().open().sent("SYT").by_officer(events.CaseReturned, at=LATER, ground="wrong-agency")
    assert (told.case.status, told.case.agency) == ("triage", "")
    told.sent("SGTVT", 2, LATER)
    assert told.case.agency == "SGTVT"
    assert {number: slip.ended_at is None for number, slip in told.record.slips.items()} == {
        1: False,
        2: True,
    }
    assert told.record.slips[1].returned_at == seconds(LATER)


def test_an_answer_at_the_desk_belongs_to_no_agency_and_began_when_the_call_came() -> None:
    told = Told().open()
    told.tell(make(events.CaseAnsweredAtDesk, told.ref, by=OPERATOR, at=LATER, answer="Gọi trạm y tế"))
    case = told.case
    assert (case.status, case.agency, case.officer) == ("answered_at_desk", "", "Trần Văn Trực")
    assert (case.handling_from, case.handling_to) == (seconds(MONDAY_MORNING), seconds(LATER))


@pytest.mark.parametrize(
    ("cls", "fields", "status"),
    [
        (events.CasePublished, {"question": "?", "answer": "Đã xử lý"}, "published"),
        (events.CaseWithheld, {"ground": "personal"}, "withheld"),
        (events.CaseRejected, {"reason": "out-of-scope"}, "rejected"),
    ],
)
def test_three_ends_close_a_case(cls: type[CaseFact], fields: dict[str, Any], status: str) -> None:
    case = Told().open().by_officer(cls, **fields).case
    assert (case.status, case.open) == (status, False)


def test_asking_the_citizen_is_a_flag_and_their_words_clear_it() -> None:
    told = Told().open().sent().by_officer(events.CaseInformationAsked, question="Ở thôn nào?")
    assert (told.case.asked, told.case.status) == (True, "routed")
    told.tell(make(events.CaseAdded, told.ref, channel="zalo", text="Thôn 3"))
    assert (told.case.asked, told.case.content.endswith("\nThôn 3")) == (False, True)


def test_a_promise_holds_until_the_answer() -> None:
    told = Told().open().sent()
    told.by_officer(events.CaseProgressPromised, number=1, progress="chờ kết quả", promised_at=DUE)
    assert (told.case.status, told.case.promised_until) == ("promised", seconds(DUE))
    assert told.by_officer(events.CaseAnswered, answer="xong").case.promised_until is None


def test_the_arbiter_holds_a_referred_case_until_their_opinion() -> None:
    told = Told().open().tell(make(events.CaseReferred, a := Told().ref, question="ai?"))
    assert told.case.status == "arbiter"
    assert told.tell(make(events.CaseDetermined, a, agency="SYT")).case.status == "triage"


def test_a_failed_call_is_recorded_with_its_number() -> None:
    told = (
        Told()
        .open()
        .by_officer(events.CaseCallTransferred, agency="SYT", number="0237 0000 001", result="failed")
    )
    assert (told.case.call_result, told.case.call_number) == ("failed", "0237 0000 001")


def test_every_fact_of_a_case_has_a_meaning_here_or_is_named_as_having_none() -> None:
    without = set(CASE_FACTS.values()) - set(cases._EFFECTS)
    assert without == {
        events.CaseReleased, events.CaseClockPaused, events.CaseClockResumed, events.CaseContacted,
        events.CaseReported, events.CaseContributed, events.CaseFollowerAdded, events.CaseSuspectedFalse,
        events.CaseVerified, events.CaseReminded, events.CaseReviewed,
        events.CaseRated, events.CaseErased, events.CaseHoldPlaced, events.CaseHoldLifted,
    }  # fmt: skip


def test_a_part_of_the_answer_leaves_the_slip_with_the_agency_until_the_promised_instant() -> None:
    part: dict[str, Any] = {"answer": "Một phần", "missing": ("kinh phí",), "promised_at": DUE, "number": 1}
    told = Told().open().sent().by_officer(events.CaseAnswered, **part)
    assert (told.case.status, told.case.agency, told.case.promised_until) == ("promised", "SYT", seconds(DUE))
    assert told.record.slips[1].ended_at is None and told.record.slips[1].answered_at is None


def test_the_time_of_a_case_belongs_to_whoever_had_it_without_a_gap_until_it_was_closed() -> None:
    hours = [MONDAY_MORNING + timedelta(hours=hour) for hour in range(7)]
    told = Told().open(at=hours[0]).sent("SYT", at=hours[1])
    told.by_officer(events.CaseDelegated, at=hours[2], to="X16543")
    told.by_officer(events.CaseRecalled, at=hours[3], reason="quá tải")
    told.by_officer(events.CaseReturned, at=hours[4], ground="x")
    told.tell(make(events.CaseReferred, told.ref, at=hours[5]))
    told.tell(make(events.CaseRejected, told.ref, at=hours[6], reason="out-of-scope"))
    found = told.record.holdings
    assert [one.agency for one in found] == ["", "SYT", "X16543", "SYT", "", "@arbiter"]
    assert [one.since for one in found] == [seconds(hour) for hour in hours[:6]]
    assert [one.until for one in found] == [seconds(hour) for hour in hours[1:]]


def test_a_reopened_case_is_open_again_in_a_new_cycle_and_counted_for_who_led_the_last() -> None:
    told = Told().open().sent().by_officer(events.CaseAnswered, answer="xong")
    told.by_officer(events.CaseWithheld, ground="secrecy-asked")
    told.tell(make(events.CaseReopened, told.ref, at=LATER, cycle=2, reason="chưa đúng"))
    assert (told.case.status, told.case.open, told.case.cycle) == ("triage", True, 2)
    (again,) = told.record.reopenings
    assert (again.cycle, again.agency, again.at) == (2, "SYT", seconds(LATER))
    assert told.record.holdings[-1].agency == "" and told.record.holdings[-1].until is None


def test_a_joined_case_is_over_and_its_slip_has_ended() -> None:
    told = Told().open().sent()
    told.tell(make(events.CaseJoined, told.ref, to="b" * 32, year=2026, code="123456782", at=LATER))
    assert (told.case.status, told.case.open, told.record.slips[1].ended_at) == (
        "joined",
        False,
        seconds(LATER),
    )


def test_the_agency_that_takes_over_has_the_slip_in_hand() -> None:
    told = Told().open().sent("SYT")
    told.tell(make(events.CaseSucceeded, told.ref, slip=1, agency="SYT", to="SCT", rule="merged"))
    assert (told.case.agency, told.record.slips[1].agency) == ("SCT", "SCT")
    assert told.record.holdings[-1].agency == "SCT"


def test_a_clock_is_the_same_in_whatever_order_its_facts_are_read() -> None:
    facts = [
        clock(ClockArmed, "a" * 32, at=MONDAY_MORNING, due=DUE - DAY),
        clock(ClockWarned, "a" * 32, percent=75, at=MONDAY_MORNING, due=DUE - DAY),
        clock(ClockMoved, "a" * 32, at=DUE - DAY, change=3, was=DUE - DAY, document="12/QĐ", person="q1"),
        clock(ClockMissed, "a" * 32, promised=True),
        clock(ClockEscalated, "a" * 32, percent=150, at=DUE + timedelta(minutes=30)),
        clock(ClockEnded, "a" * 32, stopped_at=DUE + timedelta(hours=1), at=DUE + timedelta(hours=1)),
    ]
    seen = set()
    for order in permutations(facts):
        one = Clock(case_id="a" * 32, clock="answer-1")
        for fact in [*order, order[0]]:
            one = sides.heard(one, fact)
        seen.add(one)
    assert len(seen) == 1
    assert (one.judgement, one.judged_at, one.stopped) == ("late_promised", seconds(DUE), "ended")
    assert (one.due, one.moved_at, one.escalated_at) == (
        seconds(DUE),
        seconds(DUE - DAY),
        seconds(DUE) + 1800,
    )


def test_a_paused_clock_is_due_when_its_newest_fact_says_in_whatever_order_they_are_read() -> None:
    hour = timedelta(hours=1)
    facts = [
        clock(ClockArmed, "a" * 32, "part-1-1", at=MONDAY_MORNING, basis="policy"),
        clock(ClockPaused, "a" * 32, "part-1-1", at=MONDAY_MORNING + hour, due=DUE + 5 * hour,
              basis="policy", number=1, reason="waiting-for-citizen", until=DUE),
        clock(ClockResumed, "a" * 32, "part-1-1", at=MONDAY_MORNING + 2 * hour, due=DUE + hour,
              basis="policy", number=1),
    ]  # fmt: skip
    for order in permutations(facts):
        one = Clock(case_id="a" * 32, clock="part-1-1")
        for fact in order:
            one = sides.heard(one, fact)
        assert (one.due, one.stopped, one.judgement) == (seconds(DUE + hour), "", "")


def test_a_promise_beyond_the_limit_is_told_upwards_and_stays_running() -> None:
    told = clock(ClockStretched, "a" * 32, "promise-1-4", excess="number")
    one = sides.heard(Clock(case_id="a" * 32, clock="promise-1-4"), told)
    assert (one.escalated_at, one.stopped, one.judgement) == (seconds(DUE), "", "")


@pytest.mark.parametrize(
    ("facts", "judgement"),
    [
        ([clock(ClockMet, "a" * 32, stopped_at=LATER)], "on_time"),
        ([clock(ClockMissed, "a" * 32, promised=True)], "late_promised"),
        ([clock(ClockMissed, "a" * 32)], "late_silent"),
        ([clock(ClockMissed, "a" * 32), clock(ClockCancelled, "a" * 32, stopped_at=DUE)], "late_silent"),
        ([clock(ClockCancelled, "a" * 32, stopped_at=LATER)], ""),
        ([clock(ClockArmed, "a" * 32)], ""),
    ],
)
def test_on_time_late_with_a_promise_and_late_and_silent_stay_three(
    facts: list[ClockFact], judgement: str
) -> None:
    one = Clock(case_id="a" * 32, clock="answer-1")
    for fact in facts:
        one = sides.heard(one, fact)
    assert one.judgement == judgement


def test_a_letter_is_known_by_the_strongest_fact_in_any_order() -> None:
    facts = [letter(LetterTried, "a" * 32, attempt=2), letter(LetterUnconfirmed, "a" * 32, attempt=1)]
    sent = letter(LetterSent, "a" * 32, attempt=2)
    for order in permutations([*facts, sent]):
        one = Letter(case_id="a" * 32, letter="l1")
        for fact in order:
            one = sides.known(one, fact)
        assert (one.state, one.attempts) == ("sent", 2)
    failed = sides.known(Letter(case_id="a" * 32, letter="l1"), letter(LetterFailed, "a" * 32, reason="550"))
    assert failed.state == "failed"
