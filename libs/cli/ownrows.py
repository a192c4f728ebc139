"""Rows that no stream can bring back, as JSON lines: the desk's accounts, who looked and changed what …

The desk's tables are found in its database by name: a library never imports a service. Sessions, one-time
links and workbooks being looked at are left out; people sign in again.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, func, insert, select
from sqlalchemy.exc import InvalidRequestError, SQLAlchemyError

from libs.cli.saved import SavedFile, writing_to
from libs.contracts.errors import HotlineError
from libs.runtime.database import reading, writing

DESK = (
    "desk_account", "desk_view", "desk_change", "desk_shift", "desk_helpful", "desk_proposal",
    "desk_proposal_entry", "desk_sought", "desk_sought_place", "desk_standard", "desk_standard_version",
)  # fmt: skip
"""The tables of the desk that are no projection nor end by themselves; a test holds the two together."""

PAGE = 1_000


class TablesDiffer(HotlineError):
    """The desk's database has no tables yet: `python -m services.desk account list` makes them."""


class SavedTable(SavedFile):
    """The rows of one table, one a line."""

    suffix = "jsonl"

    rows: int


def save(engine: Engine, folder: Path) -> list[SavedTable]:
    """Write each table to `<table>.jsonl` in `folder`, all as they stood at one moment."""
    with reading(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("set transaction isolation level repeatable read")
        return [_save(connection, table, folder) for table in _tables(engine)]


def _save(connection: Connection, table: Table, folder: Path) -> SavedTable:
    count = 0
    with writing_to(folder / f"{table.name}.{SavedTable.suffix}") as sink:
        for row in connection.execute(select(table).order_by(*table.primary_key)).mappings():
            sink.write(json.dumps(dict(row), ensure_ascii=False).encode() + b"\n")
            count += 1
    return SavedTable(name=table.name, rows=count, bytes=sink.written, sha256=sink.sha256)


def restore(engine: Engine, saved: list[SavedTable], folder: Path) -> str:
    """Fill the tables in one transaction. Where rows stand already, they are newer and stay as they are."""
    tables = _tables(engine)
    with writing(engine) as connection:
        found = sum(connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables)
        if found:
            return f"desk: {found} rows are there already and stay as they are"
        for table in tables:
            _fill(connection, table, next((one for one in saved if one.name == table.name), None), folder)
    return f"desk: {sum(one.rows for one in saved)} rows"


def _fill(connection: Connection, table: Table, saved: SavedTable | None, folder: Path) -> None:
    if saved is None:
        return
    page: list[dict[str, Any]] = []
    for row in _rows(folder / saved.file):
        if unknown := set(row) - set(table.columns.keys()):
            raise TablesDiffer(f"{saved.file}: {table.name} has no column {', '.join(sorted(unknown))}")
        page.append(row)
        if len(page) == PAGE:
            connection.execute(insert(table), page)
            page = []
    if page:
        connection.execute(insert(table), page)
    _go_on(connection, table)


def _go_on(connection: Connection, table: Table) -> None:
    """Let the numbers that PostgreSQL gives follow those that came back; SQLite sees to it by itself."""
    if connection.dialect.name == "postgresql" and "id" in table.columns:
        given = func.pg_get_serial_sequence(table.name, "id")
        last = select(func.max(table.c.id)).scalar_subquery()
        if connection.execute(select(given)).scalar_one():
            connection.execute(select(func.setval(given, func.greatest(last, 1))))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)


def _tables(engine: Engine) -> list[Table]:
    metadata = MetaData()
    try:
        metadata.reflect(engine, only=DESK)
    except InvalidRequestError as error:
        raise TablesDiffer from error
    except SQLAlchemyError as error:
        raise HotlineError(f"the desk's database does not answer: {type(error).__name__}") from error
    return [metadata.tables[name] for name in DESK]
