"""Which recipients a delivery report says were not reached (RFC 3464, RFC 5965, and older forms)."""

import logging
import re
from collections.abc import Iterator

from flufl.bounce import all_failures

from libs.mail.headers import ADDRESS, AnyMessage, children, first, message_ids, readable, values
from libs.mail.model import Failure

logging.getLogger("flufl.bounce").disabled = True  # it reports each broken mail with a traceback

STATUS = re.compile(r"\b([45])\.(\d{1,3})\.(\d{1,3})\b")
REPLY_CODE = re.compile(r"\b([45])\d\d[ -]")
DAEMON = re.compile(r"^(mailer-daemon|postmaster|mail-?daemon|mdaemon|bounces?)\b", re.IGNORECASE)
RETURNED_ID = re.compile(r"^[ \t>]*Message-ID:\s*<([^<>\s]{3,500})>", re.IGNORECASE | re.MULTILINE)
MAX_TEXT = 100_000


def failures(message: AnyMessage, leaves: list[AnyMessage], text: str, author: str) -> tuple[Failure, ...]:
    """Everybody this report names, each once; none when it is no report of a failure."""
    reported = list(_reported(leaves))
    if not reported and _report_type(message) == "feedback-report":
        reported = list(_complaints(leaves))
    if not reported and _looks_like_a_report(message, author):
        reported = list(_guessed(message, text))
    return tuple({one.recipient: one for one in reversed(reported)}.values())[::-1]


def returned(leaves: list[AnyMessage], text: str) -> tuple[str, ...]:
    """The message ids of the mail that a report gives back, whole, by its headers, or in words."""
    heads = (leaf for leaf in leaves if leaf.get_content_type() == "text/rfc822-headers")
    pieces = [text, *map(_payload, heads)]
    named = [
        one
        for leaf in leaves
        if leaf.get_content_type() in {"message/rfc822", "message/global"}
        for mail in children(leaf)
        for one in message_ids(mail, "Message-ID")
    ]
    told = [one for piece in pieces for one in RETURNED_ID.findall(piece[:MAX_TEXT])]
    return tuple(dict.fromkeys((*named, *told)))


def is_success(message: AnyMessage, leaves: list[AnyMessage]) -> bool:
    """A delivery report that only says that all went well."""
    return _report_type(message) == "delivery-status" and any(_blocks(leaves))


def _report_type(message: AnyMessage) -> str:
    return str(message.get_param("report-type", "")).lower()


def _looks_like_a_report(message: AnyMessage, author: str) -> bool:
    about = first(message, "Subject").lower()
    said = re.search(
        r"undeliver|delivery|returned|failure|failed|bounce|không gửi được|không thể gửi|gửi thất bại", about
    )
    return bool(DAEMON.match(author) or said) or _report_type(message) == "delivery-status"


def _blocks(leaves: list[AnyMessage]) -> Iterator[AnyMessage]:
    for leaf in leaves:
        if leaf.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            yield from children(leaf)


def _reported(leaves: list[AnyMessage]) -> Iterator[Failure]:
    for block in _blocks(leaves):
        recipient = _address(first(block, "Original-Recipient")) or _address(first(block, "Final-Recipient"))
        action = first(block, "Action").split("(")[0].strip().lower()
        if recipient and action in {"failed", "delayed"}:
            yield _failure(recipient, action, first(block, "Status"), first(block, "Diagnostic-Code"))


def _complaints(leaves: list[AnyMessage]) -> Iterator[Failure]:
    for leaf in leaves:
        if leaf.get_content_type() == "message/feedback-report":
            for block in children(leaf):
                if who := _address(first(block, "Original-Rcpt-To")):
                    yield Failure(who, "", "complaint")


def _guessed(message: AnyMessage, text: str) -> Iterator[Failure]:
    """What a report without a machine-readable part says."""
    try:
        delayed, failed = all_failures(message)
    except (LookupError, ValueError, TypeError, AttributeError, IndexError):
        delayed, failed = frozenset(), frozenset()
    named = {_word(one): "delayed" for one in delayed} | {_word(one): "failed" for one in failed}
    if not named:
        extended = (_address(value) for value in values(message, "X-Failed-Recipients"))
        named = {one: "failed" for one in extended if one}
    for recipient, action in sorted(named.items()):
        if ADDRESS.fullmatch(recipient):
            yield _failure(recipient.lower(), action, text[:MAX_TEXT], text[:MAX_TEXT])


def _payload(leaf: AnyMessage) -> str:
    payload = leaf.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _word(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _address(field: str) -> str:
    """The address in `rfc822; nobody@nowhere.example`, however it is dressed."""
    found = ADDRESS.search(readable(field.rpartition(";")[2]))
    return found[0].lower() if found else ""


def _failure(recipient: str, action: str, status: str, diagnostic: str) -> Failure:
    """Without any code in the report, the class is all that is known: x.0.0 of RFC 3463."""
    found = STATUS.search(status) or STATUS.search(diagnostic)
    code = REPLY_CODE.search(diagnostic)
    still_tried = action == "delayed"
    known = found[0] if found else f"{code[1]}.0.0" if code else "4.0.0" if still_tried else "5.0.0"
    return Failure(recipient, known, "delayed" if still_tried else "failed")
