"""A whole hotline in processes of its own, for tests of the system."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from libs.devstack.layout import Layout
from libs.devstack.stack import ROOT, Stack

Rows = dict[str, list[tuple[Any, ...]]]

NOT_PROJECTED = {"alembic_version", "desk_account", "desk_session", "desk_view", "sqlite_sequence"}


AT_WORK = {"sla_effect": set(), "notifier_letter": {"claim", "claimed", "due", "created", "told"}}
"""What is being done rather than known: a queue to be emptied, and the columns of a sender's own."""


def silent(_line: str) -> None:
    """Where a stack's progress goes in tests."""


@contextmanager
def whole_hotline(folder: Path) -> Iterator[Stack]:
    """All seven services on SQLite, on free ports; stopped afterwards."""
    stack = Stack(Layout(folder, any_ports=True), say=silent)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def command(stack: Stack, service: str, *words: str) -> str:
    """Run `python -m services.<service> …` as an operator would; its output. Fails with what it said."""
    environment = stack.layout.environment(service, stack.nats.url, stack.nats.seeds)
    environment["HOTLINE_PROVISIONER_SEED_FILE"] = str(stack.nats.seed("provisioner"))
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}", *words],
        cwd=ROOT,
        env=environment | {"PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def rows_of(stack: Stack, service: str) -> Rows:
    """Every row that a service knows from the streams, table by table, in a fixed order."""
    with closing(sqlite3.connect(stack.layout.data / f"{service}.db")) as database:
        database.row_factory = sqlite3.Row
        tables = database.execute("select name from sqlite_master where type = 'table' order by name")
        names = [name for (name,) in tables if name not in NOT_PROJECTED and AT_WORK.get(name) != set()]
        return {name: _rows(database, name) for name in names}


def _rows(database: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
    left_out = AT_WORK.get(name, set())
    rows = database.execute(f"select * from {name}").fetchall()
    return sorted((tuple(row[key] for key in dict(row) if key not in left_out) for row in rows), key=repr)


def descendants(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found
