"""What a mail says, once it has been read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["request", "reply", "auto-reply", "bounce", "spam"]
"""Of one writing anew, one answering us, a machine answering, a failed delivery, and mass or junk mail."""


@dataclass(frozen=True, slots=True)
class Address:
    """Who wrote; the address in lower case, empty when the mail names none."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is enclosed. The name is only a label: it holds no path and no control character."""

    name: str
    type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient who was not reached. `status` as in RFC 3463 (5.1.1); empty in a complaint.

    `action` is failed (for good, or given up), delayed (still being tried) or complaint (they called our mail
    junk: RFC 5965).
    """

    recipient: str
    status: str
    action: Literal["failed", "delayed", "complaint"]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that could be read.

    `text` is what the writer says in this mail, `full` with all they quote; both NFC, without control
    characters, at most `MAX_TEXT` characters. `answers` are the message ids it refers to, the nearest first.
    `returned` are those of the mail that a report gives back. `received` is when the last mail server on its
    way took it, which the writer cannot choose. `silent`: nobody must answer it by machine (RFC 3834).
    `evidence` names what decided the kind. `doubted`: our mail server does not vouch for its sender.
    """

    kind: Kind
    sender: Address
    subject: str
    text: str
    full: str
    recipients: tuple[str, ...] = ()
    message_id: str = ""
    answers: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    failures: tuple[Failure, ...] = ()
    returned: tuple[str, ...] = ()
    received: datetime | None = None
    silent: bool = False
    evidence: str = ""
    doubted: bool = False


class SetAside(ValueError):
    """The bytes are no mail that anybody can handle; the message is the reason. Keep them for a person."""
