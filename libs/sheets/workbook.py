"""The visible sheets of a workbook as plain text, cell by cell, with what only their look said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MAX_BYTES = 20_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 40
MAX_CELL = 20_000
"""Characters of a cell; what is longer is refused by whoever reads it."""


class NotAWorkbook(ValueError):
    """The file is no workbook that can be read; the message says what to do, Vietnamese first."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en

    @classmethod
    def damaged(cls) -> "NotAWorkbook":
        return cls(
            "không đọc được tệp: hãy mở bằng Excel rồi lưu lại dạng .xlsx",
            "the file cannot be read: open it in Excel and save it again as .xlsx",
        )


@dataclass(frozen=True)
class Cell:
    """The text of a cell; `number` tells that it was typed as a number, which loses its leading zeros."""

    text: str = ""
    number: bool = False


EMPTY = Cell()


@dataclass(frozen=True)
class Sheet:
    """A visible sheet; rows and columns count from 0, `rows[0]` is row 1 of the sheet.

    The text of a merged area stands in each of its cells.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def sheets(content: bytes) -> tuple[Sheet, ...]:
    """The visible sheets in order. Raises NotAWorkbook; for a file from outside call `sheets_apart`."""
    if len(content) > MAX_BYTES:
        raise NotAWorkbook("tệp lớn quá 20 MB", "the file is larger than 20 MB")
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        shown = [
            one.name
            for one in book.sheets_metadata
            if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
        ]
        return tuple(_sheet(book, name) for name in shown)
    except (CalamineError, ValueError, OSError, OverflowError) as error:
        if isinstance(error, NotAWorkbook):
            raise
        raise NotAWorkbook.damaged() from None


def _sheet(book: CalamineWorkbook, name: str) -> Sheet:
    found = book.get_sheet_by_name(name)
    if found.total_height > MAX_ROWS or found.total_width > MAX_COLUMNS:
        raise NotAWorkbook(
            f"trang “{name[:40]}” quá {MAX_ROWS} dòng hoặc {MAX_COLUMNS} cột",
            f"sheet {name[:40]!r} has more than {MAX_ROWS} rows or {MAX_COLUMNS} columns",
        )
    rows = [[_cell(value) for value in row] for row in found.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in found.merged_cell_ranges or ():
        for row, column in _area(top, left, min(bottom, len(rows) - 1), right):
            if column < len(rows[row]):
                rows[row][column] = rows[top][left]
    return Sheet(name, tuple(map(tuple, rows)))


def _area(top: int, left: int, bottom: int, right: int) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return Cell("có" if value else "không")
    if isinstance(value, int | float):
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        return Cell(str(whole), number=True)
    if isinstance(value, datetime):
        return Cell(value.date().isoformat())
    if isinstance(value, date | time):
        return Cell(value.isoformat())
    return Cell(value.strip()) if isinstance(value, str) else EMPTY
