"""The mail servers of the province and of the citizens: Postfix in front, Dovecot behind it."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from libs.devstack.nats_server import free_port
from tests.support import dovecot, postfix
from tests.support.mailroom import ADDRESS
from tests.support.mailserver import open_folder

CITIZEN = "mau@dan.example"
MISSING = dovecot.MISSING or postfix.MISSING
NEEDED = [pytest.mark.mailserver, pytest.mark.skipif(bool(MISSING), reason=MISSING)]
"""The marks of a test that needs them."""


@dataclass(frozen=True)
class Post:
    """`smtp` takes all mails; `lmtp` is where ours may be handed over."""

    boxes: dovecot.Mailboxes
    smtp: int
    lmtp: int
    log: Path

    def send(self, raw: bytes, to: str = ADDRESS, sender: str = CITIZEN) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=5) as server:
            server.sendmail(sender, [to], raw)


@contextmanager
def post_office(*, handed_over: bool = False) -> Iterator[Post]:
    """Mails to tinh.example lie in the mailbox 1022, or are `handed_over`; dan.example has only mau."""
    lmtp = free_port()
    with open_folder() as folder, dovecot.dovecot(folder / "dovecot", "1022", "mau") as boxes:
        routes = {"tinh.example": lmtp if handed_over else boxes.lmtp, "dan.example": boxes.lmtp}
        with postfix.postfix(folder / "postfix", routes) as smtp:
            yield Post(boxes, smtp, lmtp, folder / "postfix" / "mail.log")
