"""LMTP: our own mail server hands a mail over, and keeps it until we say that it is stored."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd import lmtp
from aiosmtpd.smtp import Envelope

from libs.runtime.clock import Clock
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from services.intake.channels.mail import LMTP, MAIL_FROM, RCPT_TO, Lmtp, Mailbox, MailRow
from services.intake.channels.shape import Delivery
from services.intake.transports import Keep

TAKEN, LATER = "250 2.0.0 stored", "451 4.3.0 not stored, try again"
LONGEST_LINE = 1_000_000
"""Bytes; programs of citizens break the limit of 998."""

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # it logs addresses and, on errors, content


class _Connection(lmtp.LMTP):
    line_length_limit = LONGEST_LINE


@dataclass
class _Receiver:
    """Answers as the protocol's library asks for; its names are the library's."""

    row: MailRow
    channel: Mailbox
    keep: Keep
    clock: Clock
    patience: float
    connections: set[Any] = field(default_factory=set)

    def connection(self) -> Any:
        made = _Connection(
            self,
            data_size_limit=self.row.max_bytes,
            enable_SMTPUTF8=True,
            hostname=self.row.address.rpartition("@")[2],
            ident="1022",
            loop=asyncio.get_running_loop(),
        )
        self.connections.add(made)
        return made

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """One answer for each recipient, as LMTP has it; all of them the same."""
        answer = TAKEN if await self._stored(envelope) else LATER
        return "\r\n".join([answer] * len(envelope.rcpt_tos))

    async def handle_exception(self, error: Exception) -> str:
        log("mail_not_taken", table=self.row.code, error=error)
        return LATER

    async def _stored(self, envelope: Envelope) -> bool:
        raw = envelope.original_content or b""
        delivery = Delivery(
            body=raw,
            at=self.clock.now(),
            method=LMTP,
            headers={
                MAIL_FROM: envelope.mail_from or "<>",
                RCPT_TO: " ".join(one for one in envelope.rcpt_tos if one.isascii())[:2_000],
            },
        )
        try:
            async with asyncio.timeout(self.patience):
                await self.keep(self.channel.key(delivery), delivery)
        except (OutcomeUnknown, TimeoutError) as error:
            log("mail_put_off", table=self.row.code, kind=type(error).__name__)
            return False
        return True


async def listen(row: MailRow, place: Lmtp, channel: Mailbox, keep: Keep, clock: Clock) -> None:
    """Take mails until cancelled. Raises OSError when the port is taken."""
    receiver = _Receiver(row, channel, keep, clock, place.timeout)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(receiver.connection, place.host, place.port)
    try:
        await server.serve_forever()
    finally:
        server.close()
        for connection in receiver.connections:
            if connection.transport is not None:
                connection.transport.abort()
