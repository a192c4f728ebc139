"""The headers of a mail, read one by one from the raw lines, so that one broken header spoils no other."""

import base64
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses
from typing import TYPE_CHECKING, TypeAlias

from libs.mail.charsets import decoded, one_line
from libs.mail.model import Address

MAX_HEADER = 10_000
ENCODED = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
MESSAGE_ID = re.compile(r"<([^<>\s]{3,500})>")
ADDRESS = re.compile(r"[^\s@<>()\",;:]{1,200}@[^\s@<>()\",;:]{1,250}")
REPLY_MARK = re.compile(
    r"^\s*(re|aw|sv|antw|tl|tr[aả] l[oờ]i|ph[aả]n h[oồ]i)\s*(\[\d+\])?\s*[::]", re.IGNORECASE
)

if TYPE_CHECKING:
    AnyMessage: TypeAlias = Message[str, str]
else:
    AnyMessage = Message  # at run time it takes no parameters before Python 3.14


def values(message: AnyMessage, name: str) -> list[str]:
    """The raw values of every header of that name, in order, unfolded; bytes outside ASCII still escaped."""
    wanted = name.lower()
    found = (str(value) for key, value in message.raw_items() if key.lower() == wanted)
    return [re.sub(r"\r?\n[ \t]*", " ", value)[:MAX_HEADER] for value in found]


def first(message: AnyMessage, name: str) -> str:
    """The first header of that name as readable text on one line; empty when there is none."""
    return readable(next(iter(values(message, name)), ""))


def readable(raw: str) -> str:
    """Encoded words decoded (RFC 2047), raw bytes read, one line, no control characters."""
    plain = decoded(raw.encode("utf-8", "surrogateescape"))
    out, at = [], 0
    charset, waiting = "", b""
    for word in ENCODED.finditer(plain):
        between = plain[at : word.start()]
        apart = bool(between.strip()) or at == 0
        if apart or word[1].lower() != charset:  # a letter may be cut between two words of one charset
            out += [decoded(waiting, charset), between if apart else ""]
            charset, waiting = word[1].lower(), b""
        waiting += _content(word[2], word[3])
        at = word.end()
    return one_line("".join((*out, decoded(waiting, charset), plain[at:])))


def _content(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(raw, header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except ValueError:
        return raw


def addresses(message: AnyMessage, *names: str) -> Iterator[Address]:
    """Everybody named in these headers; a header that makes no sense still gives the addresses in it."""
    for name in names:
        for raw in values(message, name):
            try:
                pairs = getaddresses([raw])
            except (ValueError, IndexError):
                pairs = []
            found = [(who, where) for who, where in pairs if ADDRESS.fullmatch(where.strip())]
            for who, where in found or [("", where) for where in ADDRESS.findall(readable(raw))]:
                yield Address(readable(where).lower(), readable(who)[:200])


def sender(message: AnyMessage) -> Address:
    """From, else Sender, else where it wants its bounces; an empty address when it says none of them."""
    nobody = Address("")
    return next(addresses(message, "From", "Sender", "Reply-To", "Return-Path"), nobody)


def message_ids(message: AnyMessage, *names: str) -> tuple[str, ...]:
    """The ids in these headers, the last of each header first: the nearest of the References."""
    ids = (
        one for name in names for raw in values(message, name) for one in reversed(MESSAGE_ID.findall(raw))
    )
    return tuple(dict.fromkeys(ids))


def children(message: AnyMessage) -> list[AnyMessage]:
    """The parts right below; asking a part that has none for its payload may fail on a broken charset."""
    payload = message.get_payload() if message.is_multipart() else []
    return [part for part in payload if isinstance(part, Message)]
