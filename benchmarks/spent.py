"""Processor time of an answer: of this process and, on PostgreSQL, of the backends that work for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.databases import fresh_postgres, postgres_server

_OTHERS = (
    "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    " and backend_type in ('client backend', 'parallel worker')"  # tidying up after the load is no answer
)


class Spent:
    """Called: seconds of processor time until now. A busy machine makes nothing look slow."""

    def __init__(self, url: str) -> None:
        address = url.replace("postgresql+psycopg", "postgresql")
        self._backends = psycopg.connect(address, autocommit=True) if address != url else None

    def __call__(self) -> float:
        spent = time.process_time()
        if self._backends:
            rows = self._backends.execute(_OTHERS).fetchall()
            spent = time.process_time() + sum(_nanoseconds(pid) for (pid,) in rows) / 1e9
        return spent

    def close(self) -> None:
        if self._backends:
            self._backends.close()


def _nanoseconds(pid: int) -> int:
    """What the scheduler gave to a process."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0])
    except FileNotFoundError:  # the backend has ended
        return 0


@contextmanager
def database(folder: Path, *, postgres: bool) -> Iterator[str]:
    """The address of an empty database: a file, or on a PostgreSQL server of our own."""
    if not postgres:
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    with postgres_server() as server, fresh_postgres(server) as url:
        yield url
