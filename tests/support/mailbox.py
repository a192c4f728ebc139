"""A real SMTP server on loopback that keeps what it is sent, and misbehaves on request."""

import asyncio
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ssl import SSLContext

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from libs.devstack.nats_server import free_port

DROP = "drop"
"""Take the letter, then break the connection without an answer."""

HOLD = "hold"
"""Take the letter, then say nothing until `release`."""


@dataclass
class Mailbox:
    """`recipients`, `contents`: the coming answers to RCPT and DATA, e.g. "451 4.7.1 later", DROP, HOLD.

    Without one the server takes everything. `mails` is what it took, `to` and `senders` their envelopes.
    """

    port: int
    recipients: deque[str] = field(default_factory=deque)
    contents: deque[str] = field(default_factory=deque)
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    connections: int = 0
    _released: threading.Event = field(default_factory=threading.Event)

    async def handle_EHLO(  # noqa: N802  (the library's name)
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.recipients.popleft() if self.recipients else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.contents.popleft() if self.contents else "250 OK"
        if answer[0] in "45":
            return answer
        self.mails.append(message_from_bytes(envelope.original_content or b"", policy=default))
        self.to += envelope.rcpt_tos
        self.senders.append(envelope.mail_from or "")
        if answer == HOLD:
            await asyncio.to_thread(self._released.wait)
            return "250 OK"
        if answer == DROP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 gone"
        return answer

    def release(self) -> None:
        """Answer the letters on hold."""
        self._released.set()

    @property
    def subjects(self) -> list[str]:
        return [mail["Subject"] for mail in self.mails]


@contextmanager
def mailbox(
    *, port: int | None = None, certificate: SSLContext | None = None, starttls: SSLContext | None = None
) -> Iterator[Mailbox]:
    """A running mail server; with a certificate it speaks TLS from the first byte, or offers STARTTLS."""
    box = Mailbox(port or free_port())
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        ssl_context=certificate,
        tls_context=starttls,
        require_starttls=starttls is not None,
    )
    server.start()
    try:
        yield box
    finally:
        box.release()
        server.stop()
