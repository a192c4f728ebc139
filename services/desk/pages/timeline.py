"""Facts as sentences for the people of the desk: what happened, what was said, who sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.contracts.codes import spoken
from libs.contracts.contacts import LATE_FILE
from libs.web.labels import Labels
from services.desk.domain.values_of_hands import RESULT_NAMES
from services.desk.views import EntryView


@dataclass(frozen=True)
class Told:
    """An entry of the timeline in words; `public`: the citizen sees it too."""

    title: str
    at: datetime
    who: str
    public: bool
    texts: tuple[str, ...] = ()
    until: datetime | None = None


Content = Mapping[str, Any]
Title = Callable[[Content, Labels, str], str]


def _plain(title: str) -> Title:
    return lambda _content, _labels, _agency: title


def _of_agency(title: str) -> Title:
    return lambda _content, labels, agency: title.format(labels.agency(agency))


def _slip(content: Content, labels: Labels, _: str) -> str:
    slip = content["slip"]
    return f"Phiếu chuyển số {slip['number']} đến {labels.agency(slip['lead'])}"


def _addition(content: Content, _: Labels, __: str) -> str:
    if not content.get("automatic"):
        return "Người gửi bổ sung"
    return "Ảnh, tệp đến sau" if content["text"] == LATE_FILE else "Máy của người gửi tự trả lời"


def _transfer(content: Content, labels: Labels, _: str) -> str:
    said = "Đã nối máy đến" if content["result"] == "connected" else "Không nối được máy đến"
    return f"{said} {labels.agency(content['agency'])}"


WAYS = {"phone": "qua điện thoại", "visit": "tại nơi ở", "message": "qua tin nhắn"}
RESULTS = {"reached": "gặp được", "not-reached": "không gặp được"}


def _contact(content: Content, labels: Labels, agency: str) -> str:
    way, result = WAYS.get(content["way"], content["way"]), RESULTS.get(content["result"], "")
    return f"{labels.agency(agency)} liên hệ người gửi {way}: {result}"


def _review(content: Content, labels: Labels, agency: str) -> str:
    thinks = "đồng ý với" if content["agreed"] else "có ý kiến về"
    return f"{labels.agency(agency)} {thinks} câu trả lời"


def _rating(content: Content, _: Labels, __: str) -> str:
    names = (("answer", "trả lời"), ("attitude", "thái độ"), ("timeliness", "kịp thời"))
    scores = (f"{name} {content[key]}/5" for key, name in names if content.get(key))
    return f"Người gửi đánh giá: {', '.join(scores)}"


def _answer(content: Content, labels: Labels, agency: str) -> str:
    missing = "; ".join(labels.agency(one) for one in content.get("missing", ()))
    part = f" một phần, còn thiếu phần của {missing}" if missing else ""
    return f"{labels.agency(agency)} trả lời{part}"


TITLES: dict[str, tuple[Title, bool]] = {
    "opened": (_plain("Tiếp nhận yêu cầu"), True),
    "added": (_addition, True),
    "routed": (_slip, True),
    "directed": (_slip, True),
    "triaged": (_plain("Chờ cán bộ Trực quyết định"), False),
    "released": (_plain("Để hệ thống chuyển phiếu"), False),
    "amended": (_plain("Sửa thông tin hồ sơ"), False),
    "urgency-set": (lambda c, _l, _a: "Đánh dấu khẩn" if c["urgent"] else "Bỏ dấu khẩn", False),
    "rejected": (_plain("Không tiếp nhận"), True),
    "answered-at-desk": (_plain("Trả lời tại Tổng đài"), True),
    "call-transferred": (_transfer, True),
    "referred": (_plain("Xin ý kiến về thẩm quyền"), True),
    "determined": (lambda c, labels, _: f"Xác định thẩm quyền: {labels.agency(c['agency'])}", True),
    "received": (_of_agency("{} nhận phiếu"), True),
    "returned": (_of_agency("{} trả lại phiếu"), True),
    "answered-by-phone": (_of_agency("{} trả lời qua điện thoại"), True),
    "verifying": (_of_agency("{} báo cần xác minh"), True),
    "progress-promised": (_of_agency("{} báo tiến độ và hẹn trả lời"), True),
    "information-asked": (_of_agency("{} hỏi thêm người gửi"), True),
    "answered": (_answer, True),
    "published": (_plain("Công khai kết quả"), True),
    "withheld": (_plain("Không công khai"), True),
    "clock-paused": (lambda c, labels, _: f"Tạm dừng thời hạn “{labels.clock(c['clock'])}”", False),
    "clock-resumed": (lambda c, labels, _: f"Cho thời hạn “{labels.clock(c['clock'])}” chạy tiếp", False),
    "delegated": (lambda c, labels, _: f"Giao {labels.agency(c['to'])} xử lý", False),
    "contacted": (_contact, False),
    "reported": (_of_agency("{} báo cáo kết quả"), False),
    "confirmed": (_of_agency("{} xác nhận kết quả của xã"), False),
    "recalled": (_of_agency("{} thu hồi việc đã giao xã"), False),
    "contributed": (lambda c, labels, _: f"{labels.agency(c['agency'])} gửi phần phối hợp", False),
    "succeeded": (
        lambda c, labels, _: f"{labels.agency(c['to'])} tiếp nhận hồ sơ của {labels.agency(c['agency'])}",
        True,
    ),
    "joined": (lambda c, _l, _a: f"Ghép vào hồ sơ cùng việc {spoken(c['code'])}", True),
    "follower-added": (lambda c, _l, _a: f"Hồ sơ {spoken(c['code'])} cùng việc, theo hồ sơ này", False),
    "suspected-false": (
        lambda c, labels, _: f"Nghi tin giả: niêm phong chứng cứ, chuyển {labels.agency(c['police'])}",
        False,
    ),
    "reminded": (lambda c, labels, _: f"Nhắc {labels.agency(c['agency'])}, lần {c['number']}", False),
    "instructed": (lambda c, labels, _: f"Chỉ đạo xử lý gấp: {labels.agency(c['agency'])}", False),
    "reviewed": (_review, False),
    "rated": (_rating, True),
    "hold-placed": (lambda c, _l, _a: f"Giữ làm chứng cứ theo {c['reference']}", False),
    "hold-lifted": (lambda c, _l, _a: f"Thôi giữ làm chứng cứ theo {c['reference']}", False),
    "erased": (lambda c, _l, _a: f"Xóa dữ liệu cá nhân theo {c['reference']}", False),
    "verified": (lambda c, _l, _a: f"Kết quả xác minh: {RESULT_NAMES[c['result']][0]}", False),
    "reopened": (lambda c, _l, _a: f"Mở lại hồ sơ, lần xử lý thứ {c['cycle']}", True),
}
"""Fact → its title and whether the citizen sees it. A fact of a newer version stands under its own name."""

_TEXTS = ("text", "answer", "summary", "progress", "question", "opinion", "note", "detail", "report")
_SHOWN_ABOVE = frozenset({"opened", "answered", "answered-by-phone", "answered-at-desk", "published"})
_REASONS = {
    "rejected": ("reject", "reason"),
    "returned": ("return", "ground"),
    "withheld": ("withhold", "ground"),
    "clock-paused": ("pause", "reason"),
}


_SAID = {
    "erased": "reason",
    "hold-placed": "reason",
    "reopened": "reason",
    "recalled": "reason",
    "suspected-false": "ground",
}
"""Fact → the field with words that stand first."""


def told(entry: EntryView, labels: Labels) -> Told:
    """The entry in words."""
    title, public = TITLES.get(entry.token, (_plain(entry.token), False))
    texts = _coded(entry, labels)
    if entry.token not in _SHOWN_ABOVE or entry.content.get("missing"):
        written = (key for key in _TEXTS if isinstance(entry.content.get(key), str) and entry.content[key])
        texts += [_said(entry, key, labels) for key in written]
    if entry.token in {"routed", "directed"} and entry.content["slip"].get("note"):
        texts.append(entry.content["slip"]["note"])
    until = entry.content.get("promised_at") or entry.content.get("until")
    return Told(
        title(entry.content, labels, entry.agency),
        entry.at,
        entry.name or ("Người gửi" if entry.service == "intake" or entry.role == "citizen" else "Hệ thống"),
        public,
        tuple(texts),
        datetime.fromisoformat(until) if isinstance(until, str) else until,
    )


def _said(entry: EntryView, key: str, labels: Labels) -> str:
    """Words as they were written; why a call failed may be a code of the pack."""
    words = str(entry.content[key])
    return labels.reason("call-failed", words) if entry.token == "call-transferred" else words  # noqa: S105  the name of a fact


def _coded(entry: EntryView, labels: Labels) -> list[str]:
    kind, name = _REASONS.get(entry.token, ("", ""))
    if kind:
        return [labels.reason(kind, str(entry.content.get(name, "")))]
    if entry.token in _SAID:
        return [str(entry.content[_SAID[entry.token]])]
    if entry.token == "triaged":  # noqa: S105  the name of a fact
        reasons = (TRIAGE.get(code, code) for code in entry.content.get("reasons", ()))
        return ["; ".join(reasons)]
    return []


TRIAGE = {
    "held": "cán bộ Trực xem trước khi chuyển",
    "margin": "chưa đủ chắc chắn về lĩnh vực",
    "place-missing": "chưa rõ địa bàn",
    "place-ambiguous": "có nhiều nơi trùng tên",
    "contact": "thiếu thông tin liên hệ",
    "out-of-scope": "có thể ngoài phạm vi",
    "unclear": "nội dung chưa rõ",
    "no-lead": "lĩnh vực không có một cơ quan chủ trì duy nhất",
    "rule-broken": "quy tắc chuyển nêu cơ quan không còn hiệu lực; quản trị viên đã được báo",
    "returned": "cơ quan đã trả lại phiếu",
    "returned-twice": "hai cơ quan đã trả lại phiếu: cần xác định thẩm quyền",
    "urgent": "có dấu hiệu khẩn cấp",
    "spam": "giống thư rác hoặc tin gửi hàng loạt",
    "auto-off": "gói dữ liệu không cho tự chuyển phiếu",
}
"""Why no slip went out by itself, as the router codes it."""
