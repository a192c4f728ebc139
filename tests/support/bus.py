"""A real, provisioned nats-server for one test, and connections to it under any service's own key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nats.js.client import JetStreamContext

from libs.devstack.nats_server import NatsServer
from libs.runtime.bus import broker_for, connect
from libs.runtime.clock import ClockSetting
from libs.runtime.provision import provision


@asynccontextmanager
async def connected(server: NatsServer, user: str) -> AsyncIterator[JetStreamContext]:
    """A JetStream context that may do what `user` may do, nothing else."""
    broker = broker_for(user, server.url, server.seed(user))
    client = await connect(broker, user)
    try:
        yield client.jetstream(timeout=2)
    finally:
        await broker.stop()


@asynccontextmanager
async def provisioned(folder: Path, clock: ClockSetting | None = None) -> AsyncIterator[NatsServer]:
    """A nats-server with all streams, consumers and buckets; stopped afterwards."""
    server = NatsServer(folder).start()
    try:
        async with connected(server, "provisioner") as js:
            await provision(js, clock=clock)
        yield server
    finally:
        server.kill()


async def has_read(server: NatsServer, service: str, stream: str = "CASES") -> bool:
    """Whether the service has read and answered for all that the stream holds."""
    async with connected(server, "provisioner") as js:
        info = await js.consumer_info(stream, service)
    return not info.num_pending and not info.num_ack_pending
