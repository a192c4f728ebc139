"""The nightly audit, and a ticker that waits for no case but the one it is about."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from libs.contracts.events import CaseReceived
from libs.runtime.database import in_thread, open_engine, reading, writing
from libs.runtime.directory import put_pack
from libs.runtime.service import Runtime, open_runtime
from services.sla.audit import Audit, Outcome
from services.sla.changing import Changing
from services.sla.due import Due
from services.sla.nightly import Nightly
from services.sla.packs import book_of
from services.sla.rows import CLOCK, LINK
from services.sla.store import Store
from services.sla.ticker import Ticker
from tests.support.builders import make
from tests.support.bus import connected
from tests.support.clocks import DAYS, clock_pack
from tests.support.town import Town
from tests.support.waiting import eventually
from tests.support.worktime import at


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def audited(rt: Runtime, database_url: str) -> Outcome:
    engine = open_engine(database_url)
    try:
        return await Audit(engine, book_of(rt.directory), rt.cases, rt.clock).run()
    finally:
        engine.dispose()


async def test_stored_clocks_are_those_the_facts_make_also_across_a_changed_calendar(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    async with town.open(database_url) as rt:
        refs = [await town.slip("2026-03-02 08:00") for _ in range(3)]
        await town.answer(refs[0], "2026-03-02 10:00")
        await town.time("2026-03-02 16:01")
        await town.until_said(refs[1], "answer-1.armed", "answer-1.warned-75")
        town.pack = clock_pack(tmp_path / "newer", days__csv=f"{DAYS}2026-03-03,holiday,Lễ,,ok,,\n")
        await put_pack(town.admin, town.pack, recompute=("province",), document="12/QĐ-UBND", by="Trần Thị M")
        await town.time("2026-03-02 17:00")
        await town.until_said(refs[1], "answer-1.armed", "answer-1.moved-2", "answer-1.warned-75")
        assert await audited(rt, database_url) == Outcome(2, 0)
        await town.time("2026-03-04 08:01")
        await town.until_said(
            refs[2], *(f"answer-1.{t}" for t in ("armed", "moved-2", "warned-75", "missed"))
        )
        assert await audited(rt, database_url) == Outcome(2, 0)
    moved = await town.fact(refs[1], "answer-1.moved-2")
    assert (moved.due, moved.model_dump()["person"]) == (at("2026-03-04 08:00"), "Trần Thị M")


@pytest.mark.parametrize("key", ["agency", "budget_seconds", "start"])
async def test_a_clock_that_is_not_what_its_facts_make_is_found_and_counted(
    town: Town, tmp_path: Path, key: str
) -> None:
    url = f"sqlite:///{tmp_path / 'sla.db'}"
    other = {"agency": "H11", "budget_seconds": 7 * 3600, "start": "2026-03-02T02:00:00Z"}
    async with town.open(url):
        good, bad = await town.slip("2026-03-02 08:00"), await town.slip("2026-03-02 08:00")
        for ref in (good, bad):
            await town.until_said(ref, "answer-1.armed")
    engine = open_engine(url)
    with writing(engine) as connection:
        mine = CLOCK.c.case_id == bad.case_id
        data = json.loads(connection.execute(select(CLOCK.c.data).where(mine)).scalar_one())
        connection.execute(update(CLOCK).where(mine).values(data=json.dumps({**data, key: other[key]})))
    engine.dispose()
    before = sample("hotline_sla_replay_mismatch_total")
    async with open_runtime("sla", town.settings(url)) as rt:
        assert await audited(rt, url) == Outcome(2, 1)
    assert sample("hotline_sla_replay_mismatch_total") == before + 1
    assert sample("hotline_sla_audit_cases") == 2


async def test_g25_a_damaged_clock_is_counted_and_stops_nobody_elses_audit(
    town: Town, tmp_path: Path
) -> None:
    """G25: one bad row stopped the run."""
    url = f"sqlite:///{tmp_path / 'sla.db'}"
    async with town.open(url):
        refs = [await town.slip("2026-03-02 08:00") for _ in range(3)]
        for ref in refs:
            await town.until_said(ref, "answer-1.armed")
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(update(CLOCK).where(CLOCK.c.case_id == refs[0].case_id).values(data="{"))
    engine.dispose()
    async with open_runtime("sla", town.settings(url)) as rt:
        assert await audited(rt, url) == Outcome(3, 1)


async def test_parked_cases_end_no_audit(town: Town, tmp_path: Path) -> None:
    """A page of nothing but parked cases was taken for the last one."""
    url = f"sqlite:///{tmp_path / 'sla.db'}"
    async with town.open(url) as rt:
        refs = sorted([await town.slip("2026-03-02 08:00") for _ in range(3)], key=lambda ref: ref.case_id)
        for ref in refs:
            await town.until_said(ref, "answer-1.armed")
        engine = open_engine(url)
        with writing(engine) as connection:
            parked = LINK.c.case_id.in_([ref.case_id for ref in refs[:2]])
            connection.execute(update(LINK).where(parked).values(parked="for the test 1"))
        store = Store(engine, book_of(rt.directory))
        found = await in_thread(store.open_cases, "", 2)
        engine.dispose()
    assert [one.ref for one in found] == [refs[2]]


async def test_each_night_is_audited_once_whatever_the_number_of_replicas(town: Town, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sla.db'}"
    async with town.open(url) as rt:
        engine = open_engine(url)
        audit = Audit(engine, book_of(rt.directory), rt.cases, rt.clock)
        replicas = [
            Nightly(engine, audit, rt.directory, rt.clock, at("2026-03-02 02:30").time()) for _ in "ab"
        ]
        assert replicas[0].night(at("2026-03-03 02:29")) == date(2026, 3, 2)
        assert replicas[0].night(at("2026-03-03 02:30")) == date(2026, 3, 3)
        await eventually(replicas[0].last_success)
        assert [await one.turn() for one in replicas] == [None, None]
        await town.time("2026-03-03 02:31")
        await eventually(lambda: rt.clock.now() == at("2026-03-03 02:31"))
        assert [await one.turn() for one in replicas] == [Outcome(0, 0), None]
        engine.dispose()


async def test_the_audit_by_hand_says_what_it_found(town: Town, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sla.db'}"
    async with town.open(url):
        ref = await town.slip("2026-03-02 08:00")
        await town.until_said(ref, "answer-1.armed")
    settings = {
        "HOTLINE_SLA_NATS_URL": town.server.url,
        "HOTLINE_SLA_NKEY_SEED_FILE": str(town.server.seed("sla")),
        "HOTLINE_SLA_DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "services.sla", "audit"]
    done = await asyncio.to_thread(
        subprocess.run, command, env={**os.environ, **settings}, capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "sla: 1 open cases audited, 0 clocks differ",
    )


async def test_one_fact_that_waits_for_ever_stops_no_other_case_and_its_own_fires_no_breach(
    town: Town, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'sla.db'}"
    async with town.open(url) as rt:
        stuck, other = await town.slip("2026-03-02 08:00"), await town.slip("2026-03-02 08:00")
        for ref in (stuck, other):
            await town.until_said(ref, "answer-1.armed")
        lost = make(CaseReceived, stuck, at=at("2026-03-02 09:00"), pack_version=town.pack.version)
        headers = {"Nats-Expected-Last-Subject-Sequence": "0"}  # its own subject is new: a link to nowhere
        async with connected(town.server, "desk") as js:
            await js.publish(stuck.subject(lost), lost.model_dump_json().encode(), headers=headers)
        engine = open_engine(url)
        book = book_of(rt.directory)
        parts = Due(engine, book), Changing(engine, book), rt.js, rt.clock
        ticker = Ticker(*parts, fired=lambda: None, poll=1, grace=0, catch_up=0.2)
        await town.time("2026-03-03 08:01")
        await eventually(lambda: rt.clock.now() == at("2026-03-03 08:01"))
        await ticker.tick()
        await town.until_said(other, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        assert await town.said(stuck) == ["answer-1.armed"]
        with reading(engine) as connection:
            due = select(CLOCK.c.next_at).where(CLOCK.c.case_id == stuck.case_id)
            assert connection.execute(due).scalar_one() is not None
        engine.dispose()
