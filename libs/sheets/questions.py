"""Questions and answers out of an agency's workbook: found by the columns' names, checked row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from libs.places.text import fold, nfc
from libs.sheets.apart import sheets_apart
from libs.sheets.legacy import from_legacy, looks_legacy
from libs.sheets.workbook import MAX_CELL, Cell, NotAWorkbook, Sheet

NAMES: Mapping[str, tuple[str, ...]] = {
    "question": ("cau hoi", "noi dung cau hoi", "noi dung hoi", "hoi", "question"),
    "answer": ("tra loi", "noi dung tra loi", "cau tra loi", "dap an", "phuong an tra loi", "answer"),
    "field": ("linh vuc", "nhom", "chu de", "nhom cau hoi", "field"),
    "source": ("can cu", "van ban", "nguon", "van ban lien quan", "can cu phap ly", "source"),
    "checked": ("ngay cap nhat", "ngay ra soat", "cap nhat ngay", "ngay", "checked"),
}
"""Column → what agencies call it, without marks."""

TITLES = 30
"""Rows in which the row of column names is looked for: titles, logos and remarks stand above it."""


@dataclass(frozen=True)
class Row:
    """A question with its answer as the workbook has it; `line` counts from 1, as Excel shows it."""

    sheet: str
    line: int
    question: str
    answer: str
    field: str = ""
    source: str = ""
    checked: date | None = None


@dataclass(frozen=True)
class Remark:
    """What is wrong (`stops`), or was restored and wants a look; `line` 0 means the sheet as a whole."""

    sheet: str
    line: int
    column: str
    vi: str
    en: str
    stops: bool = True


@dataclass(frozen=True)
class Workbook:
    """Everything found. It may be taken when no remark stops it; `legacy` asks whether it is TCVN3."""

    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]
    legacy: bool = False

    @property
    def sound(self) -> bool:
        """Whether it can be taken whole."""
        return bool(self.rows) and not any(remark.stops for remark in self.remarks)


def read_questions(content: bytes, fields: Mapping[str, str], *, tcvn3: bool = False) -> Workbook:
    """All questions of all visible sheets. `fields`: code → name, by which a field may be written.

    With `tcvn3` (a person said so) the text is converted first. Raises NotAWorkbook, and nothing else.
    """
    found = [_in_unicode(sheet) if tcvn3 else sheet for sheet in sheets_apart(content)]
    legacy = not tcvn3 and any(looks_legacy(_text_of(sheet)) for sheet in found)
    rows: list[Row] = []
    remarks: list[Remark] = []
    for sheet in found:
        _Reading(sheet, fields, rows, remarks).read()
    if legacy:
        vi = "chữ viết bằng phông cũ TCVN3 (ABC): hãy chọn “chuyển mã TCVN3” rồi xem lại"
        remarks.append(Remark("", 0, "", vi, "written in the old TCVN3 fonts: choose to convert it"))
    if not rows and not remarks:
        raise NotAWorkbook("tệp không có câu hỏi nào", "the file holds no question")
    return Workbook(tuple(rows), (*remarks, *_twice(rows)), legacy)


@dataclass
class _Reading:
    """One sheet being read; `heading` is the field of the section the rows stand in."""

    sheet: Sheet
    fields: Mapping[str, str]
    rows: list[Row]
    remarks: list[Remark]
    heading: str = ""

    def read(self) -> None:
        if not any(cell.text for row in self.sheet.rows for cell in row):
            return
        header = _header(self.sheet.rows)
        if header is None:
            seen = ", ".join(dict.fromkeys(cell.text[:30] for cell in self._widest() if cell.text))[:200]
            vi = f"không thấy cột “Câu hỏi” và “Trả lời”; dòng đầu có: {seen}"
            en = f"no columns 'Câu hỏi' and 'Trả lời'; the first row has: {seen}"
            self._say(0, "", vi, en, stops=not self.rows and not self.remarks)
            return
        at, columns = header
        for number, cells in enumerate(self.sheet.rows[at + 1 :], at + 2):
            self._row(number, cells, columns)

    def _widest(self) -> tuple[Cell, ...]:
        return max(self.sheet.rows[:TITLES], key=lambda row: sum(bool(cell.text) for cell in row))

    def _row(self, line: int, cells: Sequence[Cell], columns: Mapping[str, int]) -> None:
        said = {name: cells[column] for name, column in columns.items() if column < len(cells)}
        question, answer = said["question"], said.get("answer", Cell())
        texts = {cell.text for cell in cells if cell.text}
        if not texts:
            return
        if len(texts) == 1 and not (question.text and answer.text and question.text != answer.text):
            self.heading = texts.pop()  # a section: one text, perhaps merged over the whole row
            return
        if not self._complete(line, question, answer):
            return
        field = self._field(line, said["field"].text if "field" in said else "")
        self.rows.append(
            Row(
                sheet=self.sheet.name,
                line=line,
                question=nfc(question.text),
                answer=nfc(self._with_zero(line, answer)),
                field=field,
                source=nfc(said["source"].text) if "source" in said else "",
                checked=self._day(line, said["checked"].text) if "checked" in said else None,
            )
        )

    def _complete(self, line: int, question: Cell, answer: Cell) -> bool:
        for column, cell, vi in (("question", question, "câu hỏi"), ("answer", answer, "câu trả lời")):
            if not cell.text:
                self._say(line, column, f"thiếu {vi}", f"the {column} is missing")
            elif len(cell.text) > MAX_CELL:
                self._say(line, column, f"{vi} dài quá {MAX_CELL} ký tự", f"longer than {MAX_CELL} letters")
        if "?" in answer.text[-2:] and "?" not in question.text and len(answer.text) < len(question.text):
            vi = "có vẻ câu hỏi và câu trả lời bị đổi cột"
            self._say(line, "question", vi, "question and answer look exchanged", stops=False)
        return bool(question.text and answer.text) and len(question.text + answer.text) <= 2 * MAX_CELL

    def _with_zero(self, line: int, answer: Cell) -> str:
        """A telephone number typed as a number has lost its zero."""
        if answer.number and len(answer.text) in {9, 10} and not answer.text.startswith(("0", "1")):
            vi = f"số điện thoại mất số 0 ở đầu, đã thêm lại: 0{answer.text}"
            self._say(line, "answer", vi, f"the leading zero was restored: 0{answer.text}", stops=False)
            return f"0{answer.text}"
        return answer.text

    def _field(self, line: int, written: str) -> str:
        """The code of the field, written as a code or a name in the row, else in the section's heading."""
        for words, needed in ((written, True), (self.heading, False)):
            if words and (code := self._code(words)):
                return code
            if words and needed:
                vi = f"không có lĩnh vực “{words[:60]}”"
                self._say(line, "field", vi, f"there is no field {words[:60]!r}", stops=False)
        return ""

    def _code(self, words: str) -> str:
        said = fold(words)
        for code, name in self.fields.items():
            if said == code.lower() or fold(name) in said or (len(said) > 5 and said in fold(name)):
                return code
        return ""

    def _day(self, line: int, written: str) -> date | None:
        parts = written.replace(".", "/").replace("-", "/").split("/")
        numbers = [int(part) for part in parts if part.isdecimal() and len(part) <= 4]
        if len(numbers) == 3:
            year, month, day = numbers if numbers[0] > 31 else numbers[::-1]
            try:
                return date(year, month, day)
            except ValueError:
                pass
        if written:
            vi = f"ngày “{written[:30]}” không đọc được, bỏ trống"
            self._say(line, "checked", vi, f"no date: {written[:30]!r}", stops=False)
        return None

    def _say(self, line: int, column: str, vi: str, en: str, *, stops: bool = True) -> None:
        self.remarks.append(Remark(self.sheet.name, line, column, vi, en, stops))


def _header(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]] | None:
    """The row of column names and where each column stands; the first that names question and answer."""
    for at, row in enumerate(rows[:TITLES]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(row):
            name = _named(cell.text)
            if name:
                columns.setdefault(name, column)
        if {"question", "answer"} <= columns.keys():
            return at, columns
    return None


def _named(text: str) -> str:
    said = fold(text.partition("(")[0]).strip(" :.*")
    return next((name for name, called in NAMES.items() if said in called), "")


def _twice(rows: Sequence[Row]) -> Iterator[Remark]:
    first: dict[str, Row] = {}
    for row in rows:
        known = first.setdefault(fold(row.question), row)
        if known is not row:
            vi = f"câu hỏi trùng với dòng {known.line} trang “{known.sheet}”"
            en = f"the same question as row {known.line} of {known.sheet!r}"
            yield Remark(row.sheet, row.line, "question", vi, en)


def _text_of(sheet: Sheet) -> str:
    return " ".join(cell.text for row in sheet.rows for cell in row)


def _in_unicode(sheet: Sheet) -> Sheet:
    rows = tuple(tuple(replace(cell, text=from_legacy(cell.text)) for cell in row) for row in sheet.rows)
    return Sheet(from_legacy(sheet.name), rows)
