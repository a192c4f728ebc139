"""E-mail over SMTP: one connection a batch, one recipient a transaction, each letter its own answer."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.header import Header
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, formatdate, parseaddr
from functools import partial
from pathlib import Path
from typing import Literal

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPSenderRefused

from libs.mail.quotes import OUR_MARK
from libs.mail.threads import Threads
from services.notifier.gateways.gateway import GatewayDown, Message, Outcome, Reply, Send

_CRLF = compat32.clone(linesep="\r\n")
"""The newer policies parse each header that is set: seven times the work for a letter."""

TlsMode = Literal["none", "starttls", "tls"]

_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,200}")
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True)
class Smtp:
    """A relay that takes our mail. `timeout` in seconds holds for each step, also for the last answer.

    The TLS mode is always said: left to itself the client library sends in clear when a server does not
    offer STARTTLS. With `threads` a citizen's reply and a server's report name what they are about.
    """

    host: str
    port: int
    tls: TlsMode
    sender: str
    user: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    timeout: float = 30.0
    threads: Threads | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        client = SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            username=self.user,
            password=self.password,
            cert_bundle=str(self.ca_file) if self.ca_file else None,
            timeout=self.timeout,
        )
        try:
            await client.connect()
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            raise GatewayDown(f"smtp: {type(error).__name__}") from error
        try:
            yield partial(self._send, client)
        finally:
            with suppress(SMTPException, OSError):
                await client.quit(timeout=2)
            client.close()

    async def _send(self, client: SMTP, message: Message) -> Reply:
        try:
            own = self.threads
            await client.mail(own.bounce_to(message.id) if own else parseaddr(self.sender)[1])
            await client.rcpt(message.to)
        except SMTPRecipientRefused as error:
            return _answered("recipient", error.code, error.message)
        except SMTPSenderRefused as error:  # our own address or login: no fault of the letter
            return Reply(Outcome.PUT_OFF, f"sender {error.code}")
        except (SMTPException, OSError) as error:
            return Reply(Outcome.PUT_OFF, type(error).__name__)
        try:
            await client.data(self.letter(message))
        except SMTPDataError as error:
            return _answered("content", error.code, error.message)
        except (SMTPException, OSError) as error:
            return Reply(Outcome.UNKNOWN, type(error).__name__)
        return Reply(Outcome.ACCEPTED)

    def letter(self, message: Message) -> bytes:
        """The mail as it goes out; its Message-ID makes copies of one letter collapse at the reader's."""
        own = self.threads
        marked = f"{OUR_MARK}\n\n" if own and message.case else ""
        mail = MIMEText(f"{marked}{message.body}\n".replace("\n", "\r\n"), "plain", "utf-8")
        name, address = parseaddr(self.sender)
        mail["From"] = formataddr((name, address))
        mail["To"] = message.to
        subject = Header(" ".join(message.subject.split()), "utf-8", header_name="Subject")
        mail["Subject"] = subject  # type: ignore[assignment]  # a string would be folded twice
        mail["Date"] = formatdate()
        plain = f"<{message.id}@{address.rpartition('@')[2]}>"
        named = own.message_id(message.id, message.case) if own else plain
        mail["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"  # not NDR: we want to know
        # written out here: folded, a long id would begin a line of its own, which some programs cannot read
        ids = [("Message-ID", named), *_thread(own, message)]
        return "".join(f"{name}: {value}\r\n" for name, value in ids).encode() + mail.as_bytes(policy=_CRLF)


def _thread(own: Threads | None, message: Message) -> Iterator[tuple[str, str]]:
    """What makes this letter an answer to the citizen's mail, and their reply one to it."""
    thread = message.thread if _MESSAGE_ID.fullmatch(message.thread) else ""
    replied = bool(thread) and message.template == "receipt"
    yield "Auto-Submitted", "auto-replied" if replied else "auto-generated"
    if own is None or message.case is None:
        return
    yield "Reply-To", own.reply_to(message.case)
    yield "References", " ".join([own.root(message.case)] + ([f"<{thread}>"] if thread else []))
    if thread:
        yield "In-Reply-To", f"<{thread}>"


def _answered(what: str, code: int, words: str) -> Reply:
    """5xx is for good, anything else may pass; of the words only the code, they may repeat the address."""
    enhanced = _ENHANCED.search(words)
    reason = f"{what} {code} {enhanced[0]}" if enhanced else f"{what} {code}"
    return Reply(Outcome.REFUSED if 500 <= code < 600 else Outcome.PUT_OFF, reason)
