"""Debian's Prometheus on loopback in a folder of its own, scraping what a test gives it every second."""

import asyncio
import json
import math
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from libs.devstack.nats_server import die_with_parent, free_port
from tests.support.waiting import eventually

OPS = Path(__file__).parents[2] / "ops"
RULES = sorted((OPS / "prometheus" / "rules").glob("*.yml"))

needs_prometheus = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("promtool")),
    reason="prometheus and promtool are not installed (Debian: apt-get install prometheus)",
)


class BadQuery(Exception):
    """Prometheus does not understand the expression."""


@dataclass
class Prometheus:
    """A running server."""

    url: str
    client: httpx.AsyncClient

    async def ask(self, expression: str) -> list[float]:
        """The values an expression gives now, those that are numbers."""
        answer = await self.client.post(f"{self.url}/api/v1/query", data={"query": expression})
        body: dict[str, Any] = answer.json()
        if body["status"] != "success":
            raise BadQuery(body["error"])
        result = body["data"]["result"]
        found = [float(one["value"][1]) for one in result]
        return [value for value in found if not math.isnan(value)]


def started(command: Sequence[str], log: Path | None = None) -> subprocess.Popen[bytes]:
    """A program in the repository's root that ends with this one."""
    with (log or Path("/dev/null")).open("wb") as sink:
        return subprocess.Popen(
            command,
            cwd=OPS.parent,
            stdout=sink,
            stderr=sink,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # one prctl, no Python state
        )


@asynccontextmanager
async def prometheus(folder: Path, targets: Mapping[str, str]) -> AsyncIterator[Prometheus]:
    """Scrapes `targets` (job → address with path) and evaluates our own rules, once a second."""
    folder.mkdir(parents=True)
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(_config(targets)))
    command = [
        "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
    ]  # fmt: skip
    process = started(command, folder / "log")
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            server = Prometheus(f"http://127.0.0.1:{port}", client)

            async def ready() -> bool:
                try:
                    return (await client.get(f"{server.url}/-/ready")).status_code == 200
                except httpx.HTTPError:
                    assert process.poll() is None, (folder / "log").read_text()
                    return False

            await eventually(ready, within=20)
            yield server
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, 10)


def _config(targets: Mapping[str, str]) -> dict[str, Any]:
    jobs = []
    for job, address in targets.items():
        host, _, path = address.removeprefix("http://").partition("/")
        jobs.append({"job_name": job, "metrics_path": f"/{path}", "static_configs": [{"targets": [host]}]})
    quick = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    return {"global": quick, "rule_files": [str(path) for path in RULES], "scrape_configs": jobs}


def rules() -> list[dict[str, Any]]:
    """Every recording and alert rule of ours."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RULES]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def board() -> dict[str, Any]:
    """The dashboard as it is committed."""
    found: dict[str, Any] = json.loads((OPS / "grafana" / "dashboards" / "hotline.json").read_text())
    return found
