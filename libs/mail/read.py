"""`read`: one mail, from its raw bytes to what it says."""

import email
import email.policy
from datetime import datetime
from email.errors import MessageError
from email.utils import parsedate_to_datetime

from libs.mail.bodies import attachments, inner, parts, texts
from libs.mail.bounces import failures, is_success, returned
from libs.mail.headers import AnyMessage, addresses, first, message_ids, sender, values
from libs.mail.kinds import kind_of, must_stay_unanswered
from libs.mail.model import Attachment, Mail, SetAside
from libs.mail.proofs import is_proven
from libs.mail.quotes import said

MAX_BYTES = 40_000_000
"""A mail of 25 MB attachments in base64, and its text."""

MAX_TEXT = 20_000
"""Characters of a text; what is longer is cut, the raw mail keeps the rest."""

MAX_ATTACHMENTS = 50


def read(raw: bytes, *, server: str = "") -> Mail:
    """What the mail says. Raises SetAside when nobody could do anything with it, and nothing else.

    `server`: the authserv-id of our own mail server, if it says whom it believes.
    """
    message = _parsed(raw)
    leaves = parts(message)
    author = sender(message)
    full, unquoted = texts(leaves)
    enclosed = attachments(leaves)[:MAX_ATTACHMENTS]
    report = failures(message, leaves, full, author.address)
    kind, evidence = kind_of(
        message, failed=bool(report), delivered=not report and is_success(message, leaves)
    )
    if not full:
        full = unquoted = _of_the_enclosed(leaves)
    if kind in {"request", "reply"}:
        _check_usable(author.address, full, first(message, "Subject"), enclosed)
    return Mail(
        kind=kind,
        sender=author,
        subject=first(message, "Subject")[:500],
        text=(said(unquoted) if unquoted else "")[:MAX_TEXT],
        full=full[:MAX_TEXT],
        recipients=tuple(
            dict.fromkeys(one.address for one in addresses(message, "To", "Cc", "Delivered-To"))
        ),
        message_id=next(iter(message_ids(message, "Message-ID")), ""),
        answers=message_ids(message, "In-Reply-To", "References"),
        attachments=enclosed,
        failures=report,
        returned=returned(leaves, full) if report else (),
        received=_received(message),
        silent=must_stay_unanswered(message, kind, author.address),
        evidence=evidence,
        doubted=bool(server) and not is_proven(message, server, author.address),
    )


def _parsed(raw: bytes) -> AnyMessage:
    if not raw.strip():
        raise SetAside("the mail is empty")
    if len(raw) > MAX_BYTES:
        raise SetAside(f"the mail is larger than {MAX_BYTES} bytes")
    try:
        message: AnyMessage = email.message_from_bytes(raw, policy=email.policy.compat32)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise SetAside(f"this is no mail: {type(error).__name__}") from None
    if not message.keys():
        raise SetAside("this is no mail: it has no headers")
    return message


def _check_usable(author: str, text: str, subject: str, enclosed: tuple[Attachment, ...]) -> None:
    if not author:
        raise SetAside("the mail names no sender")
    if not (text or subject or enclosed):
        raise SetAside("the mail says nothing and encloses nothing")


def _received(message: AnyMessage) -> datetime | None:
    """The instant in the topmost Received, which the last server wrote; None if it gives none with a zone."""
    for value in values(message, "Received")[:1]:
        try:
            found = parsedate_to_datetime(value.rpartition(";")[2])
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return found if found.tzinfo else None
    return None


def _of_the_enclosed(leaves: list[AnyMessage]) -> str:
    """A mail that only passes on another one says what that one says."""
    for leaf in leaves:
        if (passed_on := inner(leaf)) is not None:
            return texts(parts(passed_on))[0]
    return ""
