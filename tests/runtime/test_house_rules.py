"""Rules of the house that a reader cannot see: one writer, one clock, one provisioner."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(file for room in ("libs", "services") for file in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize(
    ("forbidden", "allowed"),
    [
        (
            r"\.publish\(",
            {
                *("libs/runtime/publishing.py", "libs/runtime/pull.py", "libs/cli/snapshots.py"),
                "services/desk/news.py",  # no fact: what browsers should look at again, over plain NATS
            },
        ),
        (r"add_stream\(|add_consumer\(", {"libs/runtime/provision.py", "libs/runtime/rebuild.py"}),
        (r"datetime\.now\(|datetime\.utcnow\(|date\.today\(", set()),
        (r"declare=True", set()),
    ],
    ids=["one way to write", "one provisioner", "time is a parameter", "streams are opened, not declared"],
)
def test_only_one_place_does_it(forbidden: str, allowed: set[str]) -> None:
    found = {
        str(file.relative_to(ROOT)) for file in CODE if re.search(forbidden, file.read_text(encoding="utf-8"))
    }
    assert found <= allowed
