"""One CSV file of a pack: its columns, and reading it so that every mistake is reported with its line."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from libs.packs.cells import Wrong
from libs.packs.entries import Entry
from libs.packs.errors import Problem

E = TypeVar("E", bound=Entry)

MAX_ROWS = 50_000
FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class Column:
    """A column and how its cells are read. An empty cell gives `default`; `...` means it must not be empty.

    A cell that a spreadsheet would run as a formula is refused, unless it begins with `may_begin`.
    """

    name: str
    read: Callable[[str], object]
    default: object = ...
    may_begin: str = ""

    def value(self, cell: str) -> object:
        if not cell:
            if self.default is ...:
                raise Wrong("không được để trống", "must not be empty")
            return self.default
        if cell.startswith(FORMULA) and not (self.may_begin and cell.startswith(self.may_begin)):
            vi = "bắt đầu bằng = + - @: bảng tính sẽ chạy như công thức"
            raise Wrong(vi, "begins with = + - or @: a spreadsheet would run it as a formula")
        return self.read(cell)


@dataclass(frozen=True, slots=True)
class Placed(Generic[E]):
    """An entry and the line it begins on."""

    line: int
    entry: E


@dataclass(frozen=True, slots=True)
class Table(Generic[E]):
    """A file of the pack, the value each row becomes, and the columns, whose names are the value's own."""

    file: str
    entry: type[E]
    columns: tuple[Column, ...]

    def read(self, text: str) -> tuple[list[Placed[E]], list[Problem]]:
        """The rows that could be read, and every problem of those that could not."""
        problems: list[Problem] = []
        placed = [
            Placed(line, self.entry(**values))
            for line, cells in self._records(text, problems)
            if (values := self._values(line, cells, problems)) is not None
        ]
        return placed, problems

    def _records(self, text: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
        """Cells by column with the line each record begins on; a record may run over lines inside quotes."""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line, count = 1, 0
        try:
            header = [cell.strip() for cell in next(reader, [])]
            if not self._header_fits(header, problems):
                return
            line = reader.line_num + 1
            for cells in reader:
                count += any(cell.strip() for cell in cells)
                if count > MAX_ROWS:
                    vi, en = f"quá {MAX_ROWS} dòng", f"more than {MAX_ROWS} rows"
                    problems.append(Problem(self.file, line, "", vi, en))
                    return
                if len(cells) == len(header):
                    yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))
                elif cells:
                    vi, en = f"có {len(cells)} ô, cần {len(header)}", f"{len(cells)} cells, not {len(header)}"
                    problems.append(Problem(self.file, line, "", vi, en))
                line = reader.line_num + 1
        except csv.Error as error:
            problems.append(Problem(self.file, line, "", "tệp CSV hỏng", f"broken CSV: {error}"))

    def _header_fits(self, header: list[str], problems: list[Problem]) -> bool:
        wanted = {column.name for column in self.columns}
        missing = {column.name for column in self.columns if column.default is ...} - set(header)
        twice = {name for name in header if header.count(name) > 1}
        if len(header) == 1 and ";" in header[0]:
            vi, en = "các cột phải cách nhau bằng dấu phẩy", "columns are separated by commas"
            problems.append(Problem(self.file, 1, "", vi, en))
            return False
        complaints = (
            (missing, "thiếu cột", "column is missing"),
            (set(header) - wanted, "cột không biết", "unknown column"),
            (twice, "cột lặp lại", "column given twice"),
        )
        for names, vi, en in complaints:
            problems.extend(Problem(self.file, 1, name[:50], vi, en) for name in sorted(names))
        return not any(names for names, _, _ in complaints)

    def _values(self, line: int, cells: Mapping[str, str], problems: list[Problem]) -> dict[str, Any] | None:
        values: dict[str, object] = {}
        for column in self.columns:
            try:
                values[column.name] = column.value(cells.get(column.name, ""))
            except Wrong as wrong:
                problems.append(Problem(self.file, line, column.name, wrong.vi, wrong.en))
        return values if len(values) == len(self.columns) else None
