"""Proof of life: an alarm although the process is up (G24), and no breach out of an old dump."""

import asyncio
import shutil
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client import REGISTRY

from libs.devstack.nats_server import NatsServer
from libs.runtime.operations import operations_app
from libs.runtime.service import open_runtime
from services.sla.app import build
from services.sla.settings import Settings
from tests.support.prometheus import needs_prometheus, prometheus, rules
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.town import a_town
from tests.support.waiting import eventually

TICK = "hotline_sla_last_tick_timestamp_seconds"
TABLES = "select tablename from pg_tables where tablename like 'sla%'"
SOONER = {"> 300": "> 3"}
"""The rule's five minutes, for a test that does not wait so long; promtool holds the real ones."""


def shortened(alert: str) -> str:
    expression = str(next(rule["expr"] for rule in rules() if rule.get("alert") == alert))
    for long, short in SOONER.items():
        assert long in expression
        expression = expression.replace(long, short)
    return expression


@needs_prometheus
@pytest.mark.postgres
@pytest.mark.timeout(90)
async def test_g24_a_ticker_whose_database_hangs_is_told_although_its_process_is_up(
    server: NatsServer, postgres_url: str, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    settings = Settings(
        nats_url=server.url, nkey_seed_file=server.seed("sla"), database_url=postgres_url, poll_seconds=0.2
    )
    rule = shortened("TickerSilent")
    async with open_runtime("sla", settings) as rt, build(rt), serving(operations_app(rt.readiness)) as url:
        async with prometheus(tmp_path / "prometheus", {"sla": f"{url}/metrics"}) as asked:
            await eventually(lambda: asked.ask(f"time() - max({TICK}) < 3"), within=20)
            assert await asked.ask(rule) == []
            with psycopg.connect(postgres_url.replace("+psycopg", "")) as blocking:
                for (name,) in blocking.execute(
                    "select tablename from pg_tables where tablename like 'sla%'"
                ):
                    blocking.execute(f"lock table {name} in access exclusive mode")
                await eventually(lambda: asked.ask(rule), within=15)
                stood_still = REGISTRY.get_sample_value(TICK)
                assert stood_still is not None and time.time() - stood_still > 3
                async with httpx.AsyncClient() as client:
                    assert (await client.get(f"{url}/health")).status_code == 204, "the process is up"
                blocking.rollback()
            await eventually(lambda: asked.ask(f"time() - max({TICK}) < 3"), within=15)
            assert await asked.ask(rule) == []


async def test_an_older_database_put_back_fires_nothing_that_an_answer_had_stopped(tmp_path: Path) -> None:
    file, dump = tmp_path / "sla.db", tmp_path / "dump"
    url = f"sqlite:///{file}"
    async with a_town(tmp_path / "town") as town:
        async with town.open(url):
            ref = await town.slip("2026-03-02 08:00")
            await town.until_said(ref, "answer-1.armed")
        shutil.copy(file, dump)
        async with town.open(url):
            await town.slips(150, "2026-03-05 07:00")  # so that catching up takes its time
            await town.answer(ref, "2026-03-02 09:00")
            await town.until_said(ref, "answer-1.armed", "answer-1.met")
        shutil.copy(dump, file)
        await town.time("2026-03-05 08:00")
        async with town.open(url):
            other = await town.slip("2026-03-05 08:00")
            await town.until_said(other, "answer-1.armed")
            await asyncio.sleep(1)
        assert await town.said(ref) == ["answer-1.armed", "answer-1.met"]
