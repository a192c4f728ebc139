"""A mail server that takes the call and says nothing: a service that stops does not wait for it."""

import asyncio
from pathlib import Path

import pytest

from tests.support.mailroom import table
from tests.support.mailstore import Store, fetching, transport
from tests.support.waiting import eventually


@pytest.mark.parametrize("tls", ["none", "starttls", "tls"])
@pytest.mark.parametrize("begun", [False, True], ids=["at once", "while it waits"])
async def test_a_service_that_stops_does_not_wait_for_a_greeting(
    tmp_path: Path, tls: str, begun: bool
) -> None:
    called = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with transport(table(tmp_path, imap=port, tls=tls, timeout=60), Store().keep):
            await (called.wait() if begun else eventually(fetching))
        await eventually(lambda: not fetching())
