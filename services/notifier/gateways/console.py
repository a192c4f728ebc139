"""Text messages for the demonstration: one line each to a file or to standard output, nothing leaves."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.notifier.gateways.gateway import GatewayDown, Message, Outcome, Reply, Send


@dataclass(frozen=True)
class Console:
    """Writes `id number text`; without a file, to standard output (never into the logs)."""

    file: Path | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        try:
            await asyncio.to_thread(self._write, "")
        except OSError as error:
            raise GatewayDown(f"console: {type(error).__name__}") from error
        yield self._send

    async def _send(self, message: Message) -> Reply:
        try:
            await asyncio.to_thread(self._write, f"{message.id} {message.to} {message.sms}\n")
        except OSError as error:
            return Reply(Outcome.PUT_OFF, type(error).__name__)
        return Reply(Outcome.ACCEPTED)

    def _write(self, line: str) -> None:
        if self.file is None:
            sys.stdout.write(line)
            sys.stdout.flush()
            return
        with self.file.open("a", encoding="utf-8") as sink:
            sink.write(line)
