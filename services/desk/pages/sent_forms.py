"""A form that was sent, read as the command it stands for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from libs.contracts.requests import Asked
from libs.web.instants import read_moment

MODEL = TypeVar("MODEL", bound=Asked)

MANY = frozenset({"co_leads", "coordinating", "question_ids"})
"""Inputs with several values: boxes named `coordinating.SYT`, and one list with commas."""

INSTANTS = frozenset({"promised_at", "received_at", "until", "contacted_at", "answer_by"})
"""Inputs that are an hour and a day: wall time of the province, day first."""

TICKS = frozenset({"urgent", "secret", "partial", "take_back"})

INPUT_NAMES: Mapping[str, str] = {
    "answer": "Nội dung trả lời",
    "summary": "Đã trả lời những gì",
    "ground": "Lý do",
    "reason": "Lý do",
    "progress": "Đã làm đến đâu",
    "promised_at": "Hẹn trả lời",
    "question": "Nội dung hỏi",
    "agency": "Cơ quan",
    "lead": "Cơ quan chủ trì",
    "proposed_agency": "Đề xuất cơ quan",
    "partial": "Trả lời một phần",
    "to": "Nơi nhận",
    "take_back": "Rút phiếu",
    "text": "Nội dung",
    "report": "Báo cáo",
    "note": "Ghi chú",
    "result": "Kết luận",
    "police": "Đơn vị xác minh",
    "contacted_at": "Lúc",
    "co_leads": "Cùng chủ trì",
    "coordinating": "Phối hợp",
    "place": "Địa bàn",
    "field": "Lĩnh vực",
    "opinion": "Ý kiến",
    "way": "Cách liên hệ",
    "name": "Họ và tên",
    "phone": "Số điện thoại",
    "address": "Địa chỉ",
    "email": "Thư điện tử",
    "number": "Số máy",
    "detail": "Lý do không nối được",
    "urgent": "Khẩn",
    "recording": "Bản ghi âm",
}
"""Input of a case's forms → how a person calls it, above an error and beside a colleague's text."""


def read_form(cls: type[MODEL], form: Mapping[str, str], zone: ZoneInfo) -> MODEL:
    """The command in this form; inputs it does not have are left out. Raises pydantic's ValidationError."""
    values: dict[str, Any] = {name: form[name] for name in cls.model_fields if name in form}
    for name in MANY & cls.model_fields.keys():
        boxes = [key.partition(".")[2] for key in form if key.startswith(f"{name}.")]
        listed = form.get(name, "").split(",")
        values[name] = tuple(dict.fromkeys(code.strip() for code in (*boxes, *listed) if code.strip()))
    for name in INSTANTS & values.keys():
        values[name] = _instant(values[name], zone)
    for name in TICKS & cls.model_fields.keys():
        values[name] = form.get(name) == "yes"
    return cls.model_validate(values)


def _instant(typed: str, zone: ZoneInfo) -> datetime | str:
    """The wall time in the zone; what is none stays as it was typed, to be refused."""
    return read_moment(typed, zone) or typed
