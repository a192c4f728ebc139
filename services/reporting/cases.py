"""The cases of a period with the fields of Điều 11.1, one flat row each, for inspection and export."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, String, cast, exists, func, literal, select

from libs.packs.model import Agency, Channel, Field, NotInPack, Pack
from services.reporting.labels import Labels
from services.reporting.periods import Period
from services.reporting.store import CASE, CLOCK, SLIP

HIDDEN = "(giữ bí mật)"
"""Stands for name, phone, address and e-mail of a citizen who asked for secrecy."""

_STATUS = {
    "new": "Mới tiếp nhận", "triage": "Chờ phân loại", "arbiter": "Chờ xác định thẩm quyền",
    "routed": "Đã chuyển phiếu", "received": "Cơ quan đã nhận", "verifying": "Đang xác minh",
    "promised": "Đã hẹn trả lời", "answered_by_phone": "Đã trả lời qua điện thoại",
    "answered": "Đã trả lời", "answered_at_desk": "Tổng đài đã trả lời", "published": "Đã công khai",
    "withheld": "Không công khai", "rejected": "Không tiếp nhận", "joined": "Theo hồ sơ cùng việc",
}  # fmt: skip
_LATENESS = {
    "on_time": "Đúng hạn",
    "late_promised": "Quá hạn, có hẹn",
    "late_silent": "Quá hạn, không hẹn",
}
_CALL = {"connected": "Đã nối máy", "failed": "Không nối được"}

Row = RowMapping
Named = Agency | Channel | Field
Value = Callable[[Row, Labels], str | int | None]
"""What stands in a cell, from the row and the names of the pack in force."""


@dataclass(frozen=True)
class Column:
    """A column of the export; `value` of an `instant` is epoch seconds."""

    vi: str
    en: str
    width: int
    value: Value
    instant: bool = False


def number_of_cases(connection: Connection, period: Period, agency: str) -> int:
    """How many rows `cases` would give."""
    wanted = _wanted(select(func.count()).select_from(CASE), period, agency)
    return int(connection.execute(wanted).scalar_one())


def cases(connection: Connection, period: Period, agency: str) -> Iterator[Row]:
    """The cases opened in the period, oldest first; with `agency`, those it ever had a slip of."""
    its_clock = (CLOCK.c.case_id == CASE.c.case_id) & (
        CLOCK.c.clock == literal("answer-").concat(cast(CASE.c.slip, String))
    )
    query = select(CASE, CLOCK.c.due, CLOCK.c.judgement).select_from(CASE.outerjoin(CLOCK, its_clock))
    ordered = _wanted(query, period, agency).order_by(CASE.c.opened_at, CASE.c.case_id)
    yield from connection.execute(ordered, execution_options={"yield_per": 1000}).mappings()


def _wanted(query: Select[Any], period: Period, agency: str) -> Select[Any]:
    query = query.where(CASE.c.opened_at >= period.start, CASE.c.opened_at < period.end)
    if not agency:
        return query
    return query.where(exists().where(SLIP.c.case_id == CASE.c.case_id, SLIP.c.agency == agency))


def _plain(name: str) -> Value:
    return lambda row, _: row[name]


def _private(name: str) -> Value:
    return lambda row, _: HIDDEN if row["secret"] and row[name] else row[name]


def _named(name: str, look_up: Callable[[Pack, str], Named]) -> Value:
    def value(row: Row, labels: Labels) -> str:
        code = str(row[name])
        try:
            return look_up(labels.pack, code).name_vi if code else ""
        except NotInPack:
            return code

    return value


def _district(row: Row, labels: Labels) -> str:
    return labels.districts.get(labels.district(row["place"]), "")


def _result(row: Row, labels: Labels) -> str:
    """The outcome in a word, the ground if there is one, and the words of the answer."""
    kind = {"rejected": "reject", "withheld": "withhold"}.get(row["status"], "")
    ground = row["reason"]
    if kind and ground:
        with suppress(NotInPack):
            ground = labels.pack.reason(kind, ground).text_vi
    return ". ".join(filter(None, (_STATUS[row["status"]], ground, row["result"])))


COLUMNS = (
    Column("Mã tra cứu", "Code", 12, _plain("code")),
    Column("Họ tên", "Name", 22, _private("name")),
    Column("Số điện thoại", "Telephone", 16, _private("phone")),
    Column("Địa chỉ", "Address", 30, _private("address")),
    Column("Thư điện tử", "E-mail", 22, _private("email")),
    Column("Thời gian gọi/gửi", "Called or sent at", 17, _plain("received_at"), instant=True),
    Column("Nội dung", "Content", 60, _plain("content")),
    Column("Kênh", "Channel", 18, _named("channel", Pack.channel)),
    Column("Lĩnh vực", "Field", 30, _named("field", Pack.field)),
    Column("Địa bàn", "District", 20, _district),
    Column("Khẩn cấp", "Urgent", 10, lambda row, _: "Có" if row["urgent"] else ""),
    Column("Cán bộ trực", "Operator", 22, _plain("operator")),
    Column("Cơ quan xử lý", "Handling agency", 30, _named("agency", Pack.agency)),
    Column("Cơ quan phối hợp", "Coordinating", 20, _plain("coordinating")),
    Column("Xử lý từ", "Handling from", 17, _plain("handling_from"), instant=True),
    Column("Hạn trả lời", "Answer due", 17, _plain("due"), instant=True),
    Column("Xử lý đến", "Handling until", 17, _plain("handling_to"), instant=True),
    Column("Nội dung xử lý", "Handling content", 50, _plain("handling")),
    Column("Kết quả", "Result", 50, _result),
    Column("Thời hạn", "Timeliness", 18, lambda row, _: _LATENESS.get(row["judgement"] or "", "")),
    Column("Cán bộ trả lời", "Answered by", 22, _plain("officer")),
    Column("Nối máy", "Call transfer", 16, lambda row, _: _CALL.get(row["call_result"], "")),
    Column("Nối máy đến", "Transferred to", 18, _plain("call_number")),
    Column("Nối máy lúc", "Transferred at", 17, _plain("call_at"), instant=True),
    Column("Công khai lúc", "Published at", 17, _plain("published_at"), instant=True),
    Column("Nội dung công khai", "Public text", 50, _plain("public_text")),
)  # fmt: skip
"""Họ tên … công bố: the fields of Điều 11.1, with the officer who answered."""
