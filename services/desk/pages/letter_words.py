"""Letters and what became of them, in words for the people of the desk."""

import re

__all__ = ["letter_name", "letter_outcome", "letter_reader", "letter_reason", "letter_way"]

LETTER_NAMES: dict[str, str] = {
    "slip": "phiếu chuyển",
    "slip-succeeded": "phiếu của cơ quan trước đây",
    "coordinator-slip": "phiếu phối hợp",
    "part-contributed": "đã có phần phối hợp",
    "commune-slip": "việc giao xã",
    "commune-reported": "xã đã báo cáo",
    "commune-recalled": "thu hồi việc giao xã",
    "information-added": "người gửi bổ sung",
    "reopened": "mở lại hồ sơ",
    "reminder": "nhắc xử lý",
    "instructed": "chỉ đạo xử lý gấp",
    "reviewed": "ý kiến về câu trả lời",
    "police-request": "đề nghị xác minh",
    "police-verified": "kết quả xác minh",
    "clock-warned": "nhắc sắp đến hạn",
    "clock-missed": "báo quá hạn",
    "clock-escalated": "báo quá hạn lên cấp trên",
    "clock-moved": "thời hạn thay đổi",
    "promise-stretched": "hẹn quá xa",
    "receipt": "xác nhận tiếp nhận",
    "rejected": "không tiếp nhận",
    "handed-over": "đã chuyển cơ quan",
    "new-agency": "cơ quan mới",
    "new-time": "thời hạn mới",
    "call-failed": "chưa nối được máy",
    "determined": "đã xác định thẩm quyền",
    "verifying": "chờ xác minh",
    "information-asked": "hỏi thêm",
    "progress": "tiến độ và hẹn",
    "answered": "trả lời",
    "answered-in-part": "trả lời một phần",
    "answered-at-desk": "Tổng đài trả lời",
    "joined": "đã ghép với hồ sơ cùng việc",
    "reopened-confirmed": "xác nhận mở lại",
}
"""Letter of the pack → its name."""

LETTER_WAYS: dict[str, str] = {
    "email": "thư điện tử",
    "sms": "SMS",
    "zalo": "Zalo",
    "zns": "tin Zalo theo số điện thoại (ZNS)",
    "facebook": "Facebook",
    "webhook": "phần mềm của đối tác",
    "none": "không có địa chỉ",
}
"""Way → how it is called."""

LETTER_OUTCOMES: dict[str, tuple[str, str]] = {
    "tried": ("đang gửi", "calm"),
    "deferred": ("chờ gửi lại", "calm"),
    "sent": ("đã gửi", "good"),
    "failed": ("không gửi được", "bad"),
    "unconfirmed": ("chưa chắc đã gửi", "warn"),
    "spared": ("không cần gửi nữa", "calm"),
    "fallen-back": ("chuyển cách khác", "calm"),
    "delivered": ("đã đến nơi", "good"),
    "bounced": ("bị trả lại", "bad"),
    "denied": ("người nhận từ chối", "warn"),
}
"""Newest fact → what it says, and how it looks."""

_READERS = {
    "citizen": "người gửi",
    "partner": "đối tác",
    "deputy": "đầu mối dự phòng",
    "unit_head": "lãnh đạo",
}

_REASONS = (
    (re.compile(r"no contact$"), "chưa có địa chỉ"),
    (re.compile(r"no mobile number$"), "không phải số di động"),
    (re.compile(r"no e-mail address$"), "không phải địa chỉ thư"),
    (re.compile(r"dismissed$"), "đã có người xem và bỏ qua"),
    (re.compile(r"window closed$"), "đã hết thời gian được trả lời ở đó"),
    (re.compile(r"gateway away$"), "cổng gửi không nhận"),
    (re.compile(r"bounced(: (?P<rest>.*))?", re.DOTALL), "bị trả lại {rest}"),
    (re.compile(r"refused: (?P<rest>.*)", re.DOTALL), "máy chủ từ chối: {rest}"),
    (re.compile(r"tried (?P<times>\d+) times: (?P<rest>.*)", re.DOTALL), "đã thử {times} lần: {rest}"),
)


def letter_name(code: str) -> str:
    """What the letter is about; a letter of a newer version stands under its own name."""
    return "báo thay đổi" if code == "case-changed" else LETTER_NAMES.get(code, code)


def letter_reason(reason: str) -> str:
    """Why it was not sent; what a gateway said stays as it said it."""
    for pattern, words in _REASONS:
        if found := pattern.match(reason):
            return words.format(**found.groupdict("")).strip()
    return reason


def letter_way(way: str) -> str:
    """How it goes out."""
    return LETTER_WAYS.get(way, way)


def letter_outcome(outcome: str) -> tuple[str, str]:
    """What became of it, and the tag's look; a fact of a newer version stands under its own name."""
    return LETTER_OUTCOMES.get(outcome, (outcome, "calm"))


def letter_reader(audience: str) -> str:
    """Whose letter it is, before the agency's name; empty for its focal officer."""
    return _READERS.get(audience, "")
