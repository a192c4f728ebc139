"""A service that lets go of the bus leaves nothing behind, in whatever state the server is."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from libs.contracts.permissions import inbox
from libs.devstack.nats_server import NatsServer
from libs.runtime.bus import LEAVE_WITHIN, broker_for, connect, disconnect
from tests.support.badline import bad_line
from tests.support.waiting import eventually

SILENT, NONSENSE = b"", b"Kinh chao\r\n"


class Impostor:
    """Something else at the server's address: takes connections and never greets as it should."""

    def __init__(self, greeting: bytes) -> None:
        self.greeting, self.came, self.open = greeting, 0, 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came, self.open = self.came + 1, self.open + 1
        writer.write(self.greeting)
        with suppress(OSError):
            await reader.read()
        self.open -= 1
        writer.close()


@asynccontextmanager
async def impostor(port: int, greeting: bytes) -> AsyncIterator[Impostor]:
    there = Impostor(greeting)
    server = await asyncio.start_server(there.take, "127.0.0.1", port)
    try:
        yield there
        await eventually(lambda: there.open == 0, what="all connections are closed")
    finally:
        server.close()


@pytest.fixture
def gone(tmp_path: Path) -> NatsServer:
    """A server that was there; its port and its keys remain."""
    server = NatsServer(tmp_path / "nats").start()
    server.kill()
    return server


@pytest.mark.parametrize("greeting", [SILENT, NONSENSE])
async def test_who_leaves_while_looking_for_the_server_stops_looking(
    gone: NatsServer, greeting: bytes
) -> None:
    gone.start()
    broker = broker_for("intake", gone.url, gone.seed("intake"))
    client = await connect(broker, "intake")
    gone.kill()
    async with impostor(gone.port, greeting) as there:
        await eventually(lambda: there.came >= 2, within=15)
        await disconnect(broker)
        came = there.came
        assert client.is_closed
        await asyncio.sleep(1.2)  # between two attempts lies a second
        assert there.came == came
    assert [task.get_name() for task in asyncio.all_tasks() - {asyncio.current_task()}] == []


async def test_a_failed_greeting_costs_no_connection_and_the_server_is_found_again(gone: NatsServer) -> None:
    gone.start()
    broker = broker_for("intake", gone.url, gone.seed("intake"))
    client = await connect(broker, "intake")
    gone.kill()
    async with impostor(gone.port, NONSENSE) as there:
        await eventually(lambda: there.came >= 3, within=15)
        assert there.open <= 1
    gone.start()
    await eventually(lambda: client.is_connected, within=10)
    await disconnect(broker)
    gone.kill()


async def test_who_gives_up_before_the_greeting_leaves_no_connection(gone: NatsServer) -> None:
    async with impostor(gone.port, SILENT) as there:
        broker = broker_for("intake", gone.url, gone.seed("intake"))
        connecting = asyncio.create_task(connect(broker, "intake"))
        await eventually(lambda: there.open == 1)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting


async def test_who_leaves_a_server_that_stands_still_does_not_wait_for_it(gone: NatsServer) -> None:
    gone.start()
    broker = broker_for("intake", gone.url, gone.seed("intake"))
    client = await connect(broker, "intake")
    await client.subscribe(f"{inbox('intake')}.news", cb=_ignore)
    for pid in gone.pids():
        os.kill(pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(2 * LEAVE_WITHIN + 1):
            await disconnect(broker)
    finally:
        gone.kill()
    assert client.is_closed


async def test_a_flush_is_answered_after_all_that_was_said_before_it(gone: NatsServer) -> None:
    """A request whose end the server has not heard of yet would still be served, to nobody."""
    gone.start()
    async with bad_line(gone.port, b"no such word", dead=False) as line:
        broker = broker_for("intake", f"nats://127.0.0.1:{line.port}", gone.seed("intake"))
        client = await connect(broker, "intake")
        subscription = await client.subscribe(f"{inbox('intake')}.news", cb=_ignore)
        await subscription.drain()  # type: ignore[no-untyped-call]
        said = [words.split()[0] for words in line.passed]
        await disconnect(broker)
    gone.kill()
    assert said[-2:] == [b"UNSUB", b"PING"]


async def _ignore(_: object) -> None:
    pass
