"""A whole hotline in processes of its own, for tests of the system."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from libs.contracts.streams import CONSUMERS
from libs.devstack.layout import Layout
from libs.devstack.stack import ROOT, Stack
from tests.support.bus import connected
from tests.support.waiting import eventually

Rows = dict[str, list[tuple[Any, ...]]]

NOT_PROJECTED = {
    "alembic_version",
    "desk_account",
    "desk_session",
    "desk_view",
    "sla_audit",
    "sqlite_sequence",
}


AT_WORK = {
    "sla_effect": set(),
    "sla_hours": set(),
    "sla_move": set(),
    "notifier_letter": {"claim", "claimed", "due", "created", "told"},
}
"""What is being done rather than known: queues to be emptied, groups that clocks were once in, and the
columns of a sender's own."""


def silent(_line: str) -> None:
    """Where a stack's progress goes in tests."""


IMPATIENT = {"notifier": {"handover_seconds": "5", "lease_seconds": "6", "poll_seconds": "1"}}
"""A letter that a killed sender had in hand is looked for after seconds instead of minutes."""


@contextmanager
def whole_hotline(folder: Path, **also: dict[str, str]) -> Iterator[Stack]:
    """All seven services on SQLite, on free ports; stopped afterwards. `also`: settings by service."""
    stack = Stack(Layout(folder, any_ports=True, also={**IMPATIENT, **also}), say=silent)
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


def settled(stack: Stack) -> None:
    """Wait until every service has read and answered for all that its consumers hold."""
    asyncio.run(_settled(stack))


async def _settled(stack: Stack) -> None:
    async with connected(stack.nats, "provisioner") as js:

        async def nothing_left() -> bool:
            infos = [await js.consumer_info(one.stream, one.service) for one in CONSUMERS]
            return not any((info.num_pending or 0) + (info.num_ack_pending or 0) for info in infos)

        await eventually(nothing_left, within=30, what="all facts read")


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
