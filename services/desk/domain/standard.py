"""Standard texts by field and action: who writes them, what may stand in one, what is put in."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from libs.contracts.errors import Refused
from libs.contracts.facts import Value
from libs.contracts.requests import Problem
from libs.packs.letters import plain
from libs.privacy import find
from services.desk.domain.command import Command
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.privacy import KINDS

Condition = Literal["waiting", "on", "off"]

ACTIONS: dict[str, tuple[str, str]] = {
    "answer": ("answer", "Trả lời"),
    "answer-by-phone": ("summary", "Trả lời qua điện thoại"),
    "verify": ("note", "Cần xác minh"),
    "promise-progress": ("progress", "Báo tiến độ và hẹn"),
    "ask-information": ("question", "Hỏi thêm người gửi"),
    "return": ("text", "Trả lại phiếu"),
    "publish": ("answer", "Công khai kết quả"),
    "answer-at-desk": ("answer", "Trả lời tại Tổng đài"),
    "reject": ("text", "Không tiếp nhận"),
}
"""Command → the input that the text goes into, and what the action is called."""

OF_THE_DESK = frozenset({"answer-at-desk", "reject"})
"""Actions of operators, who belong to no agency: their texts are the province's."""

ANSWERS = frozenset({"answer", "answer-by-phone", "answer-at-desk", "publish"})

CONDITIONS: dict[str, str] = {"waiting": "mẫu, chờ duyệt", "on": "đang dùng", "off": "đã tắt"}

RIGHTS: dict[str, frozenset[str]] = {
    "read": frozenset({"operator", "officer", "head", "administrator"}),
    "write": frozenset({"head", "administrator"}),
}
"""Heads write their own agency's, administrators the province's; putting one in is part of the command."""

VARIABLES = ("mã hồ sơ", "lĩnh vực", "địa bàn", "cơ quan", "hạn", "ngày")
"""Nothing of the person is among them."""

GAP = "___"
"""What is still to be written; also in place of a variable the case has nothing for."""

TITLE, LENGTH = 80, 2_000
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_GAP = re.compile(r"_{3,}")
_IDLE = re.compile(
    r"^(kinh (gui|thua|chao)|xin (tran trong )?cam on|tran trong|cam on)\b"
    r"|\b(chuyen|ban giao)\b.*\b(den|toi|cho|sang|co quan|don vi|bo phan|xu ly|giai quyet)\b"
    r"|\b(da|duoc) (chuyen|tiep nhan|ghi nhan)\b"
)
"""A sentence that says nothing of what was done: courtesy, "received", "passed on"."""


class Standard(Value):
    """One text. `agency` empty: the province's; `field` empty: for every field; `used`: how often put in."""

    id: str
    agency: str
    action: str
    field: str
    title: str
    text: str
    condition: Condition
    version: int
    used: int
    by: str
    at: datetime


class StandardErrors(Exception):
    """The text cannot stand as it is."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.en for problem in problems))


def may(account: Account, act: str) -> bool:
    return account.active and account.role in RIGHTS[act]


def require_act(account: Account, act: str) -> None:
    """Raises NotAllowed."""
    if not may(account, act):
        raise NotAllowed("Tài khoản của bạn không làm được việc này", "not for your role")


def own_agency(account: Account) -> str:
    """Whose texts this person writes: those of their agency, or the province's (empty)."""
    return account.agency if account.of_agency else ""


def actions_of(agency: str) -> dict[str, str]:
    """The actions for which that agency, or the province, may have texts."""
    return {one: name for one, (_, name) in ACTIONS.items() if not agency or one not in OF_THE_DESK}


def check(cells: Mapping[str, str], agency: str, fields: frozenset[str], public: frozenset[str]) -> None:
    """Raises StandardErrors; `public`: numbers and addresses that anybody may know."""
    problems = tuple(_problems(cells, agency, fields, public))
    if problems:
        raise StandardErrors(problems)


def _problems(
    cells: Mapping[str, str], agency: str, fields: frozenset[str], public: frozenset[str]
) -> Iterator[Problem]:
    text = unicodedata.normalize("NFC", cells.get("text", ""))
    if cells.get("action", "") not in actions_of(agency):
        yield Problem(field="action", vi="Chọn việc dùng mẫu này", en="choose the action")
    if cells.get("field") and cells["field"] not in fields:
        yield Problem(field="field", vi="Không có lĩnh vực này", en="there is no such field")
    for name, most in (("title", TITLE), ("text", LENGTH)):
        length = len(cells.get(name, "").strip())
        if not length:
            yield Problem(field=name, vi="Vui lòng điền mục này", en="please fill this in")
        elif length > most:
            yield Problem(field=name, vi=f"Dài quá {most} ký tự", en=f"more than {most} characters")
    yield from _variables(text)
    for found in find(f"{cells.get('title', '')}\n{text}", (), public)[:5]:
        vi, en = KINDS[found.kind]
        yield Problem(
            field="text",
            vi=f"Mẫu không được có dữ liệu cá nhân: {vi} “{found.words}”",
            en=f"personal data: {en}",
        )
    if cells.get("action") in ANSWERS and text.strip() and only_passed_on(text):
        vi = "Mẫu trả lời không được chỉ nói “đã chuyển, đã tiếp nhận”: hãy nêu việc đã làm và kết quả"
        yield Problem(field="text", vi=vi, en="an answer that only says it was passed on is none")


def _variables(text: str) -> Iterator[Problem]:
    allowed = ", ".join(f"{{{name}}}" for name in VARIABLES)
    if re.search(r"[{}]", _VARIABLE.sub("", text)):
        yield Problem(field="text", vi="Dấu ngoặc nhọn { } không khớp", en="braces do not match")
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        if " ".join(name.split()) not in VARIABLES:
            vi, en = f"Không có biến {{{name}}}; được dùng: {allowed}", f"unknown variable {{{name}}}"
            yield Problem(field="text", vi=vi, en=en)


def only_passed_on(text: str) -> bool:
    """Whether no sentence says more than that the matter was received or passed on."""
    bare = plain(_VARIABLE.sub("x", text)).lower()
    sentences = [one.strip() for one in re.split(r"[.!?;:,\n]+", bare)]
    said = [one for one in sentences if re.search(r"[a-z]{2}", one)]
    return bool(said) and all(_IDLE.search(one) for one in said)


def put_in(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled; a value that is missing leaves a gap to be filled by hand."""
    return _VARIABLE.sub(lambda found: values.get(" ".join(found[1].split())) or GAP, text)


def require_filled(command: Command) -> None:
    """Raises Refused where a gap of a standard text was left open, on a page or through the API."""
    name, _ = ACTIONS.get(command.token(), ("", ""))
    if name and _GAP.search(getattr(command, name)):
        vi = f"Còn chỗ “{GAP}” chưa điền: hãy điền hoặc xóa rồi gửi lại"
        raise Refused(vi, f"a gap {GAP} is still open: fill it or delete it", field=name)
