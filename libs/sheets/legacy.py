"""Text of the fonts before Unicode: TCVN3 (ABC, the .Vn fonts), which a workbook holds as Latin-1 letters."""

import unicodedata

_LETTERS = {
    "a": "µ¸¶·¹", "ă": "»¾¼½Æ", "â": "ÇÊÈÉË", "e": "ÌÐÎÏÑ", "ê": "ÒÕÓÔÖ", "i": "×ÝØÜÞ",
    "o": "ßãáâä", "ô": "åèæçé", "ơ": "êíëìî", "u": "ïóñòô", "ư": "õøö÷ù", "y": "úýûüþ",
}  # fmt: skip
_TONES = "\u0300\u0301\u0309\u0303\u0323"
"""In the order of the letters above: huyền, sắc, hỏi, ngã, nặng."""

_BARE = dict(zip("¡¢£¤¥¦§¨©ª«¬\u00ad®", "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))

_UNICODE = _BARE | {
    written: unicodedata.normalize("NFC", letter + tone)
    for letter, line in _LETTERS.items()
    for written, tone in zip(line, _TONES, strict=True)
}

_TELLING = frozenset("µ¸¶·¹»¾¼½¨©ª«¬\u00ad®§×÷")
"""Signs that no Vietnamese word holds in Unicode."""

SURE = 3
"""Telling signs inside words that are enough to ask whether a text is TCVN3."""


def looks_legacy(text: str) -> bool:
    """Whether the text is likely TCVN3. A person is asked: a price list may hold the same signs."""
    inside = sum(
        one in _TELLING and (before.isalpha() or after.isalpha())
        for before, one, after in zip(f" {text}", text, f"{text[1:]} ", strict=False)
    )
    return inside >= SURE and not any(0x1EA0 <= ord(letter) <= 0x1EF9 for letter in text)


def from_legacy(text: str) -> str:
    """TCVN3 as Unicode, NFC. Capitals of the font .VnTimeH were only a look: they come out small."""
    return "".join(_UNICODE.get(letter, letter) for letter in text)
