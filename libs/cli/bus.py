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


def add_server(command: argparse.ArgumentParser) -> None:
    """`--nats` and `--seed-file`, or HOTLINE_PROVISIONER_NATS_URL and HOTLINE_PROVISIONER_SEED_FILE."""
    command.add_argument(
        "--nats",
        default=os.environ.get("HOTLINE_PROVISIONER_NATS_URL", DEFAULT_URL),
        help=f"address of nats-server (default: {DEFAULT_URL})",
    )
    command.add_argument(
        "--seed-file",
        type=Path,
        default=os.environ.get("HOTLINE_PROVISIONER_SEED_FILE"),
        required="HOTLINE_PROVISIONER_SEED_FILE" not in os.environ,
        help="file with the provisioner's nkey seed",
    )


@asynccontextmanager
async def connection(arguments: argparse.Namespace) -> AsyncIterator[Client]:
    """A connection that may do what the provisioner may do."""
    broker = broker_for("provisioner", arguments.nats, Path(arguments.seed_file))
    try:
        yield await connect(broker, "provisioner")
    finally:
        await disconnect(broker)


@asynccontextmanager
async def provisioner(arguments: argparse.Namespace) -> AsyncIterator[JetStreamContext]:
    """A JetStream context that may change streams, consumers and packs."""
    async with connection(arguments) as client:
        yield client.jetstream(timeout=5)
