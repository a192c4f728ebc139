"""Vietnamese text made comparable: one encoding, one tone placement, with and without marks."""

import re
import unicodedata
from collections.abc import Iterable

from libs.places.words import EXPANSIONS

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below
_WORD = re.compile(r"[^\W_]+")


def _toned(vowel: str) -> str:
    return "".join(unicodedata.normalize("NFC", vowel + tone) for tone in _TONES)


def _both_cases(text: str) -> str:
    return text + text.upper()


# "hoà" writes the tone on the second vowel of an open oa, oe, uy; "hòa" on the first: we keep the first.
# After q the u belongs to the consonant, so "quý" stays.
_LATE_TONE = re.compile(
    rf"([oO])([{_both_cases(_toned('a') + _toned('e'))}])(?![^\W\d_])"
    rf"|(?<![qQ])([uU])([{_both_cases(_toned('y'))}])(?![^\W\d_])"
)
# "kí" and "ký", "bác sĩ" and "bác sỹ" are one word: after these single consonants we keep the y.
_OPEN_I = re.compile(rf"(?<![^\W_])([hklmstHKLMST])([iI{_both_cases(_toned('i'))}])(?![^\W_])")


def nfc(text: str) -> str:
    """The text in composed form, whatever the keyboard sent."""
    return unicodedata.normalize("NFC", text)


def canonical(text: str) -> str:
    """The text in one spelling: NFC, "hoà" as "hòa", "uỷ" as "ủy", "kí" as "ký"; case is kept.

    It is a key for comparing, not a correction to show to people.
    """
    return _OPEN_I.sub(_with_y, _LATE_TONE.sub(_tone_first, nfc(text)))


def fold(text: str) -> str:
    """The text in lower case without any mark, đ as d, every run of blanks as one space."""
    return " ".join(unmarked(nfc(text).lower()).split())


def unmarked(text: str) -> str:
    """The letters of an NFC text without tones and hats, đ as d; the length stays the same for Vietnamese."""
    return text.translate(_UNMARKED)


def words(text: str) -> list[str]:
    """The words of the text in lower case and one spelling, marks kept."""
    return _WORD.findall(canonical(text.lower()))


def syllables(text: str) -> list[str]:
    """The words of the text in lower case and one spelling, without marks; digits count as words."""
    return _WORD.findall(unmarked(canonical(text.lower())))


def expand(tokens: Iterable[str]) -> list[str]:
    """Folded tokens with the abbreviations and short forms of chat written out ("k dc" → "khong duoc")."""
    tokens = [*tokens]
    written: list[str] = []
    if EXPANSIONS.keys().isdisjoint(tokens):
        return tokens
    for token in tokens:
        written.extend(EXPANSIONS.get(token) or (token,))
    return written


def agrees(written: str, meant: str) -> bool:
    """Whether a written word may stand for the meant one: equal, or typed without any mark."""
    return written == meant or (written.isascii() and written == unmarked(meant))


def _tone_first(found: re.Match[str]) -> str:
    first, second = (part for part in found.groups() if part)
    decomposed = unicodedata.normalize("NFD", second)
    return nfc(first + decomposed[1:]) + decomposed[0]


def _with_y(found: re.Match[str]) -> str:
    consonant, vowel = found.groups()
    decomposed = unicodedata.normalize("NFD", vowel)
    return consonant + nfc(("y" if decomposed[0] == "i" else "Y") + decomposed[1:])


def _unmarking_table() -> dict[int, str]:
    table = {ord("đ"): "d", ord("Đ"): "D"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        decomposed = unicodedata.normalize("NFD", chr(code))
        if len(decomposed) > 1 and decomposed[0].isascii():
            table[code] = decomposed[0]
    return table | dict.fromkeys(range(0x300, 0x370), "")


_UNMARKED = _unmarking_table()
