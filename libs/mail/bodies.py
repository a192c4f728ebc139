"""The parts of a mail: its text, whatever form it is in, and what it encloses."""

import re
from collections.abc import Iterator
from email.errors import MessageError
from itertools import islice

from inscriptis import get_text
from lxml import etree, html

from libs.mail.charsets import clean, decoded, one_line
from libs.mail.headers import AnyMessage, children, readable, values
from libs.mail.model import Attachment

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_HTML = 2_000_000
NAME_LENGTH = 120

QUOTED_HTML = (
    "//blockquote[@type='cite'] | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[@id='appendonsend']/following-sibling::* | //*[@id='divRplyFwdMsg']/following-sibling::*"
    " | //*[@id='divRplyFwdMsg'] | //*[contains(@class, 'zmail_extra')]"
    " | //*[contains(@class, 'moz-cite-prefix')]"
)
"""Where Gmail, Outlook, Apple Mail, Zimbra and Thunderbird put the mail that is answered."""


def parts(message: AnyMessage) -> list[AnyMessage]:
    """The leaves, in order, at most `MAX_PARTS`; a mail inside a mail is one leaf."""
    return list(islice(_leaves(message, 0), MAX_PARTS))


def texts(leaves: list[AnyMessage]) -> tuple[str, str]:
    """(everything, the same without the quotes that its HTML marks), both clean."""
    plain = [_plain(leaf) for leaf in leaves if _is_text(leaf) and leaf.get_content_type() == "text/plain"]
    if any(one.strip() for one in plain):
        whole = clean("\n\n".join(plain)).strip()
        return whole, whole
    pages = [
        decoded(_bytes(leaf), leaf.get_content_charset())[:MAX_HTML]
        for leaf in leaves
        if _is_text(leaf) and leaf.get_content_type() == "text/html"
    ]
    both = ([_from_html(page, quoted=quoted) for page in pages] for quoted in (True, False))
    whole, own = (clean("\n\n".join(found)).strip() for found in both)
    return whole, own or whole


def attachments(leaves: list[AnyMessage]) -> tuple[Attachment, ...]:
    """Everything that is not the text itself, pictures in the text included."""
    found = (
        Attachment(_name(leaf, number), leaf.get_content_type(), _content(leaf))
        for number, leaf in enumerate((leaf for leaf in leaves if not _is_text(leaf)), 1)
    )
    return tuple(one for one in found if one.content)


def inner(leaf: AnyMessage) -> AnyMessage | None:
    """The mail inside a message/rfc822 part."""
    return next(iter(children(leaf)), None)


def _leaves(message: AnyMessage, depth: int) -> Iterator[AnyMessage]:
    below = children(message) if message.get_content_maintype() != "message" and depth < MAX_DEPTH else []
    for part in below:
        yield from _leaves(part, depth + 1)
    if not below:
        yield message


def _is_text(leaf: AnyMessage) -> bool:
    disposition = str(leaf.get("Content-Disposition", "")).strip().lower()
    return leaf.get_content_type() in {"text/plain", "text/html"} and not disposition.startswith("attachment")


def _plain(leaf: AnyMessage) -> str:
    text = decoded(_bytes(leaf), leaf.get_content_charset())
    if str(leaf.get_param("format", "")).lower() == "flowed":
        joint = "" if str(leaf.get_param("delsp", "")).lower() == "yes" else " "
        text = re.sub(r"(?<!^--) \r?\n(?!>|-- )", joint, text)
    return text


def _from_html(source: str, *, quoted: bool) -> str:
    try:
        tree = html.document_fromstring(
            source.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True)
        )
        if not quoted:
            for node in tree.xpath(QUOTED_HTML):
                if node.getparent() is not None:
                    node.drop_tree()
        return str(get_text(etree.tostring(tree, encoding="unicode", method="html")))
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return re.sub(r"<[^>]*>", " ", source)


def _bytes(leaf: AnyMessage) -> bytes:
    payload = leaf.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _content(leaf: AnyMessage) -> bytes:
    nested = inner(leaf)
    if nested is None:
        return _bytes(leaf)
    try:
        return nested.as_bytes()
    except (MessageError, LookupError, ValueError, AttributeError, TypeError):
        return _bytes(nested)


def _name(leaf: AnyMessage, number: int) -> str:
    """A label without a path; the mail's own name of the file is never one to write to."""
    for header in ("Content-Disposition", "Content-Type"):
        for raw in values(leaf, header)[:1]:  # raw bytes in a header make the library lose the name
            leaf.replace_header(header, decoded(raw.encode("utf-8", "surrogateescape")))
    try:
        given = readable(leaf.get_filename() or "")
    except (LookupError, ValueError, TypeError):
        given = ""
    bare = one_line(re.split(r"[/\\]", given)[-1]).strip(". ")
    return bare[-NAME_LENGTH:] or f"{leaf.get_content_maintype()}-{number}"
