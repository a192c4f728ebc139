"""What is left of people in a running hotline: bytes on its disk, and the counts of its reports."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from libs.devstack.stack import Stack

COUNTED = (
    "code, channel, received_at, opened_at, field, place, urgent, status, open, agency, cycle, slip,"
    " handling_from, handling_to, promised_until, reason, operator, officer, published_at, public_text"
)


def counts(stack: Stack) -> list[tuple[Any, ...]]:
    """All that reports count, case by case."""
    with closing(sqlite3.connect(stack.layout.data / "reporting.db")) as database:
        return database.execute(f"select {COUNTED} from reporting_case order by code").fetchall()


def leaks(stack: Stack, secrets: Iterable[bytes], *folders: Path) -> list[str]:
    """Files of the databases and of the server with anything of these secrets in them."""
    for file in stack.layout.data.glob("*.db"):
        with closing(sqlite3.connect(file)) as database:
            database.execute("pragma wal_checkpoint(truncate)")
    files, wanted = [one for folder in folders for one in folder.rglob("*") if one.is_file()], list(secrets)
    return [str(one) for one in files if any(secret in one.read_bytes() for secret in wanted)]
