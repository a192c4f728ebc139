"""An agency's workbook beside the entries it has today: what is new, changed, the same, or missing."""

import hashlib
from datetime import date

from libs.contracts.facts import Value
from libs.packs.model import Pack
from libs.packs.questions import Question
from libs.places.text import fold
from libs.sheets.questions import Remark, Row, Workbook
from services.desk.domain.questions import Proposal, QuestionChange, read_entry


class Compared(Value):
    """A workbook that may be taken when `sound`; `missing` are entries of today that it no longer has."""

    new: tuple[Question, ...] = ()
    changed: tuple[QuestionChange, ...] = ()
    same: int = 0
    missing: tuple[Question, ...] = ()
    remarks: tuple[Remark, ...] = ()
    legacy: bool = False

    @property
    def sound(self) -> bool:
        return not any(remark.stops for remark in self.remarks)

    @property
    def mark(self) -> str:
        """The same for the same comparison: what was confirmed is what was looked at."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def proposals(self, agency: str, *, end_missing: bool) -> tuple[Proposal, ...]:
        """Everything the workbook changes; the entries that are to end are a proposal of their own."""
        added = tuple(QuestionChange(before=None, after=one) for one in self.new)
        given = Proposal(agency=agency, questions=(*added, *self.changed))
        gone = tuple(QuestionChange(before=one, after=one) for one in self.missing if end_missing)
        ended = Proposal(agency=agency, questions=gone, ends=True)
        return tuple(one for one in (given, ended) if one.questions)


def compare(book: Workbook, pack: Pack, agency: str, field: str, day: date) -> Compared:
    """Entries are the same by their question, whatever its marks and capitals. `field`: of rows without one.

    `day`: last checked, where the workbook names no date.
    """
    remarks = list(book.remarks)
    own = {fold(one.question): one for one in pack.questions if one.agency == agency and one.in_force(day)}
    entries = [one for row in book.rows if (one := _entry(row, pack, agency, field, day, remarks))]
    new: list[Question] = []
    changed: list[QuestionChange] = []
    same = 0
    for entry in entries:
        known = own.pop(fold(entry.question), None)
        if known is None:
            new.append(entry)
        elif _said(known) == _said(entry):
            same += 1
        else:
            changed.append(QuestionChange(before=known, after=entry))
    return Compared(
        new=tuple(new),
        changed=tuple(changed),
        same=same,
        missing=tuple(own.values()),
        remarks=tuple(remarks),
        legacy=book.legacy,
    )


def _said(one: Question) -> tuple[str, ...]:
    return (one.field, one.question, one.answer, one.source)


def _entry(
    row: Row, pack: Pack, agency: str, field: str, day: date, remarks: list[Remark]
) -> Question | None:
    cells = {
        "field": row.field or field,
        "question": row.question,
        "answer": row.answer,
        "source": row.source,
        "checked": (row.checked or day).isoformat(),
    }
    entry, problems = read_entry(pack, agency, cells)
    remarks += (Remark(row.sheet, row.line, one.field, _about(one.field, one.vi), one.en) for one in problems)
    return entry


def _about(column: str, vi: str) -> str:
    if column == "field":
        return "không rõ lĩnh vực: ghi vào cột “Lĩnh vực” hoặc chọn lĩnh vực cho cả tệp"
    return vi
