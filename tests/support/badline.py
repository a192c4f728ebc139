"""A line to a server that breaks, or goes dead, at the first command of a kind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from libs.runtime.tasks import end


@dataclass
class BadLine:
    """Passes bytes on both ways until a line to the server holds `verb`; then closes, or says nothing more.

    That happens once; `connections` counts all.
    """

    target: int
    verb: bytes
    dead: bool
    port: int = 0
    connections: int = 0
    broken: bool = False
    passed: list[bytes] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        there, to_there = await asyncio.open_connection("127.0.0.1", self.target)
        back = asyncio.create_task(_copy(there, writer))
        try:
            await self._forward(reader, to_there, back)
        except OSError:
            return
        finally:
            back.cancel()
            for one in (writer, to_there):
                one.transport.abort()

    async def _forward(
        self, reader: asyncio.StreamReader, there: asyncio.StreamWriter, back: asyncio.Task[None]
    ) -> None:
        while line := await reader.readline():
            if self.verb in line.upper() and not self.broken:
                self.broken = True
                back.cancel()
                if self.dead:
                    await asyncio.Event().wait()
                return
            self.passed.append(line)
            there.write(line)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)


@asynccontextmanager
async def bad_line(target: int, verb: bytes, *, dead: bool) -> AsyncIterator[BadLine]:
    """In front of the server on `target`, on a port of its own."""
    line = BadLine(target, verb, dead)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        await end(*line.tasks)
        await asyncio.sleep(0)  # the aborted connections are gone only then
