"""`hotline due PACK FILE.csv`: deadlines and working seconds from the command line."""

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from libs.cli.packs import load_or_explain
from libs.cli.tables import BEYOND, BadTable, read, write
from libs.packs.errors import NotInPack
from libs.packs.model import Pack
from libs.worktime.calendar import CalendarError

Row = dict[str, str]
SECONDS = re.compile(r"[0-9]{1,12}")


class BadCell(Exception):
    """The row says nothing that can be computed."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "due",
        help="columns id,start,working_seconds → due; id,start,end → working_seconds",
        description="Instants are ISO with an offset. A row that cannot be answered is named on the error "
        "output and left out; then exit 1. A column `profile` may name the hours of each row.",
    )
    command.add_argument("pack", type=Path)
    command.add_argument("file", type=Path)
    command.add_argument("--profile", default="province", help="hours for rows that name none")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    pack = load_or_explain(arguments.pack)
    if pack is None:
        return 1
    if arguments.profile not in {row.profile for row in pack.hours}:
        raise BadTable(str(NotInPack("hours profile", arguments.profile, pack.version)))
    rows, columns = _peeked(arguments.file)
    answer, column = (_worked, "working_seconds") if "end" in columns else (_due, "due")
    wrong: list[int] = []

    def answers() -> Iterator[dict[str, object]]:
        for line, row in rows:
            try:
                yield {"id": row["id"], column: answer(pack, row, arguments.profile)}
            except (BadCell, CalendarError, NotInPack) as error:
                wrong.append(line)
                print(f"{arguments.file.name}:{line}: {row['id']}: {error}", file=sys.stderr)

    write(("id", column), answers())
    return 1 if wrong else 0


def _peeked(file: Path) -> tuple[Iterator[tuple[int, Row]], set[str]]:
    """The rows, read one at a time, and the columns of a file that asks one question."""
    rows = read(file, ("id", "start"))
    first = next(rows, None)
    columns = set(first[1]) if first else {"working_seconds"}
    if ("end" in columns) == ("working_seconds" in columns):
        raise BadTable(f"{file.name}:1: give the column working_seconds or the column end")
    return chain([first] if first else [], rows), columns


def _due(pack: Pack, row: Row, profile: str) -> str:
    _check(row)
    if not SECONDS.fullmatch(row["working_seconds"]):
        raise BadCell(f"working_seconds {row['working_seconds']!r} is no whole number of seconds, 0 or more")
    calendar = pack.calendar(row.get("profile") or profile)
    due = calendar.add(_instant(row, "start"), int(row["working_seconds"]))
    return due.astimezone(ZoneInfo(pack.zone)).isoformat()


def _worked(pack: Pack, row: Row, profile: str) -> int:
    _check(row)
    calendar = pack.calendar(row.get("profile") or profile)
    return calendar.between(_instant(row, "start"), _instant(row, "end"))


def _check(row: Row) -> None:
    if BEYOND in row:
        raise BadCell(f"{row[BEYOND]!r} stands beyond the last column")


def _instant(row: Row, column: str) -> datetime:
    try:
        instant = datetime.fromisoformat(row[column])
    except ValueError:
        raise BadCell(f"{column} {row[column]!r} is no ISO instant like 2026-03-02T10:30:00+07:00") from None
    if instant.tzinfo is None:
        raise BadCell(f"{column} {row[column]!r} has no offset: write it like 2026-03-02T10:30:00+07:00")
    return instant
