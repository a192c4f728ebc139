"""Bytes to text, when what the mail says about its charset may be missing or wrong."""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

STATEFUL = ("iso-2022", "utf-7", "hz", "utf-16", "utf-32")
"""Their bytes are often plain ASCII, so that trying UTF-8 first would be wrong."""

WIDER = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
}
"""Declared narrower than what is really written, as browsers have to read them, too."""

DAMAGE = 10
"""UTF-8 with fewer broken characters than one in so many is damaged UTF-8, not another charset."""

ENOUGH_TO_GUESS = 32
"""Bytes; a shorter text is guessed wrongly more often than rightly."""

NO_CHARSETS = frozenset(
    {"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "undefined", "idna", "punycode"}
)
"""Codecs of Python that are no charsets, or that a stranger must not make us run."""

FALLBACK = "cp1258"
"""Vietnamese Windows; it decodes to base letters with combining tone marks, which NFC puts together."""

UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Control characters, and those that turn the reading direction of what stands beside them."""


def decoded(raw: bytes, declared: str | None = None) -> str:
    """The text: UTF-8 if it is that, else as declared, else guessed; never an error."""
    name = _known(declared)
    for bom, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(bom):
            return raw.decode(codec, "replace")
    if name.startswith(STATEFUL):
        return raw.decode(name, "replace")
    for codec in filter(None, ("utf-8", name)):
        try:
            return raw.decode(codec)
        except UnicodeError:
            continue
    damaged = raw.decode("utf-8", "replace")
    if damaged.count("\ufffd") * DAMAGE < sum(char > "\x7f" for char in damaged):
        return damaged
    return raw.decode(_guess(raw) or FALLBACK, "replace")


def clean(text: str) -> str:
    """NFC, plain line ends, and nothing that a screen or a database would stumble over."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    whole = plain.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", UNWANTED.sub("", whole))


def one_line(text: str) -> str:
    """Clean, with every run of white space one space: for a subject or a name."""
    return " ".join(clean(text).split())


def _known(declared: str | None) -> str:
    """Python's name of the charset, the wider one where there is one; empty when there is no such charset."""
    asked = (declared or "").strip().strip("\"'").lower()
    try:
        found = codecs.lookup(WIDER.get(asked, asked))
    except (LookupError, ValueError):
        return ""
    return "" if found.name in NO_CHARSETS else found.name


def _guess(raw: bytes) -> str:
    if len(raw) < ENOUGH_TO_GUESS:
        return ""
    best = from_bytes(raw[:20_000]).best()
    return best.encoding if best else ""
