"""A fetcher of mails that is killed right after its first mail is stored: `URL SEED_FILE CHANNELS_FILE`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from libs.runtime.bus import broker_for, connect
from libs.runtime.clock import SystemClock
from services.intake.channels.mail import Mailbox, MailRow
from services.intake.channels.rows import read_channels
from services.intake.channels.shape import Delivery
from services.intake.rawlog import RawLog
from services.intake.transports.mail import run


async def main(url: str, seed: Path, channels: Path) -> None:
    client = await connect(broker_for("intake", url, seed), "intake")
    raw = RawLog(client.jetstream())
    row, channel = read_channels(channels)["email"]
    assert isinstance(row, MailRow) and isinstance(channel, Mailbox)

    async def keep(key: str, delivery: Delivery) -> bool:
        await raw.keep(row.code, key, delivery)
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    await run(row, channel, keep, SystemClock())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
