"""`hotline files sweep`: forget uploads that were never sent with a request, and what was kept its time."""

import argparse
import asyncio

from libs.cli.bus import add_server, provisioner
from libs.files.expiry import expire
from libs.files.files import open_files
from libs.files.sweep import sweep
from libs.runtime.clock import SystemClock


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    files = commands.add_parser("files", help="photos and documents that citizens sent").add_subparsers(
        metavar="ACTION", required=True
    )
    sweeping = files.add_parser("sweep", help="forget uploads that no request named, and old recordings")
    add_server(sweeping)
    sweeping.add_argument("--remove", action="store_true", help="do it; without this, only count")
    sweeping.set_defaults(run=lambda arguments: asyncio.run(_sweep(arguments)))


async def _sweep(arguments: argparse.Namespace) -> int:
    async with provisioner(arguments) as js:
        store = open_files(js).store
        now = SystemClock().now()
        found = await sweep(js, store, now=now, remove=arguments.remove)
        expired = await expire(store, today=now.date(), remove=arguments.remove)
    verb = "forgotten" if arguments.remove else "to be forgotten (run again with --remove)"
    print(f"uploads older than two days: {len(found.named)} in cases, {len(found.forgotten)} {verb}")
    print(f"recordings kept long enough: {len(expired)} {verb}")
    return 0
