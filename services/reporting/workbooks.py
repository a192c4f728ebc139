"""Reports as XLSX. What people wrote is always written as a string: no cell ever becomes a formula."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from libs.packs.model import Pack
from services.reporting.agencies import Line, Overview, PolicyLine
from services.reporting.cases import COLUMNS, Row
from services.reporting.labels import Labels
from services.reporting.periods import Period
from services.reporting.ratings import RatingLine

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767
"""Characters a cell can hold."""

FIRST_ROW = 3
"""Above it: the title, the Vietnamese headings, the English ones."""

_LINES = (
    ("Cơ quan", "Agency", "name"),
    ("Mã", "Code", "code"),
    ("Tiếp nhận", "Received", "received"),
    ("Đã xử lý", "Handled", "handled"),
    ("Đang xử lý", "Open", "open"),
    ("Đang quá hạn", "Overdue now", "overdue"),
    ("Đúng hạn", "On time", "on_time"),
    ("Quá hạn, có hẹn", "Late with a promise", "late_promised"),
    ("Quá hạn, không hẹn", "Late and silent", "late_silent"),
    ("Lời hẹn không giữ", "Broken promises", "broken_promises"),
    ("Báo lên cấp trên", "Escalated", "escalated"),
    ("Hạn dời theo lịch", "Limits moved", "moved"),
    ("Trả lại", "Returned", "returned"),
    ("Mở lại", "Reopened", "reopened"),
    ("Lần bị nhắc", "Reminders", "reminded"),
    ("Sở, ngành đồng ý", "Answers agreed with", "agreed"),
    ("Sở, ngành có ý kiến", "Answers commented on", "criticised"),
    ("Không tiếp nhận", "Rejected", "rejected"),
    ("Giờ làm việc đã giữ", "Working hours held", "held"),
    ("Tỷ lệ mở lại", "Reopened share", "reopened_share"),
    ("Lượt đánh giá", "Ratings", "rated"),
    ("Điểm trung bình", "Mean rating", "rating"),
)
_RATINGS = (
    ("Cơ quan", "Agency", "name"),
    ("Mã", "Code", "code"),
    ("Lĩnh vực", "Field", "field"),
    ("Lần xử lý", "Cycle", "cycle"),
    ("Lượt đánh giá", "Ratings", "rated"),
    ("Nội dung trả lời", "Answer", "answer"),
    ("Thái độ", "Attitude", "attitude"),
    ("Kịp thời", "Timeliness", "timeliness"),
)
_PLACES = (("Địa bàn", "District", "name"), *_LINES[1:5], ("Trả lại", "Returned", "returned"))
_POLICY = (
    ("Thời hạn nội bộ", "Clock of the province's own", "name"),
    ("Mã", "Code", "code"),
    ("Đúng hạn", "On time", "on_time"),
    ("Quá hạn", "Late", "late"),
    ("Đang quá hạn", "Overdue now", "overdue"),
    ("Báo lên cấp trên", "Escalated", "escalated"),
    ("Hạn dời theo lịch", "Limits moved", "moved"),
)
_NOTES = (
    "Dòng Tổng đài đếm yêu cầu; dòng cơ quan đếm phiếu chuyển (một yêu cầu có thể có nhiều phiếu).",
    "Đúng hạn, quá hạn: chỉ các thời hạn theo luật (Điều 10.3) được giữ hoặc hết trong kỳ, đã làm hay chưa.",
    "Lời hẹn không giữ: thời điểm đã hẹn trôi qua mà chưa trả lời; đếm riêng, không tính vào tỷ lệ đúng hạn.",
    "Thời hạn do tỉnh tự đặt nằm ở trang riêng, không tính vào tỷ lệ đúng hạn.",
    "Giờ làm việc đã giữ: thời gian làm việc trong kỳ mà hồ sơ nằm ở đơn vị đó, theo giờ của tỉnh.",
    "Quá hạn, có hẹn: trước khi hết hạn đã hẹn thời gian trả lời tiếp theo.",
    "Đánh giá: người gửi chấm từ 1 (rất không hài lòng) đến 5 (rất hài lòng), mỗi lần xử lý một lần.",
    "Đang xử lý, đang quá hạn: tính đến cuối kỳ, hoặc đến lúc lập bảng nếu kỳ chưa hết.",
    "The desk's line counts cases, an agency's line slips (a case may have several).",
    "On time and late: only clocks of the law, kept or run out in the period, done or not.",
    "Broken promises: the promised instant passed without the answer; never part of the on-time ratio.",
    "Clocks the province set itself stand on a sheet of their own and are never part of the ratio.",
    "Working hours held: time in the period, in the province's hours, for which cases lay with that unit.",
    "Late with a promise: the time of the next answer had been promised before the 8 hours ran out.",
    "Ratings: the sender gives 1 (bad) to 5 (good), once a cycle; reopened share: of what was handled.",
    "Open and overdue: at the end of the period, or now if it is not over.",
)


class _Book:
    """A workbook in memory; a sheet's rows go to a temporary file as they come."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._bytes = BytesIO()
        self._book: Any = xlsxwriter.Workbook(self._bytes, {"constant_memory": True})
        look = self._book.add_format
        self._title = look({"bold": True, "font_size": 14})
        self._vi = look({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE7F3"})
        self._en = look({"italic": True, "font_color": "#555555", "bg_color": "#DDE7F3"})
        self._instant = look({"num_format": "dd/mm/yyyy hh:mm", "valign": "top"})
        self._text = look({"text_wrap": True, "valign": "top"})
        self.bold: Format = look({"bold": True})

    def sheet(self, name: str, title: str, headings: Sequence[tuple[str, str, int]]) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(FIRST_ROW, 1)
        for column, (_, _, width) in enumerate(headings):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, title, self._title)
        for column, (vi, _, _) in enumerate(headings):
            sheet.write_string(1, column, vi, self._vi)
        for column, (_, en, _) in enumerate(headings):
            sheet.write_string(2, column, en, self._en)
        return sheet

    def text(self, sheet: Worksheet, row: int, column: int, words: str, look: Format | None = None) -> None:
        if words:
            cut = words if len(words) <= LONGEST_CELL else words[: LONGEST_CELL - 1] + "…"
            sheet.write_string(row, column, cut, look or self._text)

    def instant(self, sheet: Worksheet, row: int, column: int, at: int | None) -> None:
        if at is not None:
            local = datetime.fromtimestamp(at, self._zone).replace(tzinfo=None)
            sheet.write_datetime(row, column, local, self._instant)

    def done(self) -> bytes:
        self._book.close()
        return self._bytes.getvalue()


def cases_workbook(rows: Iterable[Row], labels: Labels, period: Period) -> bytes:
    """The cases of a period with the fields of Điều 11.1."""
    book = _Book(period.zone)
    title = f"Yêu cầu tiếp nhận qua Tổng đài {labels.pack.hotline}, {_days(period)}"
    sheet = book.sheet("Yêu cầu", title, [(one.vi, one.en, one.width) for one in COLUMNS])
    for number, row in enumerate(rows, FIRST_ROW):
        for column, one in enumerate(COLUMNS):
            value = one.value(row, labels)
            if one.instant:
                book.instant(sheet, number, column, value if isinstance(value, int) else None)
            else:
                book.text(sheet, number, column, str(value or ""))
    return book.done()


def agencies_workbook(overview: Overview, pack: Pack, period: Period) -> bytes:
    """The table per agency, the table per district, and how they are counted."""
    book = _Book(period.zone)
    title = f"Kết quả xử lý qua Tổng đài {pack.hotline}, {_days(period)}"
    lines = [overview.desk, *overview.agencies, overview.total]
    _lines(book, "Cơ quan", title, _LINES, lines)
    _lines(book, "Địa bàn", title, _PLACES, overview.districts)
    _lines(book, "Thời hạn nội bộ", title, _POLICY, overview.policy)
    _lines(book, "Đánh giá", title, _RATINGS, overview.ratings)
    notes = book.sheet("Cách tính", "Cách tính / How it is counted", [("", "", 110)])
    for row, note in enumerate(_NOTES, FIRST_ROW):
        book.text(notes, row, 0, note)
    return book.done()


def _lines(
    book: _Book,
    name: str,
    title: str,
    columns: Sequence[tuple[str, str, str]],
    lines: Sequence[Line | PolicyLine | RatingLine],
) -> None:
    widths = [40] + [14] * (len(columns) - 1)
    headings = [(vi, en, width) for (vi, en, _), width in zip(columns, widths, strict=True)]
    sheet = book.sheet(name, title, headings)
    for row, line in enumerate(lines, FIRST_ROW):
        look = None if line.code else book.bold
        for column, (_, _, what) in enumerate(columns):
            value = getattr(line, what)
            if what == "held":
                sheet.write_number(row, column, round(value / 3600, 1), look)
            elif isinstance(value, int | float):
                sheet.write_number(row, column, round(value, 2), look)
            elif value is not None:
                book.text(sheet, row, column, value, look)


def _days(period: Period) -> str:
    return f"từ {period.first:%d/%m/%Y} đến {period.last:%d/%m/%Y}"
