"""Workbooks as agencies send them, old and new."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
import xlwt

HEAD: list[Any] = ["STT", "Câu hỏi", "Câu trả lời", "Lĩnh vực"]
ROWS: list[list[Any]] = [
    [1, "Tiêm mũi 3 ở đâu?", "Tại trạm y tế xã, phường nơi ở.", "F04"],
    [2, "Hỗ trợ lao động tự do thế nào?", "Nộp hồ sơ tại UBND cấp xã.", "An sinh xã hội"],
]


def xls(*rows: Sequence[Any], merged: Sequence[tuple[int, int, int, int, str]] = ()) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Hỏi đáp", cell_overwrite_ok=True)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    for top, bottom, left, right, text in merged:
        sheet.write_merge(top, bottom, left, right, text)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(sheets: dict[str, Sequence[Sequence[Any]]], hidden: str = "") -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == hidden:
                sheet.hide()
    return out.getvalue()
