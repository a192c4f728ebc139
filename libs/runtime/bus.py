"""The connection of one service to NATS: its own key, its own inbox, no buffering, endless reconnection."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from faststream.nats import NatsBroker
from faststream.nats.security import NatsNKey
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoServersError

from libs.contracts.permissions import inbox
from libs.runtime.logs import log
from libs.runtime.metrics import BUS_ERRORS, CONNECTED

OPEN_TIMEOUT = 2
"""Seconds for one attempt to connect."""


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

    return NatsBroker(
        [part.strip() for part in url.split(",")],
        name=f"hotline-{user}",
        security=NatsNKey.from_seed(seed_file.read_text().strip()),
        inbox_prefix=inbox(user),
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        connect_timeout=OPEN_TIMEOUT,
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
