"""Where people live: house numbers with their street, hamlets behind "thường trú tại", the sender's own.

Streets and hamlets alone are where matters happen: they stay, as do the addresses of offices; but of a person
who is erased the own ones go.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from libs.places.text import nfc
from libs.privacy.spans import Found, Token, tokens

_UPPER = "".join(letter for letter in map(chr, range(0x41, 0x1EFA)) if letter.isupper() and letter.isalpha())
_NAME = rf"(?:\d[\w/.-]*\d|\d|[{_UPPER}]\w*)(?:[ ][{_UPPER}]\w*){{0,4}}"
_HOUSE = r"\d{1,5}[A-Za-z]?(?:[/-]\d{1,4}[A-Za-z]?){0,4}"
_ALLEY = rf"(?:ngõ|ngách|hẻm|kiệt|đường|phố|đại lộ|quốc lộ|tỉnh lộ)[ ]+{_NAME}"
_HAMLET = rf"(?:thôn|xóm|bản|ấp|buôn|làng|tổ dân phố|tổ|khu phố|khu dân cư|tiểu khu|đội|TDP|KP)[ ]+{_NAME}"
_NUMBERED = rf"(?:số nhà|nhà số|căn hộ(?: số)?)[ ]+{_HOUSE}"
_PARTS = rf"(?:[ ]*,?[ ]*(?:{_ALLEY}|{_HAMLET}))"
_DOOR = re.compile(
    rf"(?<!\w)(?:{_NUMBERED}{_PARTS}{{0,5}}|số[ ]+{_HOUSE}{_PARTS}{{1,5}}"
    rf"|\d{{1,4}}(?:/\d{{1,4}}){{1,3}}{_PARTS}{{1,5}})(?!\w)",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"(?:(?:cư|thường|tạm)[ ]trú|trú|sống|hộ khẩu|nhà ở|nhà tôi|gia đình tôi|địa chỉ)"
    r"[ ]*(?:[ ](?:tại|ở|là)|:)+[ ]*"
    rf"(?P<place>(?:{_NUMBERED}|(?:số[ ]+)?{_HOUSE}[ ]+{_ALLEY}|{_ALLEY}|{_HAMLET}){_PARTS}{{0,5}})(?!\w)",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"(?:trụ sở|văn phòng|trung tâm|bệnh viện|công an|ủy ban|uỷ ban|UBND|(?<!\w)sở|chi cục|bộ phận|"
    r"bưu điện|trạm|cơ quan|công ty|ngân hàng|kho bạc|trường|chi nhánh|phòng (?!trọ)|điện lực|tòa án|viện)"
    r"[^.;\n]{0,90}$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:(?:số nhà|số|nhà)\s+)?\d[\w/-]*\s+(?=\w)", re.IGNORECASE)
_COMMUNE = re.compile(
    r"(?:xã|phường|thị trấn|đặc khu|huyện|quận|thị xã|thành phố|tỉnh|tp|tx|tt|p|q|h|x)(?:[. ]|$)",
    re.IGNORECASE,
)
_SENDERS_DOOR = re.compile(r"(?:(?:số nhà|số|nhà)\s+)?\d[\w/-]*\s+\w[^,;]*", re.IGNORECASE)


def anybodys(text: str) -> Iterator[Found]:
    """House numbers with what follows up to the commune, and homes; not those of offices."""
    for match in _DOOR.finditer(text):
        if not _OFFICE.search(text[max(0, match.start() - 120) : match.start()]):
            yield Found(*match.span(), "address", match[0])
    for match in _HOME.finditer(text):
        if not _OFFICE.search(text[max(0, match.start() - 120) : match.start()]):
            yield Found(*match.span("place"), "address", match["place"])


def of_person(text: str, address: str) -> Iterator[Found]:
    """The sender's address whole, its beginning up to the commune, and its house number with the street."""
    parts = [part.strip() for part in re.split(r"[,;]", nfc(address)) if part.strip()]
    known = [address, ", ".join(parts[:2]) if len(parts) > 2 else ""]
    known += filter(_SENDERS_DOOR.fullmatch, parts[:1])
    read = tokens(text)
    for one in dict.fromkeys(filter(None, known)):
        yield from _the_words(text, read, [token.folded for token in tokens(one)])


def home_of(text: str, address: str) -> Iterator[Found]:
    """Each part of a person's address below the commune, alone: house and street, street, hamlet."""
    parts = [part.strip() for part in re.split(r"[,;]", nfc(address)) if part.strip()]
    below = list(itertools.takewhile(lambda part: not _COMMUNE.match(part), parts))
    read = tokens(text)
    for one in dict.fromkeys((*below, *(_NUMBER.sub("", part, count=1) for part in below))):
        yield from _the_words(text, read, [token.folded for token in tokens(one)])


def _the_words(text: str, read: Sequence[Token], wanted: list[str]) -> Iterator[Found]:
    size = len(wanted)
    for at in range(len(read) - size + 1 if size > 1 else 0):
        if [token.folded for token in read[at : at + size]] == wanted:
            start, end = read[at].start, read[at + size - 1].end
            yield Found(start, end, "address", text[start:end])


def exactly(kind: str, text: str, words: str) -> Iterator[Found]:
    """These words as they stand, whatever their capitals and marks."""
    if len(words.strip()) > 1:
        parts = r"\s+".join(re.escape(part) for part in words.split())
        for match in re.finditer(rf"(?<!\w){parts}(?!\w)", text, re.IGNORECASE):
            yield Found(*match.span(), kind, match[0])
