"""SQL for projections: SQLite (WAL) for a laptop, PostgreSQL for a province, the same tables on both."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Index,
    Insert,
    MetaData,
    QueuePool,
    Table,
    create_engine,
    event,
    literal_column,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from libs.runtime.tasks import to_its_end

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "secure_delete=ON",
)
"""What a row held is overwritten when it goes: an erased person is in no free page of the file."""

PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 120_000,
}
"""libpq's: seconds, the last one milliseconds. A query may take as long as it likes; but left to itself Linux
waits two hours for the answer of a machine that is gone, and a quarter of an hour for a word to reach it. The
last one also ends a batch of some 100 kB that a lock keeps from being taken in: two minutes."""

_BEGIN = {True: "BEGIN IMMEDIATE", False: "BEGIN"}


class CaseLink(SQLModel):
    """How far a service has read each case; one row a case, beside the service's own tables.

    Each service subclasses it as its table `<service>_link`. `parked` holds the error of a fact that could
    not be applied: later facts then only advance `last_seq`, until the case is refolded.
    """

    case_id: str = Field(primary_key=True, max_length=32)
    year: int
    last_seq: int = 0
    parked: str = ""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:  # noqa: N805  a class is what it is declared on
        """Parked cases are few among millions, and counted every few seconds."""
        where = text("parked <> ''")
        name = f"{cls.__tablename__}_parked"
        return (Index(name, "case_id", sqlite_where=where, postgresql_where=where),)


def is_parked(link: Table) -> ColumnElement[bool]:
    """The condition as the index has it: a parameter would not be recognised."""
    return link.c.parked != literal_column("''")


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql+psycopg://…`.

    PostgreSQL: a machine that is gone is noticed within two minutes (PATIENCE, or what the address says).
    SQLite: write-ahead log, every commit on the disk (a fact is acknowledged only after it), transactions
    begun by us so that also table changes roll back.
    """
    if not url.startswith("sqlite"):
        said = make_url(url).query
        patience = {name: value for name, value in PATIENCE.items() if name not in said}
        pool: dict[str, Any] = {"pool_size": 5, "max_overflow": 5, "pool_recycle": 1800}
        return create_engine(url, connect_args=patience, pool_pre_ping=True, **pool)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 10})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(_BEGIN[connection.get_execution_options().get("writing", False)])

    return engine


P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in a thread; when cancelled, however often, first wait for its transaction to end."""
    return await to_its_end(asyncio.to_thread(work, *args, **kwargs))


async def let_go(engine: Engine, patience: float = 10.0) -> None:
    """Close every connection; those that a cancelled task left to its thread are waited for.

    `patience`: seconds; then the rest is left to the end of the process. An engine that is disposed of
    while a thread still uses a connection forgets it without closing it.
    """
    pool = cast("QueuePool", engine.pool)
    for _ in range(int(patience * 100)):
        if not pool.checkedout():
            break
        await asyncio.sleep(0.01)
    engine.dispose()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that will write: commits at the end, rolls back on an error."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads."""
    with engine.connect() as connection, connection.begin():
        yield connection


def create_tables(engine: Engine, tables: MetaData) -> None:
    """Make the tables that are missing; replicas that start together on PostgreSQL take turns."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(102200)"))
        tables.create_all(connection)


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a SQLModel class, for batched statements."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


def upsert(
    connection: Connection,
    target: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    keep: bool = False,
) -> None:
    """Insert rows; where the key stands already, replace the other columns, or with `keep` leave the row."""
    if rows:
        statement = _upsert(connection.dialect.name, target, tuple(rows[0]), tuple(key), keep)
        connection.execute(statement, [dict(row) for row in rows])


@lru_cache(maxsize=256)
def _upsert(
    dialect: str, target: Table, columns: tuple[str, ...], key: tuple[str, ...], keep: bool
) -> Insert:
    """Made once: building a statement costs as much as running it."""
    statement: Any = (postgresql if dialect == "postgresql" else sqlite).insert(target)
    changed = [name for name in columns if name not in key]
    if keep or not changed:
        chosen: Insert = statement.on_conflict_do_nothing(index_elements=list(key))
    else:
        chosen = statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in changed}
        )
    return chosen
