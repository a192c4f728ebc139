"""Prometheus' own files: what is scraped, how many must answer, which alerts fire, what a person does."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from libs.contracts.streams import SERVICES
from services.reporting.counts import Counts
from services.reporting.gauges import families
from services.reporting.labels import Labels
from tests.support.prometheus import OPS, needs_prometheus, rules
from tests.support.provinces import thanh_hoa

RUNBOOKS = OPS.parent / "docs" / "operations.md"
TESTS = sorted((OPS / "prometheus" / "tests").glob("*.yml"))
ALERTS = [rule for rule in rules() if "alert" in rule]


def told(*command: str | Path) -> str:
    """What a program says, and that it is content."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_prometheus
def test_the_configuration_is_what_prometheus_takes() -> None:
    told("promtool", "check", "config", "--syntax-only", OPS / "prometheus" / "prometheus.yml")
    told("promtool", "check", "rules", "--lint-fatal", *sorted((OPS / "prometheus" / "rules").glob("*.yml")))


@needs_prometheus
@pytest.mark.timeout(120)
@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_the_rules_do_what_their_own_tests_say(file: Path) -> None:
    told("promtool", "test", "rules", file)


@pytest.mark.skipif(not shutil.which("amtool"), reason="amtool is not installed (prometheus-alertmanager)")
def test_the_alertmanager_takes_its_configuration() -> None:
    told("amtool", "check-config", OPS / "alertmanager" / "alertmanager.yml")


def test_every_service_is_scraped_on_its_operations_port_and_limited() -> None:
    config = yaml.safe_load((OPS / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    assert set(jobs) == {*SERVICES, "prometheus"}
    found = {name: jobs[name]["dns_sd_configs"][0] for name in SERVICES}
    assert {name: where["names"] for name, where in found.items()} == {name: [name] for name in SERVICES}
    assert [where["port"] for where in found.values()] == list(range(9101, 9108))
    assert {job.get("sample_limit") for job in jobs.values()} == {20_000}


def test_a_number_of_replicas_is_expected_of_every_service() -> None:
    expected = [
        rule["labels"]["job"] for rule in rules() if rule.get("record") == "hotline:replicas:expected"
    ]
    assert expected == list(SERVICES)


def test_every_alert_is_tested_to_fire() -> None:
    tested = " ".join(file.read_text(encoding="utf-8") for file in TESTS)
    fired = set(re.findall(r"[A-Z]\w+", tested))
    assert {rule["alert"] for rule in ALERTS} <= fired


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_has_a_runbook(rule: dict[str, dict[str, str]]) -> None:
    name = str(rule["alert"])
    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert " / " in rule["annotations"]["summary"], "Vietnamese / English"
    runbook = RUNBOOKS.read_text(encoding="utf-8").partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    assert len(runbook.split()) > 25, f"docs/operations.md has no runbook for {name}"


def test_no_runbook_is_left_over() -> None:
    headings = re.findall(r"^### ([A-Z]\w+)$", RUNBOOKS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(str(rule["alert"]) for rule in ALERTS)


def test_every_measure_of_every_service_stands_in_the_table_of_figures() -> None:
    sources = [*OPS.parent.glob("services/*/metrics.py"), *OPS.parent.glob("libs/*/metrics.py")]
    declared = {name for file in sources for name in re.findall(r'"(hotline_[a-z0-9_]+)"', file.read_text())}
    counted = {family.name for family in families(Counts(), Labels(thanh_hoa()), 1)}
    table = set(re.findall(r"^\| `(hotline_\w+)` \|", RUNBOOKS.read_text(encoding="utf-8"), re.MULTILINE))
    assert (declared | counted) - table == set()
    assert {
        name for name in table - declared - counted if not re.search("stream|consumer|disk", name)
    } == set()
