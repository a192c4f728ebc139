"""A connection with the provisioner's key, for commands that change the server."""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nats.aio.client import Client
from nats.js.client import JetStreamContext

from libs.runtime.bus import broker_for, connect, disconnect

DEFAULT_URL = "nats://127.0.0.1:4222"


def add_server(command: argparse.ArgumentParser, user: str = "provisioner") -> None:
    """`--nats` and `--seed-file`, or HOTLINE_PROVISIONER_NATS_URL and HOTLINE_PROVISIONER_SEED_FILE."""
    prefix = f"HOTLINE_{user.upper()}"
    command.add_argument(
        "--nats",
        default=os.environ.get(f"{prefix}_NATS_URL", DEFAULT_URL),
        help=f"address of nats-server (default: {DEFAULT_URL})",
    )
    command.add_argument(
        "--seed-file",
        type=Path,
        default=os.environ.get(f"{prefix}_SEED_FILE"),
        required=f"{prefix}_SEED_FILE" not in os.environ,
        help=f"file with the nkey seed of {user}",
    )


@asynccontextmanager
async def connection(arguments: argparse.Namespace, user: str = "provisioner") -> AsyncIterator[Client]:
    """A connection that may do what this user may do."""
    broker = broker_for(user, arguments.nats, Path(arguments.seed_file))
    try:
        yield await connect(broker, user)
    finally:
        await disconnect(broker)


@asynccontextmanager
async def provisioner(arguments: argparse.Namespace) -> AsyncIterator[JetStreamContext]:
    """A JetStream context that may change streams, consumers and packs."""
    async with connection(arguments) as client:
        yield client.jetstream(timeout=5)
