"""`hotline provision`: make or update streams, consumers and buckets; safe to repeat."""

import argparse
import asyncio

from libs.cli.bus import add_server, provisioner
from libs.runtime.provision import provision


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("provision", help="make streams, consumers and buckets on a nats-server")
    add_server(command)
    command.add_argument(
        "--replicas", type=int, choices=(1, 3, 5), help="copies of each stream (default: as many as it has)"
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints a line for each thing made or found in place."""
    for line in asyncio.run(_provision(arguments)):
        print(line)
    return 0


async def _provision(arguments: argparse.Namespace) -> list[str]:
    async with provisioner(arguments) as js:
        return await provision(js, replicas=arguments.replicas)
