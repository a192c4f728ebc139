"""`hotline due PACK FILE.csv`: deadlines and working seconds from the command line."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from libs.cli.packs import load_or_explain
from libs.cli.tables import BadTable, read, write
from libs.worktime.calendar import Calendar, CalendarError


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "due",
        help="columns id,start,working_seconds → due; id,start,end → working_seconds (ISO instants)",
    )
    command.add_argument("pack", type=Path)
    command.add_argument("file", type=Path)
    command.add_argument("--profile", default="province", help="calendar profile of the pack")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    pack = load_or_explain(arguments.pack)
    if pack is None:
        return 1
    calendar = pack.calendar(arguments.profile)
    rows = list(read(arguments.file, ("id", "start")))
    asked = "end" if rows and "end" in rows[0][1] else "working_seconds"
    answer = "working_seconds" if asked == "end" else "due"
    write(("id", answer), _answers(arguments.file.name, rows, asked, calendar, ZoneInfo(pack.zone)))
    return 0


def _answers(
    name: str, rows: list[tuple[int, dict[str, str]]], asked: str, calendar: Calendar, zone: ZoneInfo
) -> Iterator[dict[str, object]]:
    for line, row in rows:
        try:
            start = datetime.fromisoformat(row["start"])
            if asked == "end":
                seconds = calendar.between(start, datetime.fromisoformat(row["end"]))
                yield {"id": row["id"], "working_seconds": seconds}
            else:
                due = calendar.add(start, int(row["working_seconds"]))
                yield {"id": row["id"], "due": due.astimezone(zone).isoformat()}
        except (ValueError, KeyError, CalendarError) as error:
            raise BadTable(f"{name}:{line}: {error}") from error
