"""The clocks' service on a real nats-server: facts in, clock facts out, each once, whatever happens."""

import asyncio
from typing import Any

from prometheus_client import REGISTRY
from sqlalchemy import select

from libs.runtime.clock import FollowingClock
from libs.runtime.database import open_engine, reading
from libs.runtime.directory import Directory, put_pack
from libs.runtime.rebuild import rebuild
from libs.runtime.service import open_runtime
from services.sla.app import project
from services.sla.changing import Changing
from services.sla.due import Due
from services.sla.effects import Effects
from services.sla.moving import Counting
from services.sla.packs import book_of
from services.sla.store import CLOCK, Store
from services.sla.ticker import Ticker
from tests.support.provinces import thanh_hoa
from tests.support.town import Town
from tests.support.waiting import eventually
from tests.support.worktime import at

COUNTED = (
    ("missed", {"kind": "answer", "agency": "YT"}),
    ("warned", {"kind": "answer"}),
)


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_slip_is_armed_warned_of_and_missed_each_once(town: Town, database_url: str) -> None:
    before = sample("hotline_sla_missed_total", kind="answer", agency="YT")
    async with town.open(database_url):
        ref = await town.slip("2026-03-02 08:00")
        await town.until_said(ref, "answer-1.armed")
        await town.time("2026-03-02 16:01")
        await town.until_said(ref, "answer-1.armed", "answer-1.warned-75")
        await town.time("2026-03-03 08:01")
        await town.until_said(ref, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        await town.answer(ref, "2026-03-03 09:00")
        await town.until_said(ref, *(f"answer-1.{t}" for t in ("armed", "warned-75", "missed", "ended")))
    missed = await town.fact(ref, "answer-1.missed")
    assert (missed.at, missed.case_seq) == (at("2026-03-03 08:00"), 1)
    assert await town.messages() == 4
    assert sample("hotline_sla_missed_total", kind="answer", agency="YT") == before + 1


async def test_a_case_that_nobody_touches_climbs_the_whole_ladder_of_the_provinces_pack(
    town: Town, sqlite_url: str
) -> None:
    town.pack = thanh_hoa()
    await put_pack(town.admin, town.pack)
    async with town.open(sqlite_url):
        ref = await town.slip("2026-03-02 08:00")
        await town.time("2026-03-09 08:00")
        await town.until_said(
            ref,
            *(f"accept-1.{token}" for token in ("armed", "missed", "escalated-200")),
            *(f"answer-1.{token}" for token in ("armed", "warned-50", "warned-75", "missed")),
            *(f"answer-1.escalated-{percent}" for percent in (150, 200)),
        )
    last = await town.fact(ref, "answer-1.escalated-200")
    assert (last.at, last.tell) == (at("2026-03-04 08:00"), ("unit_head", "supervisor", "province"))


async def test_nothing_is_said_twice_over_restarts(town: Town, sqlite_url: str) -> None:
    ref = await town.slip("2026-03-02 08:00")
    for when in ("2026-03-02 08:00", "2026-03-02 16:01", "2026-03-02 16:01", "2026-03-04 08:00"):
        await town.time(when)
        async with town.open(sqlite_url):
            await asyncio.sleep(0.4)
    async with town.open(sqlite_url):
        await town.until_said(ref, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
    assert await town.messages() == 3


async def test_the_ticker_waits_for_an_answer_that_is_stored_but_not_yet_read(
    town: Town, sqlite_url: str
) -> None:
    async with town.open(sqlite_url):
        ref = await town.slip("2026-03-02 08:00")
        await town.until_said(ref, "answer-1.armed")
    await town.answer(ref, "2026-03-02 09:00")
    await town.time("2026-03-09 08:00")
    async with open_runtime("sla", town.settings(sqlite_url)) as rt:
        engine = open_engine(sqlite_url)
        book = book_of(rt.directory)
        ticker = Ticker(
            Due(engine, book),
            Changing(engine, book),
            rt.js,
            rt.clock,
            fired=lambda: None,
            poll=1,
            grace=0,
            catch_up=0.3,
        )
        await ticker.tick()
        assert Effects(engine).waiting() == 0
        engine.dispose()
    async with town.open(sqlite_url):
        await town.until_said(ref, "answer-1.armed", "answer-1.met")
        await asyncio.sleep(0.4)
    assert await town.said(ref) == ["answer-1.armed", "answer-1.met"]


async def test_a_backlog_of_answered_cases_fires_nothing(town: Town, sqlite_url: str) -> None:
    await town.time("2026-03-20 08:00")
    refs = await town.slips(150, "2026-03-02 08:00")
    await asyncio.gather(*(town.answer(ref, "2026-03-02 10:00") for ref in refs))
    async with town.open(sqlite_url):
        await eventually(lambda: town.count(300), within=20)
        await asyncio.sleep(0.4)
    assert await town.messages() == 300


async def test_an_answer_given_too_late_is_missed_and_ended_even_if_no_ticker_ran(
    town: Town, sqlite_url: str
) -> None:
    ref = await town.slip("2026-03-02 08:00")
    await town.answer(ref, "2026-03-04 08:00")
    async with town.open(sqlite_url):
        await town.until_said(ref, *(f"answer-1.{t}" for t in ("armed", "warned-75", "missed", "ended")))


async def test_dropped_and_refilled_tables_are_the_same_and_say_nothing_again(
    town: Town, database_url: str
) -> None:
    await town.time("2026-03-03 08:30")
    refs = [await town.slip("2026-03-02 08:00") for _ in range(6)]
    for ref in refs[:2]:
        await town.answer(ref, "2026-03-02 10:00")
    await town.answer(refs[2], "2026-03-03 08:10")
    async with town.open(database_url):
        await eventually(lambda: town.count(2 * 2 + 3 + 3 * 3), within=10)
    rows, messages = all_rows(database_url), await town.messages()
    counted = [sample(f"hotline_sla_{what}_total", **labels) for what, labels in COUNTED]
    engine = open_engine(database_url)
    directory = Directory(town.admin, FollowingClock())
    await directory.refresh()
    projection = project(town.settings(database_url), engine, directory, FollowingClock())
    assert await rebuild(town.admin, "sla", projection) == {"CASES": 9}
    async with town.open(database_url):
        await eventually(lambda: all_rows(database_url) == rows, within=10)
        await eventually(lambda: Effects(engine).waiting() == 0, within=10)
        late = await town.slip("2026-03-03 08:20")
        await town.until_said(late, "answer-1.armed")
    assert await town.messages() == messages + 1
    assert [sample(f"hotline_sla_{what}_total", **labels) for what, labels in COUNTED] == counted
    engine.dispose()


async def test_the_gauges_tell_what_runs_and_how_old_the_oldest_is_of_every_kind(
    town: Town, sqlite_url: str
) -> None:
    async with town.open(sqlite_url) as rt:
        late, running = await town.slip("2026-03-02 08:00"), await town.slip("2026-03-03 07:30")
        await town.time("2026-03-03 09:30")
        await town.until_said(late, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        await town.until_said(running, "answer-1.armed")
        engine = open_engine(sqlite_url)
        counting = Counting(Store(engine, book_of(rt.directory)), rt.clock)
        await counting.count()
        assert sample("hotline_sla_clocks_open", kind="answer") == 2
        assert sample("hotline_sla_clocks_pending", kind="answer") == 1
        assert sample("hotline_sla_oldest_running_seconds", kind="answer") == 2 * 3600
        await town.answer(running, "2026-03-03 09:00")
        await town.until_said(running, "answer-1.armed", "answer-1.met")
        await counting.count()
        assert sample("hotline_sla_oldest_running_seconds", kind="answer") == 0
        engine.dispose()


def all_rows(database_url: str) -> list[tuple[Any, ...]]:
    engine = open_engine(database_url)
    with reading(engine) as connection:
        rows = connection.execute(select(CLOCK).order_by(CLOCK.c.case_id, CLOCK.c.clock)).all()
    engine.dispose()
    return [tuple(row) for row in rows]
