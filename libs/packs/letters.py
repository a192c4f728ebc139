"""The letters a pack must have, the variables each may use, and how they are read and filled in."""

import re
import string
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from libs.packs.entries import Letter
from libs.packs.errors import Problem

CASE = frozenset({"code", "field", "place", "agency", "link"})
SLIP = CASE | {"due"}
CLOCK = SLIP | {"to", "task"}
CITIZEN = frozenset({"code", "link", "hotline"})

OFFICER_LETTERS: dict[str, frozenset[str]] = {
    "slip": SLIP,
    "slip-succeeded": SLIP | {"former"},
    "coordinator-slip": SLIP,
    "part-contributed": SLIP,
    "commune-slip": SLIP,
    "commune-reported": SLIP,
    "commune-recalled": SLIP,
    "information-added": SLIP,
    "reopened": CASE | {"to"},
    "reminder": CASE | {"to", "codes", "said"},
    "instructed": CASE | {"to", "said"},
    "reviewed": CASE | {"said"},
    "police-request": frozenset({"code", "link"}),
    "police-verified": SLIP,
    "clock-warned": CLOCK | {"left"},
    "clock-missed": CLOCK,
    "clock-escalated": CLOCK | {"late"},
    "clock-moved": CLOCK | {"was", "document"},
    "promise-stretched": CASE | {"to", "promised", "excess"},
}
"""To agencies, with nothing of the citizen's; the police learn no more than which case it is.

`agency` is who owes the answer or sent word; a coordinator's and a commune's slip name the lead, and their
`due` is the end of their own part. `to` is the position written to, which may be of another agency above.
`task` is what a clock is for: the same letter warns of an answer, its publication or a promise; `left` and
`late` are working time. `said` are the words of the coordinator or of the department that reviewed, `codes`
the cases that one reminder names.
"""

CITIZEN_LETTERS: dict[str, frozenset[str]] = {
    "receipt": CITIZEN,
    "rejected": CITIZEN | {"reason"},
    "handed-over": CITIZEN | {"agency", "due"},
    "new-agency": CITIZEN | {"agency", "former"},
    "new-time": CITIZEN | {"agency", "due"},
    "call-failed": CITIZEN | {"agency"},
    "determined": CITIZEN | {"agency"},
    "verifying": CITIZEN | {"agency", "due"},
    "information-asked": CITIZEN | {"agency", "question"},
    "progress": CITIZEN | {"agency", "progress", "promised"},
    "answered": CITIZEN | {"agency", "answer"},
    "answered-in-part": CITIZEN | {"agency", "answer", "missing", "promised"},
    "answered-at-desk": CITIZEN | {"answer"},
    "joined": CITIZEN,
    "reopened-confirmed": CITIZEN,
}

VARIABLES: dict[str, frozenset[str]] = OFFICER_LETTERS | CITIZEN_LETTERS
"""Letter → the variables it may use; whoever sends it supplies them all."""

LANGUAGES: tuple[Literal["vi", "en"], ...] = ("vi", "en")
SMS_MARK = "--- sms"
SMS_LENGTH = 160
GSM_PLAIN = re.compile(r"[A-Za-z0-9 @$_!\"#%&'()*+,\-./:;<=>?]*")


class VariableMissing(KeyError):
    """A letter uses a variable that its sender did not supply."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A letter ready to go; the text message is plain ASCII."""

    subject: str
    body: str
    sms: str


def fill(letter: Letter, values: Mapping[str, str]) -> Filled:
    """The letter with its variables filled in; values are inserted as they are, never read as templates."""
    try:
        subject, body, sms = (text.format_map(values) for text in (letter.subject, letter.body, letter.sms))
    except KeyError as missing:
        raise VariableMissing(f"letter {letter.code!r} needs {missing.args[0]!r}") from None
    return Filled(" ".join(subject.split()), body, plain(" ".join(sms.split())))


def plain(text: str) -> str:
    """Vietnamese without its diacritics and anything else outside ASCII as "?", for text messages."""
    bare = text.translate(str.maketrans("đĐ–—“”‘’…", "dD--\"\"''."))
    letters = (char for char in unicodedata.normalize("NFD", bare) if not unicodedata.combining(char))
    return "".join(letters).encode("ascii", "replace").decode()


def read_letter(name: str, text: str) -> tuple[Letter | None, list[Problem]]:
    """The letter in `letters/<code>.<language>.txt`: subject, blank line, body, `--- sms`, short form."""
    file = f"letters/{name}"
    code, _, language = name.removesuffix(".txt").rpartition(".")
    lines = text.split("\n")
    mark = next((at for at, line in enumerate(lines) if line.strip() == SMS_MARK), None)
    if language not in LANGUAGES or code not in VARIABLES:
        return None, [Problem(file, 0, "", "tên mẫu thư không đúng", f"unknown letter; known: {known()}")]
    if mark is None or len(lines) < 3 or not lines[0].strip() or lines[1].strip():
        vi = f"cần: dòng 1 tiêu đề, dòng 2 trống, nội dung, dòng '{SMS_MARK}', tin nhắn"
        return None, [Problem(file, 1, "", vi, f"needs subject, blank line, body, '{SMS_MARK}', short text")]
    letter = Letter(
        code=code,
        language="vi" if language == "vi" else "en",
        subject=lines[0].strip(),
        body="\n".join(lines[2:mark]).strip(),
        sms=" ".join(" ".join(lines[mark + 1 :]).split()),
    )
    problems = [*_variables(file, lines, VARIABLES[code]), *_lengths(file, mark, letter)]
    return letter, problems


def written_letter(letter: Letter) -> str:
    """The text of the letter's file: `read_letter` reads it back to the same letter."""
    return f"{letter.subject}\n\n{letter.body}\n{SMS_MARK}\n{letter.sms}\n"


def known() -> str:
    return ", ".join(VARIABLES)


def _variables(file: str, lines: list[str], allowed: frozenset[str]) -> Iterator[Problem]:
    for number, line in enumerate(lines, 1):
        try:
            parts = [part for part in string.Formatter().parse(line) if part[1] is not None]
        except ValueError as error:
            yield Problem(file, number, "", "dấu ngoặc nhọn không khớp", f"braces do not match: {error}")
            continue
        for _, name, form, conversion in parts:
            if name not in allowed or form or conversion:
                may = ", ".join(sorted(allowed))
                vi, en = f"biến không được dùng; được dùng: {may}", f"no such variable; allowed: {may}"
                yield Problem(file, number, f"{{{name}}}", vi, en)


def _lengths(file: str, mark: int, letter: Letter) -> Iterator[Problem]:
    """Both texts must say something, and the short one must be plain and fit into one message."""
    fixed = re.sub(r"\{[^{}]*\}", "", letter.sms)
    if not letter.body:
        yield Problem(file, 3, "", "nội dung thư trống", "the body is empty")
    if not fixed:
        yield Problem(file, mark + 1, "sms", "tin nhắn trống", "the short text is empty")
    if not GSM_PLAIN.fullmatch(fixed):
        yield Problem(file, mark + 2, "sms", "tin nhắn phải viết không dấu", "the short text is not plain")
    if len(fixed) > SMS_LENGTH:
        vi, en = f"tin nhắn dài quá {SMS_LENGTH} ký tự", f"the short text exceeds {SMS_LENGTH} characters"
        yield Problem(file, mark + 2, "sms", vi, en)
