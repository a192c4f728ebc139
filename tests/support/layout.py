"""The repository as files: compose.yaml, leaves and modules, for the tests that hold them together."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ROOMS = ("libs", "services", "tests", "benchmarks")

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
ENTRIES: dict[str, dict[str, Any]] = COMPOSE["services"]


def leaves(room: str) -> list[Path]:
    """The folders of `libs/` or `services/` that hold code, sorted."""
    return sorted(each for each in (ROOT / room).iterdir() if each.is_dir() and any(each.glob("*.py")))


def modules() -> list[Path]:
    """Every Python file of ours; generated migrations among them."""
    return sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def of_services() -> dict[str, dict[str, Any]]:
    """The entries of compose.yaml that are built as a service, by the folder they are built from."""
    built = {name: entry["build"].get("args", {}) for name, entry in ENTRIES.items() if "build" in entry}
    return {args["SERVICE"]: ENTRIES[name] for name, args in built.items() if "SERVICE" in args}
