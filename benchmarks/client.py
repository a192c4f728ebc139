"""A load generator's HTTP client: keep-alive connections, as many as wait at once, and nothing else.

A general client costs more than what is measured (httpx: 1 to 3 ms a request) and queues at its pool: at
100 requests a second its own p99 was seconds.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Answer:
    """Status and body; the body is read to its announced length."""

    status: int
    body: bytes


@dataclass
class Client:
    """Connections are opened when none is free, and stay open until the end."""

    _free: dict[str, list[Line]] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        for lines in self._free.values():
            for _, writer in lines:
                writer.close()

    async def post(self, url: str, content: object, headers: dict[str, str]) -> Answer:
        """POST as JSON. Raises OSError, or IncompleteReadError when the connection ends early."""
        parts = urlsplit(url)
        free = self._free.setdefault(parts.netloc, [])
        while free and free[-1][0].at_eof():
            free.pop()[1].close()  # the server ended it, having waited long enough
        line: Line = free.pop() if free else await asyncio.open_connection(parts.hostname, parts.port)
        reader, writer = line
        body = json.dumps(content, ensure_ascii=False).encode()
        said: dict[str, Any] = {
            "host": parts.netloc, "content-type": "application/json", "content-length": len(body), **headers,
        }  # fmt: skip
        lines = [f"POST {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        answer = await self._answer(reader)
        free.append(line)
        return answer

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        named = dict(line.lower().split(": ", 1) for line in lines if line)
        return Answer(int(first.split()[1]), await reader.readexactly(int(named["content-length"])))
