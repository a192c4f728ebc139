"""Numbers and addresses of machines that belong to somebody: telephone, e-mail, papers, plates, accounts."""

import re
from collections.abc import Iterator

from libs.contracts.codes import parse_code
from libs.privacy.spans import Found, digits

_EMAIL = re.compile(r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63})+", re.IGNORECASE)
_GAP = r"[\s.\-()]{0,2}"
_PHONE = re.compile(rf"(?<![\d+])(?:\+?84|0)(?:{_GAP}\d){{8,10}}(?![\s.\-]?\d)")
_UNIT = r"(?!\s*(?:đồng|đ\b|VN[DĐ]|triệu|tỷ|tỉ|m2|m²|m3|m³|kWh|người|hộ|ha\b))"
_CITIZEN_ID = re.compile(r"(?<![\d.,])0\d{2}[ .\-]\d{3}[ .\-]\d{3}[ .\-]\d{3}(?![\d]|[.,]\d)" + _UNIT)
_NUMBER = re.compile(rf"(?<!\d)\d{{3}} ?\d{{3}} ?\d{{3}}(?: ?\d{{3}})?(?!\d){_UNIT}")
_PASSPORT = re.compile(r"(?<![^\W_])[BCEKNP]\d{7}(?!\d)")
_CARD = re.compile(rf"(?<!\d)(?:\d{{13,19}}|\d{{4}}(?:[ .\-]\d{{4}}){{3}})(?!\d){_UNIT}")
_PAPER = re.compile(
    r"(?:CCCD|CMND|CMTND|căn\s+cước(?:\s+công\s+dân)?|chứng\s+minh(?:\s+(?:nhân\s+dân|thư))?|hộ\s+chiếu)"
    r"[^\d\n;]{0,20}?(?P<number>[A-Z]?\d(?:[ .\-]?\d){5,13})(?!\d)",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?:số\s+tài\s+khoản|tài\s+khoản|STK|TK\s+số|so\s+tai\s+khoan)"
    r"[^\d\n;]{0,40}?(?P<number>\d(?:[ .\-]?\d){5,18})(?!\d)" + _UNIT,
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"(?<![^\W_])\d{2}[ -]?(?!H 20\d\d\b)(?:[A-ZĐ]\d|[A-ZĐ]{2}\d?|[A-ZĐ])[ .-]?"
    r"(?:\d{3}[ .]?\d{2}|\d{4})(?![^\W_])"
)
_SMALL_PLATE = re.compile(
    r"(?<![^\W_])\d{2}-?(?!m[23])[a-zđ]{1,2}\d?(?:[ .-]\d{3}\.?\d{2}|-\d{4})(?![^\W_]|[.,]\d)"
)
_DAY = re.compile(
    r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}[.:]\d{2}(?!\d)"
)
_OF_A_CASE = re.compile(r"(?:mã|hồ\s+sơ|tra\s+cứu|phản\s+ánh\s+số)[^\d\n;.]{0,25}$", re.IGNORECASE)
_SHORTEST = 6
"""Digits of the shortest number of a person that is looked for."""


def emails(text: str, public: frozenset[str]) -> Iterator[Found]:
    """E-mail addresses, also with "(at)"."""
    for match in _EMAIL.finditer(text):
        if match[0].lower() not in public:
            yield Found(*match.span(), "email", match[0])


def numbers(text: str, public: frozenset[str]) -> Iterator[Found]:
    """Telephone numbers, numbers of papers, accounts and plates; what is a date or a time is none."""
    days = [match.span() for match in _DAY.finditer(text)]
    for found in _numbers(text):
        is_day = any(start < found.end and found.start < end for start, end in days)
        known = digits(found.words) in public
        if not is_day and not known and not (found.kind == "id" and _is_a_case(text, found)):
            yield found


def _numbers(text: str) -> Iterator[Found]:
    for kind, pattern in (
        ("phone", _PHONE),
        ("id", _CITIZEN_ID),
        ("id", _NUMBER),
        ("id", _PASSPORT),
        ("account", _CARD),
        ("plate", _PLATE),
        ("plate", _SMALL_PLATE),
    ):
        for match in pattern.finditer(text):
            yield Found(*match.span(), kind, match[0])
    for kind, pattern in (("id", _PAPER), ("account", _ACCOUNT)):
        for match in pattern.finditer(text):
            yield Found(*match.span("number"), kind, match["number"])


def _is_a_case(text: str, found: Found) -> bool:
    """A look-up code where the words before it say so; by its check digit alone one ID in ten would pass."""
    return parse_code(found.words) is not None and bool(_OF_A_CASE.search(text[: found.start][-60:]))


def of_person(text: str, typed: str, public: frozenset[str]) -> Iterator[Found]:
    """The number of one person, of whatever country and length, however it is grouped."""
    own = digits(typed)
    if len(own) < _SHORTEST or own in public:
        return
    spellings = {own, f"0{own[2:]}", f"84{own[2:]}"} if own.startswith("84") else {own}
    if own.startswith("0"):
        spellings.add(f"84{own[1:]}")
    for one in spellings:
        for match in re.finditer(rf"(?<!\d)\+?{_GAP.join(one)}(?!\d)", text):
            yield Found(*match.span(), "phone", match[0])
