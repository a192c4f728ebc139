"""Finds what must not be published: the sender's own data, and anything that looks like somebody's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from libs.contracts.errors import Refused
from libs.contracts.events import Person
from libs.places.text import fold

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\d+])(?:\+?84|0)(?:[\s.\-()]{0,2}\d){8,10}(?![\s.\-]?\d)")
_NUMBER = re.compile(r"(?<!\d)(?:\d{3} ?\d{3} ?\d{3}(?: ?\d{3})?)(?!\d)(?!\s*(?:đồng|đ\b|VN[DĐ]))")
_PLATE = re.compile(r"\b\d{2}[ -]?[A-ZĐ][A-Z0-9]?[ .-]?(?:\d{3}[ .]?\d{2}|\d{4})\b")
_DOOR = re.compile(r"(?:(?:số nhà|số|nhà)\s+)?\d[\w/-]*\s+\w[^,;]*", re.IGNORECASE)
_SHORTEST_NUMBER = 6
_TITLES = r"(?:anh|chị|ông|bà|cô|chú|bác|em|cháu)"

KINDS: dict[str, tuple[str, str]] = {
    "name": ("họ tên", "a name"),
    "address": ("địa chỉ của người gửi", "the sender's address"),
    "phone": ("số điện thoại", "a telephone number"),
    "email": ("địa chỉ thư điện tử", "an e-mail address"),
    "id": ("số giấy tờ tùy thân", "an identity number"),
    "plate": ("biển số xe", "a number plate"),
}
"""Kind → (Vietnamese, English)."""


@dataclass(frozen=True)
class Found:
    """Personal data in a text: its kind, the words, and where they start and end."""

    kind: str
    words: str
    start: int
    end: int


def find_personal(text: str, person: Person, public: frozenset[str] = frozenset()) -> list[Found]:
    """Personal data in the text, first places first, none inside another.

    `public`: telephone numbers (digits only) and e-mail addresses that anybody may know, e.g. an agency's.
    """
    every = sorted(_all(text, person, public), key=lambda one: (one.start, -one.end))
    found: list[Found] = []
    for one in every:
        if not found or one.start >= found[-1].end:
            found.append(one)
    return found


def redact(text: str, person: Person, public: frozenset[str] = frozenset()) -> str:
    """The text with every piece of personal data replaced by `[…]`."""
    for one in reversed(find_personal(text, person, public)):
        text = f"{text[: one.start]}[…]{text[one.end :]}"
    return text


def require_impersonal(text: str, person: Person, public: frozenset[str], *, field: str) -> None:
    """Raises Refused, naming what was found, when the text may not be published (Điều 3.4)."""
    found = find_personal(text, person, public)
    if found:
        vi = "; ".join(f"{KINDS[one.kind][0]} “{one.words}”" for one in found[:5])
        en = "; ".join(f"{KINDS[one.kind][1]} “{one.words}”" for one in found[:5])
        raise Refused(
            f"Nội dung công khai còn dữ liệu cá nhân: {vi}",
            f"the public text contains personal data: {en}",
            field=field,
        )


def _all(text: str, person: Person, public: frozenset[str]) -> Iterator[Found]:
    yield from _matches("email", _EMAIL, text, public)
    yield from _matches("phone", _PHONE, text, public)
    yield from _matches("id", _NUMBER, text, public)
    yield from _matches("plate", _PLATE, text, public)
    for number in {person.phone, person.phone_raw}:
        yield from _matches("phone", _the_number(number), text, public)
    for door in filter(_DOOR.fullmatch, map(str.strip, person.address.split(",")[:1])):
        yield from _sender("address", door, text)
    for kind, words in (("name", person.name), ("address", person.address), ("email", person.email)):
        yield from _sender(kind, words, text)
    given = person.name.split()[-1:] or [""]
    if len(given[0]) > 1:
        titled = re.compile(rf"\b{_TITLES}\s+({re.escape(given[0])})\b", re.IGNORECASE)
        for match in titled.finditer(text):
            if match[1][0].isupper():
                yield Found("name", match[0], *match.span())


def _matches(kind: str, pattern: re.Pattern[str], text: str, public: frozenset[str]) -> Iterator[Found]:
    for match in pattern.finditer(text):
        plain = match[0].lower() if kind == "email" else re.sub(r"\D", "", match[0])
        if plain not in public:
            yield Found(kind, match[0], *match.span())


def _the_number(typed: str) -> re.Pattern[str]:
    """The sender's own number, of whatever country and length, however it is grouped."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) < _SHORTEST_NUMBER:
        return re.compile(r"(?!)")
    grouped = r"[\s.\-()]{0,2}".join(digits)
    return re.compile(rf"(?<!\d){grouped}(?!\d)")


def _sender(kind: str, words: str, text: str) -> Iterator[Found]:
    """The sender's own words, whatever the marks, capitals and blanks; a single word only as written."""
    parts = [fold(part) for part in words.split()]
    if len(parts) < 2:
        pattern = rf"(?<!\w){re.escape(words.strip())}(?!\w)"
        if len(words.strip()) > 1:
            yield from (Found(kind, match[0], *match.span()) for match in re.finditer(pattern, text))
        return
    folded, places = _folded_with_places(text)
    spaced = r"\W+".join(map(re.escape, parts))
    for match in re.finditer(rf"(?<!\w){spaced}(?!\w)", folded):
        start, end = places[match.start()], places[match.end() - 1] + 1
        yield Found(kind, text[start:end], start, end)


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """The text letter by letter without marks and capitals, and where each letter came from."""
    letters: list[str] = []
    places: list[int] = []
    for at, letter in enumerate(text):
        for plain in fold(letter) or (" " if letter.isspace() else ""):
            letters.append(plain)
            places.append(at)
    return "".join(letters), places
