"""What can be wrong with a dashboard, found without Grafana: its JSON against the SDK's own models."""

import dataclasses
import importlib
import json
import re
from collections.abc import Iterator
from enum import Enum
from itertools import combinations
from typing import Any, get_args, get_origin, get_type_hints

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

UNITS = {value for value in vars(units).values() if isinstance(value, str)}
BUILT_IN = {"__rate_interval", "__range", "__interval"}
_SELECTOR = re.compile(
    r"\b((?:hotline|agency)[a-z0-9_]*(?::[a-z0-9_]+)*|up|scrape_samples_scraped)\b(\{[^}]*\})?"
)
_GROUPING = re.compile(r"\b(?:by|on|without|group_left|group_right)\s*\([^)]*\)")


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    """All panels that show something."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries(panel: dict[str, Any]) -> list[str]:
    return [target["expr"] for target in panel.get("targets", [])]


def selectors(expression: str) -> set[str]:
    """The series an expression reads: names with their matchers, without functions and groupings."""
    found = _SELECTOR.finditer(_GROUPING.sub("", expression))
    return {match[1] + (match[2] or "") for match in found if match[1] != "agency"}


def faults(board: dict[str, Any]) -> list[str]:
    """One line for each thing that Grafana would show wrongly or not at all."""
    found = list(_unknown_keys(board)) + list(_overlaps(board))
    for panel in panels(board):
        found += [f"{panel['title']}: {fault}" for fault in _of_panel(panel, _variables(board))]
    return found


def _variables(board: dict[str, Any]) -> set[str]:
    return {variable["name"] for variable in board["templating"]["list"]} | BUILT_IN


def _unknown_keys(board: dict[str, Any]) -> Iterator[str]:
    known = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))
    yield from (f"unknown key {path}" for path in _missing(board, known))


def _missing(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if key not in theirs:
                yield f"{path}.{key}"
            else:
                yield from _missing(value, theirs[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from _missing(one, other, f"{path}[{number}]")


def _overlaps(board: dict[str, Any]) -> Iterator[str]:
    for one, other in combinations(board["panels"], 2):
        a, b = one["gridPos"], other["gridPos"]
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        above = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
        if not beside and not above:
            yield f"{one['title']} overlaps {other['title']}"


def _of_panel(panel: dict[str, Any], variables: set[str]) -> Iterator[str]:
    unit = panel["fieldConfig"]["defaults"].get("unit", "")
    if unit not in UNITS:
        yield f"unknown unit {unit!r}"
    if not panel.get("description") or not queries(panel):
        yield "no description or no query"
    for query in queries(panel):
        for used in re.findall(r"\$\{?(\w+)", query):
            if used not in variables:
                yield f"undefined variable {used}"
        for match in re.finditer(r"(\w+)_total\b", query):
            if not re.search(r"\b(?:rate|increase|irate)\(\s*$", query[: match.start()]):
                yield f"{match[0]} is a counter without rate or increase"
    yield from _options(panel)


def _options(panel: dict[str, Any]) -> Iterator[str]:
    models = importlib.import_module(f"grafana_foundation_sdk.models.{panel['type']}")
    yield from _conforms(panel.get("options", {}), models.Options, "options")
    custom = panel["fieldConfig"]["defaults"].get("custom")
    if custom is not None:
        yield from _conforms(custom, models.FieldConfig, "custom")


def _conforms(data: dict[str, Any], model: Any, path: str) -> Iterator[str]:
    made = model.from_json(data)
    known = json.loads(json.dumps(made, cls=JSONEncoder))
    yield from (f"unknown {what}" for what in _missing(data, known, path))
    yield from _wrong_values(made, path)


def _wrong_values(made: Any, path: str) -> Iterator[str]:
    for name, hint in get_type_hints(type(made)).items():
        value = getattr(made, name, None)
        kinds = get_args(hint) if get_origin(hint) is not None else (hint,)
        enums = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum)]
        if value is None or dataclasses.is_dataclass(value):
            continue
        if enums and value not in {member.value for kind in enums for member in kind} | set(enums[0]):
            yield f"{path}.{name} cannot be {value!r}"
        if type(value).__module__.startswith("grafana_foundation_sdk.models") and not isinstance(value, Enum):
            yield from _wrong_values(value, f"{path}.{name}")
