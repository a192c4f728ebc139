"""Only the transport of a mailbox, with a store of the test's own, and words to its LMTP."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from libs.runtime.clock import SystemClock
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.tasks import end
from services.intake.channels.mail import Mailbox, MailRow
from services.intake.channels.rows import read_channels
from services.intake.channels.shape import Delivery
from services.intake.transports import Keep
from services.intake.transports.mail import run


@dataclass
class Store:
    """Takes what it is given once it is open."""

    open: bool = True
    asked: int = 0
    kept: dict[str, Delivery] = field(default_factory=dict)

    async def keep(self, key: str, delivery: Delivery) -> bool:
        self.asked += 1
        if not self.open:
            raise OutcomeUnknown
        return self.kept.setdefault(key, delivery) is delivery


@asynccontextmanager
async def transport(channels: Path, keep: Keep) -> AsyncIterator[None]:
    """The transport of the table `email`."""
    row, channel = read_channels(channels)["email"]
    assert isinstance(row, MailRow) and isinstance(channel, Mailbox)
    task = asyncio.create_task(run(row, channel, keep, SystemClock()))
    try:
        yield
    finally:
        await end(task)


def fetching() -> bool:
    """Whether a thread of ours still reads a mailbox."""
    return any(one.name.startswith("imap") for one in threading.enumerate())


async def conversation(port: int, *lines: str) -> list[str]:
    """What the server says to these lines, one after the other, until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("".join(f"{line}\r\n" for line in lines).encode())
    async with asyncio.timeout(5):
        heard = await reader.read()
    writer.close()
    return heard.decode().splitlines()


async def listens(port: int) -> bool:
    """Whether somebody does."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
