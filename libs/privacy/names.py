"""Names of people: those of the case in any order and spelling, and whoever stands behind a title."""

import itertools
import re
from collections.abc import Iterator, Sequence

from libs.places.text import fold, nfc
from libs.privacy.spans import Found, Token, tokens

_TITLES = frozenset(
    {"ong", "ba", "anh", "chi", "co", "chu", "bac", "em", "chau", "cu", "cau", "mo", "di", "thim"}
)
_INTRODUCED = (
    ("ho", "ten"), ("ho", "va", "ten"), ("ten", "la"), ("ten", "toi", "la"), ("toi", "la"), ("toi", "ten"),
    ("dong", "chi"), ("cong", "dan"), ("nguoi", "gui"), ("nguoi", "phan", "anh"), ("chu", "ho"),
    ("chu", "nha"),
)  # fmt: skip
"""Words after which a whole name follows; of a family that is known, since "công dân Thanh Hóa" is none."""

_FAMILIES = frozenset("""
    nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh doan dao trinh mai luong ha
    truong cao ta chu lai luu thach kim cam quach lo vi luc nong trieu ma hua thai to tong vuong khuc kieu
    nghiem phung quan ton tang thieu van vien cu bach chau giang la lam lieu mac nhu ong phi phu sam son than
    tieu tu ung uong
""".split())  # fmt: skip  # noqa: SIM905
"""Family names, folded: a list of eighty lines would say no more."""

_NOT_PEOPLE = frozenset({
    ("anh", "quoc"), ("anh", "son"), ("ba", "be"), ("ba", "den"), ("ba", "dinh"), ("ba", "huyen"),
    ("ba", "na"), ("ba", "ria"), ("ba", "to"), ("ba", "tri"), ("ba", "trieu"), ("ba", "trung"),
    ("ba", "vi"), ("bac", "ho"),
    ("cau", "giay"), ("chi", "cuc"), ("chi", "lang"), ("chi", "nhanh"), ("chu", "prong"), ("chu", "se"),
    ("chu", "tich"), ("co", "do"), ("co", "giao"), ("co", "to"), ("cu", "chi"), ("di", "an"), ("di", "linh"),
    ("em", "be"), ("ong", "ich"),
})  # fmt: skip
"""Places, roads and offices that begin like a title with a name."""

_LONGEST = 5
"""Words of the longest name that is followed."""


def of_person(text: str, name: str) -> Iterator[Found]:
    """A name: whole in any order, two of its words with a capital, the last one behind a title."""
    parts = [fold(part) for part in nfc(name).split()]
    if len(parts) < 2:
        yield from _as_written(text, name.strip())
        return
    found = tokens(text)
    for at in range(len(found)):
        if (size := _size(found[at : at + len(parts)], parts)) and _near(text, found[at : at + size]):
            yield _span(text, found[at], found[at + size - 1])
    yield from _by_title(text, found, parts[-1])


def _as_written(text: str, name: str) -> Iterator[Found]:
    """A single word would be found everywhere without its marks and its capital."""
    if len(name) > 1:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield Found(*match.span(), "name", match[0])


def _size(window: Sequence[Token], parts: list[str]) -> int:
    """How many words of the window are this name; 0 for none."""
    folded = [token.folded for token in window]
    if folded == parts:
        return len(parts)
    if len(parts) > 2 and sorted(folded) == sorted(parts):
        return len(parts)
    capital = all(token.written[:1].isupper() for token in window[:2])
    pairs = ([parts[-2], parts[-1]], [parts[0], parts[-1]], [parts[-1], parts[0]])
    return 2 if capital and folded[:2] in pairs else 0


def _by_title(text: str, found: Sequence[Token], given: str) -> Iterator[Found]:
    if len(given) < 2:
        return
    for title, word in itertools.pairwise(found):
        called = title.folded in _TITLES and word.folded == given and word.written[:1].isupper()
        if called and _near(text, (title, word)):
            yield _span(text, word, word)


def titled(text: str) -> Iterator[Found]:
    """Whoever is called by name behind a title ("ông Lê Văn A") or introduced ("họ tên: Lê Văn A")."""
    found = tokens(text)
    for at, token in enumerate(found):
        name = _name_after(text, found, at + 1) if token.folded in _TITLES else ()
        if name and (token.folded, name[0].folded) not in _NOT_PEOPLE and _is_name(token, name):
            yield _span(text, name[0], name[-1])
        for words in _INTRODUCED:
            if tuple(one.folded for one in found[at : at + len(words)]) == words:
                name = _name_after(text, found, at + len(words), gap=r"\s*[:\-]?\s*(?:là\s+)?")
                if len(name) > 1 and name[0].folded in _FAMILIES:
                    yield _span(text, name[0], name[-1])


def _is_name(title: Token, name: Sequence[Token]) -> bool:
    """A single word is one where it is written like one; where all is in capitals, only with its family."""
    if title.written.isupper() and len(title.written) > 1:
        return len(name) > 1 and name[0].folded in _FAMILIES
    return len(name) > 1 or (len(name[0].written) > 1 and not name[0].written.isupper())


def _name_after(text: str, found: Sequence[Token], at: int, gap: str = r"[ \t\u00a0]+") -> Sequence[Token]:
    """The words with a capital from here on, with nothing but blanks between them."""
    if not 0 < at < len(found) or not re.fullmatch(gap, text[found[at - 1].end : found[at].start]):
        return ()
    end = at
    while end < min(at + _LONGEST, len(found)) and _capital(found[end]):
        if end > at and not re.fullmatch(r"[ \t\u00a0]+", text[found[end - 1].end : found[end].start]):
            break
        end += 1
    return found[at:end]


def _capital(token: Token) -> bool:
    return token.written[:1].isupper() and not any(letter.isdigit() for letter in token.written)


def _near(text: str, window: Sequence[Token]) -> bool:
    """No sentence ends between these words."""
    between = (text[one.end : other.start] for one, other in itertools.pairwise(window))
    return all(len(gap) <= 3 and not set(gap) & set(".;:!?…[]") for gap in between)


def _span(text: str, first: Token, last: Token) -> Found:
    return Found(first.start, last.end, "name", text[first.start : last.end])
