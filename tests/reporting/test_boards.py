"""The dashboard and the rules say only what a real Prometheus, scraping real services, can answer."""

import asyncio
import copy
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from libs.contracts import events
from libs.contracts.events import CaseFact
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockMet, ClockMissed, LetterFailed
from libs.contracts.streams import SERVICES
from libs.devstack.nats_server import NatsServer, free_port
from libs.runtime.clock import SystemClock
from libs.runtime.operations import operations_app
from libs.runtime.sidelog import SideLog
from ops.grafana.boards import hotline
from tests.support.boards import faults, panels, queries, selectors
from tests.support.builders import a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.prometheus import BadQuery, Prometheus, board, needs_prometheus, prometheus, rules, started
from tests.support.provinces import in_force, thanh_hoa
from tests.support.reporting import clock, letter, reporting, reporting_settings
from tests.support.serving import serving
from tests.support.waiting import eventually

OTHERS = [service for service in SERVICES if service != "reporting"]


def test_the_committed_board_is_what_the_code_makes() -> None:
    committed = Path(__file__).parents[2] / "ops" / "grafana" / "dashboards" / "hotline.json"
    assert committed.read_text(encoding="utf-8") == hotline(), "run: python -m ops.grafana.boards"


def test_the_board_has_no_fault() -> None:
    assert faults(board()) == []


def test_titles_are_vietnamese_first() -> None:
    assert [panel["title"] for panel in panels(board()) if " · " not in panel["title"]] == []


def _seed(change: Callable[[dict[str, Any]], object]) -> list[str]:
    damaged = copy.deepcopy(board())
    change(panels(damaged)[0])
    return faults(damaged)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda p: p["fieldConfig"]["defaults"].update(unit="parsecs"), "unknown unit"),
        (lambda p: p["targets"][0].update(expr="sum(hotline_reporting_received_total)"), "without rate"),
        (lambda p: p["gridPos"].update(w=24), "overlaps"),
        (lambda p: p["targets"][0].update(expr='up{job="$job"}'), "undefined variable job"),
        (lambda p: p.update(titel="x"), "unknown key"),
        (lambda p: p["options"].update(colourMode="x"), "unknown options.colourMode"),
        (lambda p: p["options"].update(colorMode="rainbow"), "cannot be 'rainbow'"),
        (lambda p: p.pop("description"), "no description"),
        (lambda p: p["targets"].clear(), "no query"),
    ],
)
def test_a_seeded_fault_is_found(change: Callable[[dict[str, Any]], object], complaint: str) -> None:
    assert any(complaint in fault for fault in _seed(change)), _seed(change)


@asynccontextmanager
async def other_services() -> AsyncIterator[dict[str, str]]:
    """Every measure the other services declare, from their own modules."""
    port = free_port()
    command = [sys.executable, "-m", "tests.support.exposition", str(port), *OTHERS]
    process = started(command)
    try:
        yield {service: f"http://127.0.0.1:{port}/{service}" for service in OTHERS}
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


ANSWERED = (events.CaseAnswered, {"answer": "xong"})
ENDINGS: tuple[list[tuple[type[CaseFact], dict[str, str]]], ...] = (
    [ANSWERED, (events.CasePublished, {"question": "?", "answer": "!"})],
    [ANSWERED, (events.CaseWithheld, {"ground": "personal"})],
    [(events.CaseReturned, {"ground": "wrong-agency"})],
    [(events.CaseAnsweredByPhone, {"summary": "xong"})],
    [],
)


