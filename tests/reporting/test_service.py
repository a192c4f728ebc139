"""Reporting on a real nats-server: facts become rows and figures, once, whatever happens."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from libs.contracts import events
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockMet, ClockMissed, Dead, LetterFailed
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine
from libs.runtime.rebuild import rebuild
from libs.runtime.sidelog import SideLog
from services.reporting import store
from services.reporting.app import NoKey, project, read_key
from services.reporting.metrics import COUNTED
from tests.support.builders import a_case, make, opened, routed
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.provinces import in_force, thanh_hoa
from tests.support.reporting import clock, letter, reporting, reporting_settings, rows
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    COUNTED.families = ()


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def now() -> datetime:
    return SystemClock().now()


async def told(server: NatsServer, ref: CaseRef, at: datetime) -> int:
    """A request of now that was routed and answered."""
    officer = Actor(service="desk", person="p1", agency="SYT")
    return await happen(
        server,
        ref,
        opened(ref, at=at, received_at=at),
        routed(ref, at=at),
        make(events.CaseAnswered, ref, at=at, by=officer, answer="xong"),
    )


async def test_facts_become_rows_gauges_and_counters(server: NatsServer, database_url: str) -> None:
    await in_force(server, thanh_hoa())
    before = {
        name: sample(f"hotline_reporting_{name}_total", **labels)
        for name, labels in (
            ("received", {"channel": "portal"}),
            ("answered", {"agency": "SYT", "how": "written"}),
            ("judged", {"agency": "SYT", "kind": "answer", "outcome": "on_time"}),
        )
    }
    observed = sample("hotline_reporting_first_response_seconds_count", agency="SYT")
    async with reporting(reporting_settings(server, database_url)):
        ref, at = a_case(), now()
        await told(server, ref, at)
        open_case = a_case()
        await happen(server, open_case, opened(open_case, at=at - timedelta(hours=2)))
        async with connected(server, "sla") as js:
            met = clock(ClockMet, ref.case_id, at=at, start=at, due=at + timedelta(days=2), stopped_at=at)
            assert await SideLog(js).write(met)
        async with connected(server, "notifier") as js:
            nobody = letter(LetterFailed, ref.case_id, at=at, way="none", reason="no contact")
            assert await SideLog(js).write(nobody)
        await eventually(lambda: sample("hotline_reporting_unowned_cases") == 1)
        await eventually(lambda: sample("hotline_reporting_judged_30d", agency="SYT", outcome="on_time") == 1)
        await eventually(lambda: sample("hotline_reporting_letters_failed_1d", agency="SYT", way="none") == 1)
        assert sample("hotline_reporting_open_cases", agency="desk") == 1
        assert sample("hotline_reporting_open_cases", agency="SYT") == 1, "answered, not yet published"
        assert sample("hotline_reporting_on_time_ratio_30d", agency="SYT") == 1
        assert 7200 <= sample("hotline_reporting_oldest_unanswered_seconds", agency="desk") < 7260
        assert sample("hotline_reporting_stream_messages", stream="CASES") == 4
        assert sample("hotline_reporting_received_total", channel="portal") == before["received"] + 2
        assert (
            sample("hotline_reporting_answered_total", agency="SYT", how="written") == before["answered"] + 1
        )
        judged = {"agency": "SYT", "kind": "answer", "outcome": "on_time"}
        await eventually(lambda: sample("hotline_reporting_judged_total", **judged) == before["judged"] + 1)
        assert sample("hotline_reporting_first_response_seconds_count", agency="SYT") == observed + 1


async def test_a_rebuild_gives_the_same_rows_and_counts_no_flow(
    server: NatsServer, database_url: str
) -> None:
    await in_force(server, thanh_hoa())
    settings = reporting_settings(server, database_url)
    ref, at = a_case(), now()
    async with reporting(settings):
        await told(server, ref, at)
        async with connected(server, "sla") as js:
            await SideLog(js).write(clock(ClockMissed, ref.case_id, at=at))
        engine = open_engine(database_url)
        await eventually(lambda: rows(engine, store.CLOCK) and rows(engine, store.CASE)[0]["result"])
        await asyncio.sleep(0.1)
    before = [rows(engine, each) for each in store.PROJECTION]
    flow = sample("hotline_reporting_answered_total", agency="SYT", how="written")
    async with connected(server, "provisioner") as js:
        counted = await rebuild(js, "reporting", project(settings, engine, _none(), SystemClock()))
    assert counted == {"CASES": 3, "CLOCKS": 1, "LETTERS": 0}
    assert [rows(engine, each) for each in store.PROJECTION] == before
    async with reporting(settings):
        other = a_case()
        await happen(server, other, opened(other, at=at))
        await eventually(lambda: len(rows(engine, store.CASE)) == 2)
    assert sample("hotline_reporting_answered_total", agency="SYT", how="written") == flow
    engine.dispose()


def _none() -> Any:
    return None


async def test_history_read_at_a_first_start_is_no_flow(server: NatsServer, tmp_path: Path) -> None:
    await in_force(server, thanh_hoa())
    before = sample("hotline_reporting_received_total", channel="portal")
    old, young = a_case(), a_case()
    await happen(server, old, opened(old, at=now() - timedelta(days=2)))
    await happen(server, young, opened(young, at=now()))
    async with reporting(reporting_settings(server, f"sqlite:///{tmp_path / 'r.db'}")):
        await eventually(lambda: sample("hotline_reporting_open_cases", agency="desk") == 2)
        await eventually(lambda: sample("hotline_reporting_received_total", channel="portal") == before + 1)


async def test_a_poison_fact_is_parked_counted_and_harms_no_other_case(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    before = sample("hotline_reporting_received_total", channel="portal")
    bad, good = a_case(), a_case()
    async with connected(server, "intake") as js:
        headers = {
            "Nats-Expected-Last-Subject-Sequence": "0",
            "Nats-Expected-Last-Subject-Sequence-Subject": bad.filter,
        }
        await js.publish(f"case.{bad.year}.{bad.case_id}.opened", b'{"no":"case"}', headers=headers)
    await happen(server, good, opened(good, at=now()))
    async with reporting(reporting_settings(server, f"sqlite:///{tmp_path / 'r.db'}")):
        await eventually(lambda: sample("hotline_reporting_stream_messages", stream="DEAD") == 1)
        await eventually(lambda: sample("hotline_reporting_received_total", channel="portal") == before + 1)
        async with connected(server, "provisioner") as js:
            dead = Dead.model_validate_json((await js.get_last_msg("DEAD", "dead.reporting.>")).data or b"")
    assert (dead.service, dead.seq) == ("reporting", 1)


async def test_a_count_that_fails_leaves_the_last_one_and_an_old_timestamp(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    name = "hotline_reporting_collector_last_success_timestamp_seconds"
    started = now().timestamp()
    async with reporting(reporting_settings(server, f"sqlite:///{tmp_path / 'r.db'}")):
        await eventually(lambda: sample(name) >= started)
        families = len(COUNTED.families)
        server.kill()
        await asyncio.sleep(0.5)
        stale = sample(name)
        await asyncio.sleep(1)
        assert sample(name) == stale
        assert len(COUNTED.families) == families
        server.start()
        await eventually(lambda: sample(name) > stale, within=10)


async def test_a_reader_that_does_not_collect_shows_no_gauges(server: NatsServer, tmp_path: Path) -> None:
    await in_force(server, thanh_hoa())
    settings = reporting_settings(server, f"sqlite:///{tmp_path / 'r.db'}", collector=False)
    async with reporting(settings):
        ref = a_case()
        await happen(server, ref, opened(ref, at=now()))
        engine = open_engine(settings.database_url)
        await eventually(lambda: rows(engine, store.CASE))
        engine.dispose()
    assert not COUNTED.families


async def test_reporting_may_write_nothing(server: NatsServer) -> None:
    async with connected(server, "reporting") as js:
        ref = a_case()
        with pytest.raises(Exception, match=r"(?i)permission|timeout|no response"):
            await js.publish(ref.subject(opened(ref)), b"{}", timeout=0.5)


def test_a_missing_or_short_key_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("kurz\n")
    for file in (tmp_path / "none", tmp_path / "short", tmp_path):
        with pytest.raises(NoKey, match="HOTLINE_REPORTING_KEY_FILE"):
            read_key(file)
