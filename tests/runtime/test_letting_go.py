"""A service that stops leaves no connection at its database, whatever its threads were still doing."""

import asyncio
import threading

import psycopg
import pytest
from sqlalchemy import Engine

from libs.runtime.database import let_go, open_engine, reading

pytestmark = pytest.mark.postgres


def connections(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", "")) as admin:
        found = admin.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()
    return int(found[0]) if found else -1


def reads_until(engine: Engine, begun: threading.Event, enough: threading.Event) -> None:
    with reading(engine):
        begun.set()
        enough.wait(5)


async def test_a_connection_that_a_cancelled_task_left_to_its_thread_is_closed_too(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    begun, enough = threading.Event(), threading.Event()
    work = asyncio.create_task(asyncio.to_thread(reads_until, engine, begun, enough))
    await asyncio.to_thread(begun.wait, 5)
    work.cancel()
    asyncio.get_running_loop().call_later(0.2, enough.set)
    await let_go(engine)
    assert connections(postgres_url) == 0


async def test_a_thread_that_never_ends_stops_nobody(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    pool, begun, enough = engine.pool, threading.Event(), threading.Event()
    work = asyncio.create_task(asyncio.to_thread(reads_until, engine, begun, enough))
    await asyncio.to_thread(begun.wait, 5)
    await let_go(engine, patience=0.1)
    assert connections(postgres_url) == 1
    enough.set()
    await work
    pool.dispose()