async def keep_telling(server: NatsServer, enough: asyncio.Event) -> None:
    """One case after the other, of every kind of ending, with its clocks and letters."""
    by = Actor(service="desk", person="p1", agency="SYT")
    async with connected(server, "sla") as sla, connected(server, "notifier") as notifier:
        while not enough.is_set():
            for ending in ENDINGS:
                at, ref = SystemClock().now(), a_case()
                facts = [make(cls, ref, at=at, by=by, **fields) for cls, fields in ending]
                sent = routed(ref, at=at, slip=slip(place="380"))
                await happen(server, ref, opened(ref, at=at), sent, *facts)
                met = clock(ClockMet, ref.case_id, at=at, start=at, due=at, stopped_at=at)
                await SideLog(sla).write(met)
                await SideLog(sla).write(clock(ClockMissed, ref.case_id, "answer-2", at=at, due=at))
                for way in ("none", "email"):
                    failed = letter(LetterFailed, ref.case_id, way, at=at, way=way, reason="-")
                    await SideLog(notifier).write(failed)


async def _fed(server: NatsServer, asked: Prometheus) -> None:
    """Wait until two scrapes saw the answers of different moments, and the rules were evaluated on them."""
    grew = "sum(increase(hotline_reporting_first_response_seconds_count[1m])) > 0"
    await eventually(lambda: asked.ask(grew), within=30)
    await eventually(lambda: asked.ask("agency:late:increase6h"), within=30)
    await asyncio.sleep(3)


async def _unanswered(asked: Prometheus, expressions: list[str]) -> list[str]:
    found = []
    for expression in expressions:
        shown = expression.replace("$__rate_interval", "10s").replace("$agency", ".*")
        try:
            if not await asked.ask(shown):
                found.append(f"no data: {expression}")
        except BadQuery as error:
            found.append(f"{error}: {expression}")
    return found


@needs_prometheus
@pytest.mark.timeout(120)
async def test_every_query_finds_data_in_a_prometheus_that_scraped_running_services(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    shown = [query for panel in panels(board()) for query in queries(panel)]
    read = sorted({name for rule in rules() for name in selectors(rule["expr"])})
    assert len(shown) > 50
    assert len(read) > 20
    settings = reporting_settings(server, f"sqlite:///{tmp_path / 'r.db'}")
    async with reporting(settings) as (rt, _), other_services() as targets:
        async with serving(operations_app(rt.readiness)) as own:
            enough = asyncio.Event()
            telling = asyncio.create_task(keep_telling(server, enough))
            async with prometheus(
                tmp_path / "prometheus", targets | {"reporting": f"{own}/metrics"}
            ) as asked:
                await _fed(server, asked)
                silent = await _unanswered(asked, shown)
                missing = await _unanswered(asked, read)
                misspelt = await _unanswered(asked, ["max(hotline_reporting_opened_cases)", "sum(up", "up"])
                series = await asked.ask('scrape_samples_scraped{job="reporting"}')
            enough.set()
            await telling
    assert silent == []
    assert missing == []
    assert [line.split(":")[0] for line in misspelt] == ["no data", 'invalid parameter "query"']
    assert max(series) < 5_000


@pytest.mark.parametrize(
    ("expression", "read"),
    [
        ('sum by (agency) (max by (agency, kind) (hotline_a{kind=~"x|y"}))', {'hotline_a{kind=~"x|y"}'}),
        ("agency:late:increase3d / on (agency) agency:judged:increase3d > 0.1",
         {"agency:late:increase3d", "agency:judged:increase3d"}),
        ("time() - max(hotline_x_seconds) > 60 or absent(hotline_x_seconds)", {"hotline_x_seconds"}),
        ("hotline:replicas:expected unless on (job) (count by (job) (up == 1))",
         {"hotline:replicas:expected", "up"}),
    ],
)  # fmt: skip
def test_the_series_an_expression_reads_are_found(expression: str, read: set[str]) -> None:
    assert selectors(expression) == read


def test_every_alert_selector_is_looked_at() -> None:
    alerts = [rule for rule in rules() if "alert" in rule]
    assert [rule["alert"] for rule in alerts if not selectors(rule["expr"])] == []
    assert re.search("hotline", " ".join(rule["expr"] for rule in alerts))
