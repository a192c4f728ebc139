"""An Asterisk manager interface on loopback, as faithful as it has to be: what is missed is not repeated."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Pairs = Iterable[tuple[str, str]]


def lines(event: str, *pairs: tuple[str, str], **fields: str) -> bytes:
    """An event's bytes; `pairs` for names that stand there more than once."""
    told = [("Event", event), ("Privilege", "call,all"), *fields.items(), *pairs]
    return "".join(f"{name}: {value}\r\n" for name, value in told).encode() + b"\r\n"


@dataclass
class AmiServer:
    """`deaf`: answers no ping. `actions`: what clients asked; `channels`: what is going on."""

    user: str = "hotline"
    password: str = "mat-khau-ami"
    deaf: bool = False
    port: int = 0
    logins: int = 0
    refused: int = 0
    actions: list[str] = field(default_factory=list)
    channels: list[bytes] = field(default_factory=list)
    _clients: set[asyncio.StreamWriter] = field(default_factory=set)
    _all: set[asyncio.StreamWriter] = field(default_factory=set)
    _whole: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def say(self, *messages: bytes, pieces: int = 0) -> None:
        """Tell every client that is logged in; `pieces`: in so small parts of bytes.

        An answer never comes between the parts: an Asterisk writes one message after the other.
        """
        content = b"".join(messages)
        parts = [content[at : at + pieces] for at in range(0, len(content), pieces)] if pieces else [content]
        async with self._whole:
            for part in parts:
                for client in self._clients:
                    client.write(part)
                    await client.drain()
                if pieces:
                    await asyncio.sleep(0)

    async def cut(self, half: bytes = b"") -> None:
        """End every connection, after a part of an event."""
        for client in list(self._all):
            client.write(half)
            await client.drain()
            client.close()
        self._clients.clear()
        self._all.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._all.add(writer)
        writer.write(b"Asterisk Call Manager/7.0.3\r\n")
        challenge = ""
        try:
            while action := await self._action(reader):
                name = action.get("action", "").lower()
                self.actions.append(name)
                if name == "challenge":
                    challenge = "840415273"
                    writer.write(f"Response: Success\r\nChallenge: {challenge}\r\n\r\n".encode())
                elif name == "login":
                    if not self._log_in(action, challenge):
                        writer.write(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
                        break
                    writer.write(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n")
                    writer.write(lines("FullyBooted", Status="Fully Booted"))
                    self._clients.add(writer)
                elif writer in self._clients:
                    async with self._whole:
                        self._answer(name, writer)
                await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            self._clients.discard(writer)
            self._all.discard(writer)
            writer.close()

    def _answer(self, name: str, writer: asyncio.StreamWriter) -> None:
        if name == "ping" and not self.deaf:
            writer.write(b"Response: Success\r\nPing: Pong\r\nTimestamp: 1763604000.123456\r\n\r\n")
        if name == "coreshowchannels":
            writer.write(b"Response: Success\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n")
            writer.write(b"".join(self.channels) + lines("CoreShowChannelsComplete", EventList="Complete"))

    def _log_in(self, action: dict[str, str], challenge: str) -> bool:
        key = hashlib.md5((challenge + self.password).encode(), usedforsecurity=False).hexdigest()
        md5 = action.get("authtype", "").lower() == "md5" and action.get("key") == key and challenge
        right = action.get("username") == self.user and (md5 or action.get("secret") == self.password)
        self.logins += bool(right)
        self.refused += not right
        return bool(right)

    async def _action(self, reader: asyncio.StreamReader) -> dict[str, str]:
        raw = await reader.readuntil(b"\r\n\r\n")
        found = (line.partition(":") for line in raw.decode().splitlines() if ":" in line)
        return {name.strip().lower(): value.strip() for name, _, value in found}


@asynccontextmanager
async def ami_server(**settings: object) -> AsyncIterator[AmiServer]:
    """Listening on a free port of loopback; ends with its connections."""
    asterisk = AmiServer(**settings)  # type: ignore[arg-type]
    server = await asyncio.start_server(asterisk.serve, "127.0.0.1", 0)
    asterisk.port = server.sockets[0].getsockname()[1]
    try:
        yield asterisk
    finally:
        server.close()
        await asterisk.cut()
