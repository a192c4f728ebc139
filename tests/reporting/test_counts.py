"""What the collector counts, on SQLite and PostgreSQL."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from libs.contracts import events
from libs.contracts.sidefacts import (
    ClockArmed,
    ClockEscalated,
    ClockMet,
    ClockMissed,
    ClockMoved,
    LetterFailed,
    LetterSent,
)
from libs.runtime.database import reading
from services.reporting import store
from services.reporting.counts import Counts, count
from services.reporting.domain.slips import seconds
from services.reporting.labels import Labels
from tests.support.builders import MONDAY_MORNING, make
from tests.support.provinces import thanh_hoa
from tests.support.reporting import (
    DUE,
    Told,
    applied,
    clock,
    clocks_applied,
    database,
    letter,
    letters_applied,
    rows,
)

DAY = timedelta(days=1)
NOON = MONDAY_MORNING + timedelta(hours=4)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    with database(database_url) as made:
        yield made


def counted(engine: Engine, at: datetime = NOON, unowned_after: int = 3600) -> Counts:
    with reading(engine) as connection:
        return count(connection, Labels(thanh_hoa()), seconds(at), unowned_after)


def test_backlog_is_counted_by_who_has_the_case_in_hand(engine: Engine) -> None:
    arbiter = Told().open()
    arbiter.tell(make(events.CaseReferred, arbiter.ref))
    done = Told().open().by_officer(events.CaseRejected, reason="out-of-scope")
    applied(engine, Told().open(), Told().open().sent("SYT"), Told().open().sent("LẠ"), arbiter, done)
    assert counted(engine).backlog == {
        ("desk", "new"): 1,
        ("SYT", "routed"): 1,
        ("other", "routed"): 1,
        (thanh_hoa().arbiter, "arbiter"): 1,
    }


def test_the_oldest_age_is_that_of_the_oldest_case_without_an_answer(engine: Engine) -> None:
    old = Told().open(at=MONDAY_MORNING - DAY).sent().by_officer(events.CaseAnswered, answer="xong")
    applied(engine, old, Told().open().sent(), Told().open(at=NOON).sent())
    counts = counted(engine)
    assert counts.oldest == {"SYT": seconds(MONDAY_MORNING)}
    assert counts.backlog["SYT", "answered"] == 1, "answered and not yet published is open, but not waiting"


def test_a_case_without_a_slip_is_owned_by_nobody_after_an_hour(engine: Engine) -> None:
    answered = Told().open()
    answered.tell(make(events.CaseAnsweredAtDesk, answered.ref, answer="xong"))
    applied(engine, Told().open(), Told().open().sent(), answered)
    assert counted(engine, MONDAY_MORNING + timedelta(hours=1)).unowned == 0
    assert counted(engine, MONDAY_MORNING + timedelta(seconds=3601)).unowned == 1


def test_triage_is_what_waits_for_an_operator(engine: Engine) -> None:
    applied(engine, Told().open(), Told().open(at=NOON), Told().open().sent())
    counts = counted(engine)
    assert (counts.triage, counts.triage_oldest) == (2, seconds(MONDAY_MORNING))


def test_overdue_is_computed_from_the_due_instant_even_when_nobody_fires_clocks(engine: Engine) -> None:
    told = [Told().open().sent() for _ in range(3)]
    applied(engine, *told)
    a, b, c = (one.ref.case_id for one in told)
    clocks_applied(
        engine, clock(ClockArmed, a), clock(ClockArmed, b, due=DUE + DAY), clock(ClockMet, c, stopped_at=NOON)
    )
    counts = counted(engine, DUE + timedelta(seconds=1))
    assert (counts.overdue, counts.running) == ({("SYT", "answer"): 1}, {"answer": 2})


def test_judgements_are_those_of_the_last_thirty_days(engine: Engine) -> None:
    told = [Told().open().sent() for _ in range(3)]
    applied(engine, *told)
    a, b, c = (one.ref.case_id for one in told)
    clocks_applied(
        engine,
        clock(ClockMet, a, stopped_at=NOON),
        clock(ClockMissed, b),
        clock(ClockMissed, c, due=DUE - 40 * DAY),
        clock(ClockMissed, a, "promise-1-1"),
    )
    counts = counted(engine, DUE + DAY)
    assert counts.judged == {("SYT", "on_time"): 1, ("SYT", "late_silent"): 1}
    assert counts.judged_by_field == {("F04", "on_time"): 1, ("F04", "late_silent"): 1}
    assert counts.judged_by_channel == {("portal", "on_time"): 1, ("portal", "late_silent"): 1}


def test_the_law_broken_promises_and_the_provinces_own_clocks_are_counted_apart(engine: Engine) -> None:
    told = [Told().open().sent() for _ in range(2)]
    applied(engine, *told)
    a, b = (one.ref.case_id for one in told)
    accept = {"name": "accept-1", "basis": "policy"}
    clocks_applied(
        engine,
        clock(ClockMet, a, stopped_at=NOON),
        clock(ClockMet, b, "publish-1", stopped_at=NOON),
        clock(ClockMissed, b, "promise-1-1"),
        clock(ClockMet, b, "promise-1-2", stopped_at=NOON),
        clock(ClockMet, a, **accept, stopped_at=NOON),
        clock(ClockMissed, b, **accept),
        clock(ClockEscalated, b, **accept, percent=200),
        clock(ClockMoved, a, change=1, was=DUE, document="12/QĐ", person="q1"),
    )
    counts = counted(engine, DUE + DAY)
    assert counts.judged == {("SYT", "on_time"): 2}, "answer and publish; neither promises nor policy"
    assert counts.broken_promises == {"SYT": 1}
    assert counts.policy == {("accept", "on_time"): 1, ("accept", "late"): 1}
    assert (counts.escalated, counts.moved) == ({"accept": 1}, {"answer": 1})
    assert counts.overdue == {("SYT", "promise"): 1} and counts.overdue_policy == {"accept": 1}


def test_reopened_cycles_of_the_last_thirty_days_are_counted(engine: Engine) -> None:
    told = Told().open().sent().by_officer(events.CaseRejected, reason="out-of-scope")
    for cycle, at in ((2, NOON), (3, NOON + DAY)):
        told.tell(make(events.CaseReopened, told.ref, at=at, cycle=cycle, reason="chưa đúng"))
    applied(engine, told)
    assert [counted(engine, NOON + days * DAY).reopened for days in (2, 30, 40)] == [2, 2, 0]


def test_nothing_of_a_canary_is_ever_counted_listed_or_reported(engine: Engine) -> None:
    told = Told().open(channel="canary").sent("TD1022")
    applied(engine, told)
    clocks_applied(engine, clock(ClockMissed, told.ref.case_id, agency="TD1022"))
    letters_applied(engine, letter(LetterFailed, told.ref.case_id, way="none", reason="no contact"))
    told = Told(ref=told.ref).by_officer(events.CaseRejected, reason="canary")
    applied(engine, told)
    assert counted(engine, DUE + DAY) == Counts()
    for target in set(store.PROJECTION) - {store.LINK, store.CANARY}:
        assert rows(engine, target) == []


def test_the_district_of_a_commune_is_counted_and_an_unknown_place_is_other(engine: Engine) -> None:
    pack = thanh_hoa()
    commune = next(unit for unit in pack.units if unit.level == "commune")
    district = next(unit.code for unit in pack.enclosing(commune.code) if unit.level == "district")
    applied(engine, Told().open().sent(place=commune.code), Told().open().sent(place="99999"), Told().open())
    assert counted(engine).by_district == {district: 1, "other": 2}


def test_letters_given_up_are_counted_by_agency_and_an_unreachable_one_stands_out(engine: Engine) -> None:
    letters_applied(
        engine,
        letter(LetterFailed, "a" * 32, "l1", reason="550"),
        letter(LetterFailed, "a" * 32, "l2", way="none", reason="no contact"),
        letter(LetterFailed, "a" * 32, "l3", audience="citizen", agency="", reason="550"),
        letter(LetterSent, "a" * 32, "l4", attempt=1),
        letter(LetterFailed, "a" * 32, "l5", at=NOON - 2 * DAY, reason="550"),
    )
    assert counted(engine).letters_failed == {
        ("SYT", "email"): 1,
        ("SYT", "none"): 1,
        ("citizen", "email"): 1,
    }


def test_counting_reads_open_cases_from_their_index_and_nothing_of_the_closed_ones(tmp_path: Path) -> None:
    plans: list[str] = []
    with database(f"sqlite:///{tmp_path / 'plan.db'}") as engine:

        @event.listens_for(engine, "after_cursor_execute")
        def explain(_: object, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
            if statement.startswith("SELECT"):
                asked = cursor.connection.execute(f"explain query plan {statement}", parameters)
                plans.extend(row[-1] for row in asked if "reporting_" in row[-1])

        counted(engine)
    used = {re.sub(r".*(reporting_\w+) .*INDEX (\w+).*", r"\1 \2", plan) for plan in plans}
    assert used == {
        "reporting_case reporting_case_open",
        "reporting_clock reporting_clock_running",
        "reporting_clock reporting_clock_judged",
        "reporting_clock reporting_clock_escalated",
        "reporting_clock reporting_clock_moved",
        "reporting_reopening ix_reporting_reopening_at",
        "reporting_rating ix_reporting_rating_at",
        "reporting_case ix_reporting_case_handling_to",
        "reporting_letter reporting_letter_state",
    }


def test_ratings_of_the_last_thirty_days_have_means_per_agency_and_field(engine: Engine) -> None:
    for scores in ((5, 4, 1), (4, 5, 2)):
        told = Told().open().sent()
        given = dict(zip(("answer", "attitude", "timeliness"), scores, strict=True))
        rated = make(events.CaseRated, told.ref, at=NOON, cycle=1, agency="SYT", field="F04", **given)
        applied(engine, told.tell(rated))
    counts = counted(engine, NOON + DAY)
    assert counts.ratings == {"SYT": 2}
    assert counts.rating_means == {
        ("SYT", "answer"): 4.5,
        ("SYT", "attitude"): 4.5,
        ("SYT", "timeliness"): 1.5,
    }
    assert counts.rating_means_by_field["F04", "answer"] == 4.5
    assert counted(engine, NOON + 31 * DAY).ratings == {}
