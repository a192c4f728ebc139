"""The clocks' service on a real nats-server: facts in, clock facts out, each once, whatever happens."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from nats.js.client import JetStreamContext
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from libs.contracts.events import CaseAnswered, CaseFact, CaseReceived, CaseRouted
from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import CaseRef, decode
from libs.devstack.nats_server import NatsServer
from libs.packs.model import Pack
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import ClockSetting, FollowingClock
from libs.runtime.database import open_engine, reading, table, writing
from libs.runtime.directory import Directory, put_pack
from libs.runtime.rebuild import rebuild, replay
from libs.runtime.service import Runtime, open_runtime
from services.sla.app import build, packs, project
from services.sla.effects import Effects
from services.sla.settings import Settings
from services.sla.store import CLOCK, Store
from services.sla.tables import Link
from services.sla.ticker import Ticker
from tests.support.builders import a_case, make, slip
from tests.support.bus import connected, provisioned
from tests.support.clocks import DAYS, clock_pack
from tests.support.waiting import eventually
from tests.support.worktime import at

Tokens = list[str]


def standing(when: str) -> ClockSetting:
    """A clock that stands still until it is moved."""
    return ClockSetting(mode="simulated", origin=at(when), rate=0)


class Town:
    """A province on a test server: writes facts, moves the time, reads what the clocks said."""

    def __init__(
        self, server: NatsServer, pack: Pack, admin: JetStreamContext, logs: dict[str, CaseLog]
    ) -> None:
        self.server = server
        self.pack = pack
        self.admin = admin
        self.logs = logs
        self.last: dict[str, int] = {}

    async def write(self, ref: CaseRef, cls: type[CaseFact], when: str, **fields: Any) -> None:
        fact = make(cls, ref, at=at(when), pack_version=self.pack.version, **fields)
        log = self.logs["router" if cls is CaseRouted else "desk"]
        stored = await log.append(
            ref, None, self.last.get(ref.case_id, 0), decide=lambda _: fact, fold=lambda s, _: s
        )
        assert stored
        self.last[ref.case_id] = stored.seq

    async def slip(self, when: str, number: int = 1) -> CaseRef:
        ref = a_case()
        await self.write(ref, CaseRouted, when, slip=slip(number, "YT", field="F01"))
        return ref

    async def slips(self, many: int, when: str) -> list[CaseRef]:
        refs: list[CaseRef] = []
        for _ in range(0, many, 50):
            refs += await asyncio.gather(*(self.slip(when) for _ in range(min(50, many - len(refs)))))
        return refs

    async def answer(self, ref: CaseRef, when: str) -> None:
        await self.write(ref, CaseAnswered, when, answer="Xong")

    async def time(self, when: str) -> None:
        bucket = await self.admin.key_value("DIRECTORY")
        await bucket.put("clock", standing(when).model_dump_json().encode())

    async def said(self, ref: CaseRef) -> Tokens:
        state = (await self.admin.stream_info("CLOCKS", subjects_filter=f"clock.{ref.case_id}.>")).state
        return sorted(subject.split(".", 2)[2] for subject in state.subjects or {})

    async def messages(self) -> int:
        return (await self.admin.stream_info("CLOCKS")).state.messages

    async def fact(self, ref: CaseRef, what: str) -> ClockFact:
        subject = f"clock.{ref.case_id}.{what}"
        message = await self.admin.get_last_msg("CLOCKS", subject)
        found = decode(subject, message.data or b"")
        assert isinstance(found, ClockFact)
        return found

    async def until_said(self, ref: CaseRef, *tokens: str, within: float = 6) -> None:
        async def said() -> bool:
            return await self.said(ref) == sorted(tokens)

        await eventually(said, within=within, what=f"{tokens}")

    def settings(self, database_url: str, **more: Any) -> Settings:
        return Settings(
            nats_url=self.server.url,
            nkey_seed_file=self.server.seed("sla"),
            database_url=database_url,
            **more,
        )

    @asynccontextmanager
    async def open(self, database_url: str) -> AsyncIterator[Runtime]:
        async with open_runtime("sla", self.settings(database_url)) as rt, build(rt):
            yield rt
            assert not rt.failed.is_set()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    pack = clock_pack(tmp_path / "pack")
    async with (
        provisioned(tmp_path / "nats", clock=standing("2026-03-02 08:00")) as server,
        connected(server, "provisioner") as admin,
        connected(server, "router") as router,
        connected(server, "desk") as desk,
    ):
        await put_pack(admin, pack)
        yield Town(server, pack, admin, {"router": CaseLog(router), "desk": CaseLog(desk)})


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'sla.db'}"


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
        pack_of = packs(rt.directory)
        ticker = Ticker(
            Store(engine, pack_of),
            rt.js,
            rt.clock,
            pack_of,
            fired=lambda: None,
            poll=1,
            grace=0,
            catch_up=0.3,
        )
        assert not await ticker.tick()
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
        await eventually(lambda: _count(town, 300), within=20)
        await asyncio.sleep(0.4)
    assert await town.messages() == 300


async def _count(town: Town, many: int) -> bool:
    return await town.messages() >= many


async def test_an_answer_given_too_late_is_missed_and_ended_even_if_no_ticker_ran(
    town: Town, sqlite_url: str
) -> None:
    ref = await town.slip("2026-03-02 08:00")
    await town.answer(ref, "2026-03-04 08:00")
    async with town.open(sqlite_url):
        await town.until_said(ref, "answer-1.armed", "answer-1.missed", "answer-1.ended")


async def test_dropped_and_refilled_tables_are_the_same_and_say_nothing_again(
    town: Town, database_url: str
) -> None:
    await town.time("2026-03-03 08:30")
    refs = [await town.slip("2026-03-02 08:00") for _ in range(6)]
    for ref in refs[:2]:
        await town.answer(ref, "2026-03-02 10:00")
    await town.answer(refs[2], "2026-03-03 08:10")
    async with town.open(database_url):
        await eventually(lambda: _count(town, 2 * 2 + 3 + 3 * 3), within=10)
    rows, messages = all_rows(database_url), await town.messages()
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
    engine.dispose()


def all_rows(database_url: str) -> list[tuple[Any, ...]]:
    engine = open_engine(database_url)
    with reading(engine) as connection:
        rows = connection.execute(select(CLOCK).order_by(CLOCK.c.case_id, CLOCK.c.clock)).all()
    engine.dispose()
    return [tuple(row) for row in rows]


async def test_g25_a_case_whose_clock_is_damaged_is_parked_alone_and_a_replay_makes_it_well(
    town: Town, sqlite_url: str
) -> None:
    async with town.open(sqlite_url):
        bad, good = await town.slip("2026-03-02 08:00"), await town.slip("2026-03-02 08:00")
        await town.until_said(good, "answer-1.armed")
        await town.until_said(bad, "answer-1.armed")
        engine = open_engine(sqlite_url)
        with writing(engine) as connection:
            connection.execute(update(CLOCK).where(CLOCK.c.case_id == bad.case_id).values(data="{"))
        await town.write(bad, CaseReceived, "2026-03-02 08:30")
        await town.time("2026-03-03 08:01")
        await town.until_said(good, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        assert await town.said(bad) == ["answer-1.armed"]
    directory = Directory(town.admin, FollowingClock())
    await directory.refresh()
    projection = project(town.settings(sqlite_url), engine, directory, FollowingClock())
    assert await replay(town.admin, "sla", projection) == 1
    async with town.open(sqlite_url):
        await town.until_said(bad, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
    engine.dispose()


async def test_a_slip_beyond_the_calendar_is_set_aside_and_the_others_run(
    town: Town, sqlite_url: str
) -> None:
    async with town.open(sqlite_url):
        lost, good = await town.slip("2027-03-02 08:00"), await town.slip("2026-03-02 08:00")
        await town.until_said(good, "answer-1.armed")
        assert await town.said(lost) == []
    async with town.open(sqlite_url):
        await eventually(lambda: sample("hotline_sla_broken_rows") == 1)


async def test_when_the_calendar_has_ended_promises_still_fire_and_the_rest_is_an_alarm(
    town: Town, sqlite_url: str
) -> None:
    async with town.open(sqlite_url):
        ref = await town.slip("2026-03-02 08:00")
        await town.until_said(ref, "answer-1.armed")
        await town.time("2027-06-01 08:00")
        await eventually(lambda: sample("hotline_sla_unusable_hours") == 1)
        assert await town.said(ref) == ["answer-1.armed"]
        await town.time("2026-03-09 08:00")
        await town.until_said(ref, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        await eventually(lambda: sample("hotline_sla_unusable_hours") == 0)
        assert sample("hotline_sla_last_tick_timestamp_seconds") > 1_600_000_000


async def test_a_new_pack_is_taken_while_running_and_old_clocks_keep_theirs(
    town: Town, sqlite_url: str, tmp_path: Path
) -> None:
    async with town.open(sqlite_url):
        old = await town.slip("2026-03-02 08:00")
        await town.until_said(old, "answer-1.armed")
        town.pack = clock_pack(tmp_path / "newer", days__csv=f"{DAYS}2026-03-03,holiday,Lễ,,ok,,\n")
        await put_pack(town.admin, town.pack)
        new = await town.slip("2026-03-02 08:00")
        await town.until_said(new, "answer-1.armed")
        await town.time("2026-03-03 08:01")
        await town.until_said(old, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        assert await town.said(new) == ["answer-1.armed", "answer-1.warned-75"]
    assert (await town.fact(old, "answer-1.armed")).due == at("2026-03-03 08:00")
    assert (await town.fact(new, "answer-1.armed")).due == at("2026-03-04 08:00")


async def test_a_restart_of_the_server_loses_and_doubles_nothing(town: Town, sqlite_url: str) -> None:
    async with town.open(sqlite_url):
        before = await town.slips(40, "2026-03-02 08:00")
        await town.time("2026-03-03 08:01")
        await asyncio.sleep(0.5)
        town.server.kill()
        await asyncio.sleep(0.3)
        town.server.start()
        await eventually(lambda: _back(town), within=10)
        await eventually(lambda: _count(town, 3 * len(before)), within=15)
        await asyncio.sleep(0.3)
    assert await town.messages() == 3 * len(before)


async def _back(town: Town) -> bool:
    try:
        return await town.messages() >= 0
    except Exception:
        return False


@pytest.mark.postgres
async def test_two_tickers_say_everything_once(town: Town, postgres_url: str) -> None:
    async with town.open(postgres_url), town.open(postgres_url):
        refs = await town.slips(300, "2026-03-02 08:00")
        await town.time("2026-03-03 08:01")
        await eventually(lambda: _count(town, 900), within=20)
        await asyncio.sleep(0.3)
        assert await town.messages() == 900
        for ref in refs[::50]:
            assert await town.said(ref) == ["answer-1.armed", "answer-1.missed", "answer-1.warned-75"]


@pytest.mark.crash
@pytest.mark.postgres
@pytest.mark.timeout(90)
async def test_one_of_two_tickers_killed_in_a_burst_every_effect_once(town: Town, postgres_url: str) -> None:
    replicas = [replica(town, postgres_url) for _ in range(2)]
    try:
        refs = await town.slips(800, "2026-03-02 08:00")
        await eventually(lambda: _count(town, 800), within=30)
        await town.time("2026-03-03 08:01")
        await eventually(lambda: _count(town, 900), within=20)
        replicas[0].send_signal(signal.SIGKILL)
        replicas[0].wait(5)
        assert await town.messages() < 2400
        await eventually(lambda: _count(town, 2400), within=30)
        await asyncio.sleep(0.5)
    finally:
        for process in replicas:
            process.kill()
            process.wait(5)
    assert await town.messages() == 2400
    info = await town.admin.stream_info("CLOCKS", subjects_filter="clock.*.*.missed")
    assert len(info.state.subjects or {}) == len(refs)
    engine = open_engine(postgres_url)
    with reading(engine) as connection:
        parked = connection.execute(select(table(Link).c.parked).where(table(Link).c.parked != "")).all()
    assert not parked
    engine.dispose()


def replica(town: Town, database_url: str) -> "subprocess.Popen[bytes]":
    settings = {
        "HOTLINE_SLA_NATS_URL": town.server.url,
        "HOTLINE_SLA_NKEY_SEED_FILE": str(town.server.seed("sla")),
        "HOTLINE_SLA_DATABASE_URL": database_url,
        "HOTLINE_SLA_OPERATIONS_PORT": "0",
        "HOTLINE_SLA_LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen([sys.executable, "-m", "services.sla"], env={**os.environ, **settings})
