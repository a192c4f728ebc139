"""CSV in and out for the commands that people use to check us by hand."""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from libs.contracts.errors import HotlineError


class BadTable(HotlineError):
    """The file is not the table that this command reads."""


def read(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of a UTF-8 CSV file with a header. Raises BadTable naming the file, line or column."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        try:
            rows = csv.DictReader(handle, strict=True)
            missing = [name for name in needed if name not in (rows.fieldnames or [])]
            if missing:
                raise BadTable(f"{file.name}:1: column missing: {', '.join(missing)}")
            for row in rows:
                yield rows.line_num, {name: value or "" for name, value in row.items() if name}
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadTable(f"{file.name}: {error}") from error


def write(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """A CSV table on standard output."""
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
