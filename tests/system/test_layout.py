"""Folders, packages, compose, Prometheus and the documents name the same things."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from libs.contracts.streams import BUCKETS, CONSUMERS, DAY, SERVICES, STREAMS, WRITERS
from libs.packs.folder import load
from tests.support.layout import ENTRIES, ROOT, leaves, modules, of_services

LONGEST = 250
LONGER = {
    "tests/desk/test_service.py": "every command of the desk, one after the other",
    "tests/desk/test_store.py": "every list of the desk on both databases",
    "tests/desk/test_calendar_pages.py": "the calendar's pages, one step after the other",
    "tests/desk/test_clock_stories.py": "every way in which a deadline came about, in words",
    "tests/sla/test_moving.py": "one change of calendar on both databases, by several replicas",
    "tests/browser/test_portal.py": "every page at two widths",
    "tests/reporting/test_domain.py": "every fact and what it counts for",
    "tests/reporting/test_reports.py": "every column of every sheet",
    "tests/reporting/test_store.py": "every count on both databases",
    "tests/runtime/test_delivery.py": "every outcome of a delivery",
}
"""Files that may be longer, each with its reason."""

LEAVES = [*leaves("libs"), *leaves("services")]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_services_are_the_same_in_folders_contracts_and_compose() -> None:
    assert {leaf.name for leaf in leaves("services")} == set(SERVICES)
    assert list(of_services()) == [name for name in ENTRIES if name in SERVICES]
    assert set(of_services()) == set(SERVICES) == set(WRITERS)
    assert {consumer.service for consumer in CONSUMERS} <= set(SERVICES)


def test_prometheus_scrapes_each_service_by_its_name_and_the_port_it_has_in_compose() -> None:
    scraped = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    ports = {
        job["job_name"]: job["dns_sd_configs"][0]["port"]
        for job in scraped["scrape_configs"]
        if "dns_sd_configs" in job
    }
    assert ports == {
        name: entry["environment"][f"HOTLINE_{name.upper()}_OPERATIONS_PORT"]
        for name, entry in of_services().items()
    }


def test_the_picture_and_the_tables_of_the_architecture_name_each_service() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    table = text.split("## The services")[1].split("\n## ")[0]
    assert re.findall(r"^\| (\w+) \|", table, re.MULTILINE)[1:] == list(SERVICES)
    assert {name for name in SERVICES if f"│ {name}" in text.split("```")[1]} == set(SERVICES)
    assert [path for path in re.findall(r"`(tests/[\w/.]+)`", text) if not (ROOT / path).exists()] == []


def test_the_architecture_names_each_stream_and_bucket_and_how_long_it_keeps() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    tables = text.split("## What the server keeps")[1].split("\n## ")[0]
    told = dict(re.findall(r"^\| ([A-Z]+) \|.* \| ([^|]+) \|$", tables, re.MULTILINE))
    assert list(told) == [one.name for one in (*STREAMS, *BUCKETS)]
    days = {one.name: f"{one.keep // DAY} days" for one in (*STREAMS, *BUCKETS) if one.keep}
    assert {name: kept for name, kept in told.items() if kept.endswith("days")} == days


def test_a_pack_is_called_like_its_folder_and_the_default_one_exists() -> None:
    packs = sorted(each for each in (ROOT / "packs").iterdir() if (each / "pack.toml").exists())
    assert [load(each).id for each in packs] == [each.name for each in packs]
    default = re.findall(r"\$\{PACK:-([\w-]+)\}", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert set(default) <= {each.name for each in packs}
    assert default


@pytest.mark.parametrize("leaf", LEAVES, ids=named)
def test_a_leaf_is_a_package_with_its_own_name_and_description(leaf: Path) -> None:
    project = tomllib.loads((leaf / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["name"] == f"hotline-{leaf.name}"
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["sources"] == {"": named(leaf)}
    assert (leaf / "py.typed").exists()
    assert ast.get_docstring(ast.parse((leaf / "__init__.py").read_text(encoding="utf-8")))


def test_services_start_the_same_way() -> None:
    lacking = [
        f"{leaf.name}/{name}.py"
        for leaf in leaves("services")
        for name in ("__main__", "app", "settings")
        if not (leaf / f"{name}.py").exists()
    ]
    assert lacking == []


def test_namespaces_have_no_init() -> None:
    found = [
        *ROOT.glob("libs/__init__.py"),
        *ROOT.glob("services/__init__.py"),
        *ROOT.glob("tests/**/__init__.py"),
    ]
    assert found == []


def test_every_module_opens_by_saying_what_it_is_for() -> None:
    silent = [
        named(file)
        for file in modules()
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_is_longer_than_a_reader_likes() -> None:
    lengths = {named(file): len(file.read_text(encoding="utf-8").splitlines()) for file in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST and name not in LONGER} == {}
    assert set(LONGER) <= set(lengths)


def test_constraints_are_names_and_versions_and_no_address() -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert [line for line in constraints if not re.fullmatch(r"[\w.-]+==[\w.!+-]+", line)] == []
