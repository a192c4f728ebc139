"""What was found in a text and where, and how a text is read so that marks and capitals do not matter."""

import re
from dataclasses import dataclass

from libs.places.text import fold

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


@dataclass(frozen=True, order=True)
class Found:
    """Personal data in a text: `words` stand at `text[start:end]`; `kind` is one of name, phone, email,
    id, plate, account, address.
    """

    start: int
    end: int
    kind: str
    words: str


@dataclass(frozen=True)
class Token:
    """A word of a text as it is written, in folded letters, and where it stands."""

    written: str
    folded: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The words of a text; letters written as letter and combining mark belong to their word."""
    return [Token(match[0], fold(match[0]), *match.span()) for match in _WORD.finditer(text)]


def digits(text: str) -> str:
    """The digits alone."""
    return re.sub(r"\D", "", text)


def apart(found: list[Found]) -> list[Found]:
    """The first of those that overlap, the longer of those that begin together; in the order of the text."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda each: (each.start, -each.end, each.kind)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
