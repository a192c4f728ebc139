"""The connection of one service to NATS: its own key, its own inbox, no buffering, endless reconnection."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from faststream.nats import NatsBroker
from faststream.nats.security import NatsNKey
from nats.aio.client import PING_PROTO, Client
from nats.aio.transport import TcpTransport
from nats.errors import Error as NatsError
from nats.errors import NoServersError

from libs.contracts.permissions import inbox
from libs.runtime.logs import log
from libs.runtime.metrics import BUS_ERRORS, CONNECTED

OPEN_TIMEOUT = 2
"""Seconds for one attempt to connect."""

LEAVE_WITHIN = 2
"""Seconds for what still arrives when the service goes, then for the server's word that it has all."""

FLUSH_TIMEOUT = 10
"""Seconds for that word otherwise, e.g. on a new connection; as nats-py has it."""


class _Client(Client):
    """nats-py's, with what it gets wrong when a connection fails or ends put right (2.16.0)."""

    async def _process_connect_init(self) -> None:
        try:
            await super()._process_connect_init()
        except BaseException:
            if isinstance(self._transport, TcpTransport):
                self._transport.close()  # type: ignore[no-untyped-call]
            raise

    async def _send_ping(self, future: asyncio.Future[Any] | None = None) -> None:
        """After all that was said before: nats-py's own overtakes what is not written yet (2.16.0)."""
        self._pongs.append(future or asyncio.get_running_loop().create_future())
        await self._send_command(PING_PROTO)
        await self._flush_pending()

    async def _process_pong(self) -> None:
        """A word that comes late, to a flush that was given up, is no reason to stop reading (2.16.0)."""
        if self._pongs and self._pongs[0].done():
            self._pongs[0] = asyncio.get_running_loop().create_future()
        await super()._process_pong()

    async def flush(self, timeout: int = 0) -> None:
        """Wait for the server's word that it has all; whoever leaves does not wait for long."""
        await super().flush(timeout or (LEAVE_WITHIN if self.is_draining else FLUSH_TIMEOUT))

    async def close(self) -> None:
        """Who looks for the server is asked again until it stops: `wait_for` swallows (Python 3.11)."""
        looking = self._reconnection_task
        while looking and not looking.done() and looking is not asyncio.current_task():
            looking.cancel()
            await asyncio.wait({looking}, timeout=0.1)
        await super().close()


class _Broker(NatsBroker):
    """FastStream's, which only drains, and so leaves a client open that is looking for its server (0.7.8)."""

    async def _connect(self) -> Client:
        client = _Client()
        await client.connect(**self._connection_kwargs)
        self.config.connect(client)
        return client

    async def stop(self, *reason: Any) -> None:
        client = self._connection
        try:
            await super().stop(*reason)
        finally:
            if client is not None:
                await client.close()


def broker_for(user: str, url: str, seed_file: Path) -> NatsBroker:
    """A FastStream broker with the settings that neither lose nor hide anything.

    `pending_size=0`: a publish while disconnected fails at once instead of being sent behind our back;
    `max_reconnect_attempts=-1`: an outage of hours ends without a restart.
    """

    async def on_error(error: Exception) -> None:
        BUS_ERRORS.labels(user, type(error).__name__).inc()
        log("bus_error_reported", error=None, kind=type(error).__name__, detail=str(error)[:200])

    async def on_disconnect() -> None:
        CONNECTED.labels(user).set(0)

    async def on_reconnect() -> None:
        CONNECTED.labels(user).set(1)
        log("bus_reconnected")

    return _Broker(
        [part.strip() for part in url.split(",")],
        name=f"hotline-{user}",
        security=NatsNKey.from_seed(seed_file.read_text().strip()),
        inbox_prefix=inbox(user),
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        connect_timeout=OPEN_TIMEOUT,
        drain_timeout=LEAVE_WITHIN,
        flush_timeout=LEAVE_WITHIN,
        graceful_timeout=LEAVE_WITHIN,
        pending_size=0,
        error_cb=on_error,
        disconnected_cb=on_disconnect,
        reconnected_cb=on_reconnect,
        logger=None,
    )


async def disconnect(broker: NatsBroker) -> None:
    """Let go of the server; one that is away at the moment is no trouble any more."""
    with suppress(NatsError, TimeoutError, OSError):
        await broker.stop()


async def connect(broker: NatsBroker, user: str) -> Client:
    """Connect, waiting as long as it takes for the server to come up."""
    while True:
        try:
            client: Any = await broker.connect()
        except (NoServersError, OSError, TimeoutError):
            log("bus_awaited", url_count=1)
            await asyncio.sleep(1)
        else:
            CONNECTED.labels(user).set(1)
            if not isinstance(client, Client):
                raise TypeError(type(client))
            return client
