"""CSV in and out for the commands that people use to check us by hand."""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from libs.contracts.errors import HotlineError

BEYOND = "(no column)"
"""Under this name a row keeps what stands beyond the last column; empty cells there do not matter."""

LONGEST_CELL = 16_000_000
"""Characters; the csv module alone would refuse a text of 132 thousand."""


class BadTable(HotlineError):
    """The file is not the table that this command reads."""


def read(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of a UTF-8 CSV file with a header, read as it is asked for; empty rows are left out.

    Raises BadTable naming the file, line or column.
    """
    csv.field_size_limit(LONGEST_CELL)
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows: csv.DictReader[str] = csv.DictReader(handle, restval="", strict=True)
        try:
            rows.fieldnames = _columns(file.name, [name.strip() for name in rows.fieldnames or []], needed)
            for row in rows:
                if any((cells := _cells(row)).values()):
                    yield rows.line_num, cells
        except csv.Error as error:
            raise BadTable(f"{file.name}:{rows.line_num + 1}: {error}") from error
        except UnicodeDecodeError as error:
            where = f"{file.name}:{_not_utf8(file)}"
            raise BadTable(f"{where}: not UTF-8: save it as CSV UTF-8 ({error.reason})") from error


def write(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """A CSV table on standard output."""
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _not_utf8(file: Path) -> int:
    """The first line that is no UTF-8; the reader itself works in blocks and cannot say."""
    with file.open("rb") as handle:
        for number, line in enumerate(handle, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def _columns(file: str, columns: list[str], needed: Sequence[str]) -> list[str]:
    missing = [name for name in needed if name not in columns]
    if missing and len(columns) == 1 and any(sign in columns[0] for sign in ";\t|"):
        raise BadTable(f"{file}:1: the columns must be separated by commas")
    if missing:
        raise BadTable(f"{file}:1: column missing: {', '.join(missing)}")
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise BadTable(f"{file}:1: column given twice: {', '.join(map(repr, twice))}")
    return columns


def _cells(row: Mapping[Any, Any]) -> dict[str, str]:
    cells = {name: cell.strip() for name, cell in row.items() if name}
    beyond = "".join(row.get(None, ())).strip()
    return cells | {BEYOND: beyond} if beyond else cells
