"""Opens a workbook in a process of its own: a damaged .xls can make the reading library abort, or eat memory.

The test `test_a_damaged_workbook_never_breaks_the_reader` aborts without this (python-calamine 0.9.1).
"""

import json
import resource
import subprocess
import sys

from libs.sheets.workbook import Cell, NotAWorkbook, Sheet, sheets

MEMORY = 1_500_000_000
"""Bytes of address space for one workbook."""

SECONDS = 20
"""Of processor time for one workbook."""


def sheets_apart(content: bytes) -> tuple[Sheet, ...]:
    """As `sheets`, with whatever happens to the process that reads told as NotAWorkbook."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "libs.sheets.apart"], input=content, capture_output=True, check=True,
            timeout=2 * SECONDS,
        )  # fmt: skip
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise NotAWorkbook.damaged() from None
    if isinstance(found, dict):
        raise NotAWorkbook(found["vi"], found["en"])
    return tuple(
        Sheet(name, tuple(tuple(Cell(*cell) for cell in row) for row in rows)) for name, rows in found
    )


def _read_here() -> object:
    try:
        found = sheets(sys.stdin.buffer.read())
    except NotAWorkbook as error:
        return {"vi": error.vi, "en": error.en}
    return [(one.name, [[(cell.text, cell.number) for cell in row] for row in one.rows]) for one in found]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(_read_here(), sys.stdout)
