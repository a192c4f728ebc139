"""The clocks' service beside crashes: the server, a replica, both tickers at once."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from libs.runtime.database import open_engine, reading, table
from libs.runtime.directory import put_pack
from services.sla.tables import Link
from tests.support.clocks import DAYS, clock_pack
from tests.support.town import Town
from tests.support.waiting import eventually


async def test_a_restart_of_the_server_loses_and_doubles_nothing(town: Town, sqlite_url: str) -> None:
    async with town.open(sqlite_url):
        before = await town.slips(40, "2026-03-02 08:00")
        await town.time("2026-03-03 08:01")
        await asyncio.sleep(0.5)
        town.server.kill()
        await asyncio.sleep(0.3)
        town.server.start()
        await eventually(lambda: _back(town), within=10)
        await eventually(lambda: town.count(3 * len(before)), within=15)
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
        await eventually(lambda: town.count(900), within=20)
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
        await eventually(lambda: town.count(800), within=30)
        await town.time("2026-03-03 08:01")
        await eventually(lambda: town.count(900), within=20)
        replicas[0].send_signal(signal.SIGKILL)
        replicas[0].wait(5)
        assert await town.messages() < 2400
        await eventually(lambda: town.count(2400), within=30)
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


@pytest.mark.crash
@pytest.mark.postgres
@pytest.mark.timeout(120)
async def test_a_replica_killed_while_a_changed_calendar_is_told_every_move_once(
    town: Town, postgres_url: str, tmp_path: Path
) -> None:
    replicas = [replica(town, postgres_url) for _ in range(2)]
    try:
        refs = await town.slips(1500, "2026-03-02 08:00")
        await eventually(lambda: town.count(1500), within=60)
        newer = clock_pack(tmp_path / "newer", days__csv=f"{DAYS}2026-03-03,holiday,Lễ,,ok,,\n")
        await put_pack(town.admin, newer, recompute=("province",), document="12/QĐ-UBND")
        await town.time("2026-03-02 09:00")
        await eventually(lambda: town.count(1600), within=30)
        replicas[0].send_signal(signal.SIGKILL)
        replicas[0].wait(5)
        assert await town.messages() < 3000
        await eventually(lambda: town.count(3000), within=60)
        await asyncio.sleep(0.5)
    finally:
        for process in replicas:
            process.kill()
            process.wait(5)
    assert await town.messages() == 3000
    info = await town.admin.stream_info("CLOCKS", subjects_filter="clock.*.*.moved-2")
    assert len(info.state.subjects or {}) == len(refs)


def replica(town: Town, database_url: str) -> "subprocess.Popen[bytes]":
    settings = {
        "HOTLINE_SLA_NATS_URL": town.server.url,
        "HOTLINE_SLA_NKEY_SEED_FILE": str(town.server.seed("sla")),
        "HOTLINE_SLA_DATABASE_URL": database_url,
        "HOTLINE_SLA_OPERATIONS_PORT": "0",
        "HOTLINE_SLA_LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen([sys.executable, "-m", "services.sla"], env={**os.environ, **settings})
