"""How mails come in: fetched from a mailbox on somebody's server, or handed over by our own mail server."""

import asyncio

from libs.runtime.clock import Clock
from services.intake.channels.mail import Mailbox, MailRow
from services.intake.transports import Keep
from services.intake.transports.mail_imap import fetch
from services.intake.transports.mail_lmtp import listen


async def run(row: MailRow, channel: Mailbox, keep: Keep, clock: Clock) -> None:
    """Both ways at once, if both are set; the same mail by both is one delivery."""
    async with asyncio.TaskGroup() as ways:
        if row.imap:
            ways.create_task(fetch(row, row.imap, channel, keep, clock))
        if row.lmtp:
            ways.create_task(listen(row, row.lmtp, channel, keep, clock))
