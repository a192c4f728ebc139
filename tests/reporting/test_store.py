"""Reporting's rows on SQLite and PostgreSQL: applied, merged, forgotten, tabled."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, Table

from libs.contracts import events
from libs.contracts.facts import Value
from libs.contracts.sidefacts import ClockArmed, ClockEscalated, ClockMet, ClockMissed, LetterSent
from libs.runtime.database import reading
from services.reporting import store
from services.reporting.agencies import Overview, overview
from services.reporting.cases import cases, number_of_cases
from services.reporting.domain.cases import Case
from services.reporting.domain.holdings import Holding, Reopening
from services.reporting.domain.sides import Clock, Letter
from services.reporting.domain.slips import Slip, seconds
from services.reporting.labels import Labels
from services.reporting.periods import Period
from tests.support.builders import MONDAY_MORNING, make
from tests.support.provinces import thanh_hoa
from tests.support.reporting import (
    DUE,
    OFFICER,
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


def table_of(engine: Engine, first: str, last: str, now: datetime = NOON) -> Overview:
    period = Period.read("Asia/Ho_Chi_Minh", month=None, first=first, last=last)
    with reading(engine) as connection:
        return overview(connection, Labels(thanh_hoa()), period, seconds(now))


@pytest.mark.parametrize(
    ("target", "model"),
    [
        (store.CASE, Case),
        (store.SLIP, Slip),
        (store.HOLDING, Holding),
        (store.REOPENING, Reopening),
        (store.CLOCK, Clock),
        (store.LETTER, Letter),
    ],
)
def test_a_table_has_the_columns_of_its_record(target: Table, model: type[Value]) -> None:
    assert [column.name for column in target.columns] == list(model.model_fields)


def test_facts_in_one_batch_and_one_by_one_give_the_same_rows(engine: Engine) -> None:
    together = Told().open().sent().by_officer(events.CaseAnswered, answer="xong")
    apart = Told().open().sent().by_officer(events.CaseAnswered, answer="xong")
    applied(engine, together)
    for one in apart.facts:
        applied(engine, Told([one], apart.ref))
    found = [{**row, "case_id": ""} for row in rows(engine, store.CASE)]
    assert found[0] == found[1]
    assert {row["ended_at"] for row in rows(engine, store.SLIP)} == {seconds(MONDAY_MORNING)}


def test_forgetting_a_case_leaves_its_clocks_and_letters(engine: Engine) -> None:
    told = Told().open().sent()
    applied(engine, told)
    clocks_applied(engine, clock(ClockArmed, told.ref.case_id))
    letters_applied(engine, letter(LetterSent, told.ref.case_id, attempt=1))
    with engine.begin() as connection:
        store.forget(connection, [told.ref.case_id])
    assert [len(rows(engine, each)) for each in (store.CASE, store.SLIP, store.CLOCK, store.LETTER)] == [
        0,
        0,
        1,
        1,
    ]


def test_two_replicas_that_read_facts_of_one_clock_at_once_lose_neither(engine: Engine) -> None:
    told = [Told().open().sent() for _ in range(20)]
    applied(engine, *told)
    missed = [clock(ClockMissed, one.ref.case_id, promised=True) for one in told]
    armed = [clock(ClockArmed, one.ref.case_id) for one in reversed(told)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda facts: clocks_applied(engine, *facts), [missed, armed]))
    assert Counter(row["judgement"] for row in rows(engine, store.CLOCK)) == {"late_promised": 20}


def test_a_clock_takes_its_channel_from_its_case(engine: Engine) -> None:
    told = Told().open(channel="zalo").sent()
    applied(engine, told)
    clocks_applied(engine, clock(ClockArmed, told.ref.case_id))
    assert rows(engine, store.CLOCK)[0]["channel"] == "zalo"


def test_the_monthly_table_counts_slips_in_the_month_they_were_received_handled_and_judged(
    engine: Engine,
) -> None:
    told = [Told().open().sent() for _ in range(4)]
    told[1].by_officer(events.CaseAnswered, at=NOON, answer="xong")
    told[2].by_officer(events.CaseReturned, at=NOON, ground="wrong-agency")
    rejected = Told().open().by_officer(events.CaseRejected, at=NOON, reason="out-of-scope")
    applied(engine, *told, rejected)
    waiting, answered, _, silent = (one.ref.case_id for one in told)
    clocks_applied(
        engine,
        clock(ClockMet, answered, stopped_at=NOON),
        clock(ClockMissed, silent),
        clock(ClockMissed, waiting, promised=True),
    )
    table = table_of(engine, "2026-03-01", "2026-03-31", now=DUE + DAY)
    line = next(line for line in table.agencies if line.code == "SYT")
    assert (line.received, line.handled, line.open, line.returned, line.overdue) == (4, 1, 2, 1, 2)
    assert (line.on_time, line.late_promised, line.late_silent) == (1, 1, 1)
    assert (table.desk.received, table.desk.rejected, table.desk.open) == (5, 1, 1)
    assert (table.total.received, table.total.on_time) == (4, 1)
    empty = table_of(engine, "2026-04-01", "2026-04-30", now=DUE + 60 * DAY)
    line = next(line for line in empty.agencies if line.code == "SYT")
    assert (line.received, line.handled, line.on_time, line.open) == (0, 0, 0, 2)


def test_the_table_of_a_month_that_is_over_shows_what_was_open_then(engine: Engine) -> None:
    told = Told().open().sent().by_officer(events.CaseAnswered, at=NOON + 40 * DAY, answer="muộn")
    applied(engine, told)
    line = table_of(engine, "2026-03-01", "2026-03-31", now=NOON + 90 * DAY).total
    assert (line.received, line.open, line.handled) == (1, 1, 0)
    assert table_of(engine, "2026-04-01", "2026-04-30", now=NOON + 90 * DAY).total.handled == 1


def test_a_month_begins_at_midnight_of_the_province(engine: Engine) -> None:
    last_second = MONDAY_MORNING.replace(month=2, day=28, hour=16, minute=59, second=59)
    applied(engine, Told().open(at=last_second), Told().open(at=last_second + timedelta(seconds=1)))
    assert table_of(engine, "2026-02-01", "2026-02-28").desk.received == 1
    assert table_of(engine, "2026-03-01", "2026-03-31").desk.received == 1


def test_the_table_counts_the_law_promises_and_the_provinces_own_clocks_apart(engine: Engine) -> None:
    told = Told().open().sent()
    applied(engine, told.by_officer(events.CaseRejected, at=NOON, reason="out-of-scope"))
    applied(engine, told.tell(make(events.CaseReopened, told.ref, at=NOON, cycle=2, reason="chưa đúng")))
    case_id, triage = told.ref.case_id, {"name": "triage-1", "basis": "policy", "agency": "TD1022"}
    clocks_applied(
        engine,
        clock(ClockMissed, case_id, promised=True),
        clock(ClockEscalated, case_id, percent=150),
        clock(ClockMissed, case_id, "promise-1-1"),
        clock(ClockMissed, case_id, **triage),
        clock(ClockEscalated, case_id, **triage, percent=200),
    )
    table = table_of(engine, "2026-03-01", "2026-03-31", now=DUE + DAY)
    line = next(line for line in table.agencies if line.code == "SYT")
    assert (line.late_promised, line.late_silent, line.broken_promises) == (1, 0, 1)
    assert (line.escalated, line.reopened) == (1, 1)
    own = next(line for line in table.policy if line.code == "triage")
    assert (own.name, own.on_time, own.late, own.overdue, own.escalated) == (
        "Phân loại và chuyển phiếu", 0, 1, 1, 1,
    )  # fmt: skip


def test_working_time_is_charged_to_whoever_had_the_case_and_adds_up(engine: Engine) -> None:
    hour = timedelta(hours=1)
    told = Told().open(at=MONDAY_MORNING).sent("SYT", at=MONDAY_MORNING + hour)
    told.by_officer(events.CaseReturned, at=MONDAY_MORNING + 3 * hour, ground="x")
    told.tell(make(events.CaseReferred, told.ref, at=MONDAY_MORNING + 7 * hour))
    told.tell(make(events.CaseRejected, told.ref, at=MONDAY_MORNING + 8 * hour, reason="out-of-scope"))
    applied(engine, told)
    table = table_of(engine, "2026-03-01", "2026-03-31", now=DUE + DAY)
    held = {line.code: line.held for line in (table.desk, *table.agencies) if line.held}
    assert held == {"desk": 3 * 3600, "SYT": 2 * 3600, thanh_hoa().arbiter: 3600}
    assert sum(held.values()) == 6 * 3600, "08:00 to 16:00 without the noon break of two hours"
    assert table_of(engine, "2026-04-01", "2026-04-30", now=DUE + DAY).total.held == 0


def test_an_export_for_an_agency_holds_every_case_it_ever_had(engine: Engine) -> None:
    moved = Told().open().sent("SYT")
    moved.tell(make(events.CaseReturned, moved.ref, by=OFFICER, ground="x")).sent("SGTVT", 2)
    applied(engine, moved, Told().open().sent("SGTVT"), Told().open())
    period = Period.read("Asia/Ho_Chi_Minh", month="2026-03", first=None, last=None)
    with reading(engine) as connection:
        sizes = [number_of_cases(connection, period, agency) for agency in ("", "SYT", "SGTVT", "MTTQ")]
        found = [row["agency"] for row in cases(connection, period, "SYT")]
    assert (sizes, found) == ([3, 1, 2, 0], ["SGTVT"])


def test_an_export_shows_the_clock_of_the_last_slip(engine: Engine) -> None:
    told = Told().open().sent("SYT")
    told.tell(make(events.CaseReturned, told.ref, by=OFFICER, ground="x")).sent("SGTVT", 2)
    applied(engine, told)
    clocks_applied(
        engine,
        clock(ClockMissed, told.ref.case_id),
        clock(ClockMet, told.ref.case_id, "answer-2", stopped_at=NOON),
    )
    period = Period.read("Asia/Ho_Chi_Minh", month="2026-03", first=None, last=None)
    with reading(engine) as connection:
        assert [row["judgement"] for row in cases(connection, period, "")] == ["on_time"]
