"""Letter templates as administrators change them: read, checked, shown with an invented case, compared."""

import difflib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from libs.contracts.requests import Problem
from libs.packs import errors
from libs.packs.gsm import is_gsm, parts
from libs.packs.letters import (
    CITIZEN_LETTERS,
    LANGUAGES,
    OFFICER_LETTERS,
    SMS_MARK,
    VARIABLES,
    fill,
    read_letter,
    written_letter,
)
from libs.packs.model import Letter, Pack
from libs.privacy import find
from services.desk.domain.privacy import KINDS

Language = Literal["vi", "en"]

TYPED = ("subject", "body", "sms")
LONGEST = {"subject": 200, "body": 5_000, "sms": 1_000}

GROUPS: dict[str, tuple[str, ...]] = {"citizen": tuple(CITIZEN_LETTERS), "agency": tuple(OFFICER_LETTERS)}
"""Audience → its letters, in the order of a case's life."""

WAYS: dict[str, dict[str, str]] = {
    "citizen": {"thư điện tử": "tiêu đề và nội dung", "Zalo, Facebook": "nội dung", "SMS": "tin nhắn"},
    "agency": {"thư điện tử": "tiêu đề và nội dung", "SMS": "tin nhắn"},
}
"""Audience → way → which part of the template goes out on it."""

_LINK = "https://1022.example/t/8f3k2m9q4w7x"

_INVENTED: dict[str, tuple[str, str]] = {
    "code": ("123 456 782", "123 456 782"),
    "codes": ("123 456 782, 123 456 790", "123 456 782, 123 456 790"),
    "place": ("xã Thí Dụ, huyện Thí Dụ", "Thi Du commune, Thi Du district"),
    "link": (_LINK, _LINK),
    "due": ("17:30 thứ Hai, 02/03/2026", "17:30 Monday, 02/03/2026"),
    "was": ("11:30 thứ Hai, 02/03/2026", "11:30 Monday, 02/03/2026"),
    "promised": ("16:00 thứ Sáu, 06/03/2026", "16:00 Friday, 06/03/2026"),
    "to": ("Lãnh đạo cơ quan", "Head of the agency"),
    "task": ("Trả lời", "Answer"),
    "left": ("2 giờ", "2 h"),
    "late": ("1 giờ 30 phút", "1 h 30 min"),
    "document": ("12/CĐ-UBND ngày 27/02/2026", "12/CĐ-UBND of 27/02/2026"),
    "excess": ("quá xa", "too far ahead"),
    "said": ("Đề nghị xử lý và trả lời ngay.", "Please act and answer at once."),
    "reason": ("Sự việc không xảy ra trên địa bàn tỉnh", "It did not happen in the province"),
    "question": ("Xin cho biết rõ nơi xảy ra.", "Where exactly did it happen?"),
    "progress": ("Đã kiểm tra, đang khắc phục.", "It was looked at and is being mended."),
    "answer": ("Đã thay bóng đèn đường ngày 02/03/2026.", "The street lamp was replaced on 02/03/2026."),
}


class LetterErrors(Exception):
    """The template cannot stand as it is; `problems` name the inputs."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.en for problem in problems))


@dataclass(frozen=True)
class Shown:
    """A letter of the invented case. `units`: letters of the text message; `gsm`: in GSM's alphabet."""

    subject: str
    body: str
    sms: str
    units: int
    parts: int
    gsm: bool


def named(name: str) -> tuple[str, Language] | None:
    """`receipt.vi` → letter and language; None for what no pack has."""
    code, _, language = name.rpartition(".")
    found = next((one for one in LANGUAGES if one == language), None)
    return (code, found) if found and code in VARIABLES else None


def audience(code: str) -> str:
    return "citizen" if code in CITIZEN_LETTERS else "agency"


def digest(letter: Letter) -> str:
    """Tells one text of a letter from another."""
    return hashlib.sha256(letter.model_dump_json().encode()).hexdigest()[:16]


def read_cells(code: str, language: Language, cells: Mapping[str, str], public: frozenset[str]) -> Letter:
    """The letter in a form; `public`: numbers and addresses anybody may know. Raises LetterErrors."""
    typed = {name: cells.get(name, "").replace("\r\n", "\n").strip() for name in TYPED}
    problems = list(_plainly_wrong(typed, public))
    one_line = {name: " ".join(typed[name].split()) for name in ("subject", "sms")}
    given = Letter(code=code, language=language, body=typed["body"], **one_line)
    letter, found = read_letter(f"{code}.{language}.txt", written_letter(given))
    problems += [_told(one, given.body.count("\n") + 4) for one in found if all(typed.values())]
    if problems or letter is None:
        raise LetterErrors(tuple(problems))
    return letter


def _plainly_wrong(typed: Mapping[str, str], public: frozenset[str]) -> Iterator[Problem]:
    for name, text in typed.items():
        if not text:
            yield Problem(field=name, vi="Vui lòng điền mục này", en="please fill this in")
        if len(text) > LONGEST[name]:
            vi, en = f"Dài quá {LONGEST[name]} ký tự", f"more than {LONGEST[name]} characters"
            yield Problem(field=name, vi=vi, en=en)
        for found in find(text, (), public)[:3]:
            vi, en = KINDS[found.kind]
            yield Problem(
                field=name,
                vi=f"Mẫu thư không được có dữ liệu cá nhân: {vi} “{found.words}”",
                en=f"personal data: {en}",
            )
    if any(line.strip() == SMS_MARK for line in typed["body"].splitlines()):
        yield Problem(field="body", vi=f"Không được có dòng “{SMS_MARK}”", en="the mark of the short text")


def _told(problem: errors.Problem, mark: int) -> Problem:
    """A mistake in the letter's file as one of the form: line 1 is the subject, `mark` begins the message."""
    name = "subject" if problem.line == 1 else "sms" if problem.line >= mark else "body"
    about = f"{problem.field}: " if problem.field.startswith("{") else ""
    return Problem(
        field=name,
        vi=about + problem.message_vi,
        en=about + problem.message_en,
    )


def shown(letter: Letter, pack: Pack) -> Shown:
    """The letter as it would go out for an invented case."""
    filled = fill(letter, invented(pack, letter.language))
    return Shown(
        filled.subject,
        filled.body,
        filled.sms,
        units=len(filled.sms),
        parts=parts(filled.sms),
        gsm=is_gsm(filled.sms),
    )


def invented(pack: Pack, language: Language) -> dict[str, str]:
    """A value for every variable there is; names of agencies and fields are the pack's own."""
    at = LANGUAGES.index(language)
    names = [(one.name_vi, one.name_en)[at] for one in pack.agencies[:3]] * 3
    values = {name: texts[at] for name, texts in _INVENTED.items()}
    field = pack.fields[0]
    return values | {
        "hotline": pack.hotline,
        "field": (field.name_vi, field.name_en)[at],
        "agency": names[0],
        "former": names[1],
        "missing": names[2],
    }


def differences(old: Letter, new: Letter) -> list[tuple[str, str]]:
    """(sign, line) of both files: "-" only before, "+" only after, " " in both; empty for the same text."""
    before, after = (written_letter(one).rstrip("\n").split("\n") for one in (old, new))
    if before == after:
        return []
    return [(one[0], one[2:]) for one in difflib.ndiff(before, after) if one[0] != "?"]
