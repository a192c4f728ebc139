"""Asks a ClamAV daemon about a file, by its INSTREAM command."""

import asyncio
import struct
from urllib.parse import urlsplit

from libs.contracts.errors import HotlineError
from libs.files.metrics import AWAY, CLEAN, INFECTED

PIECE = 128 * 1024
"""Bytes sent at a time."""

LONGEST_WORD = 4096
"""Bytes of an answer."""


class ScannerAway(HotlineError):
    """The virus scanner does not answer, or not in a way that tells anything."""


class Scanner:
    """`address`: tcp://host:port or unix:///path; one connection for each file."""

    def __init__(self, address: str, *, within: float) -> None:
        self._where = urlsplit(address)
        self._within = within

    async def clean(self, content: bytes) -> bool:
        """False when a virus was found. Raises ScannerAway; either way it is counted."""
        try:
            async with asyncio.timeout(self._within):
                said = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            said = b""
        if said == b"stream: OK":
            CLEAN.inc()
            return True
        if said.endswith(b" FOUND"):
            INFECTED.inc()
            return False
        AWAY.inc()
        raise ScannerAway

    async def _ask(self, content: bytes) -> bytes:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                writer.write(struct.pack("!I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack("!I", 0))
            await writer.drain()
            return (await reader.readuntil(b"\0")).rstrip(b"\0")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._where.scheme == "unix":
            return await asyncio.open_unix_connection(self._where.path, limit=LONGEST_WORD)
        return await asyncio.open_connection(self._where.hostname, self._where.port, limit=LONGEST_WORD)
