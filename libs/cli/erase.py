"""`hotline erase`: delete what is left of erased cases, once every service has read that they are erased."""

import argparse
import asyncio
import functools
import os
from pathlib import Path

from libs.cli.bus import add_server, connection
from libs.cli.erasing import Eraser, Waiting, patiently
from libs.cli.erasures import read_list, write_list
from libs.files.files import open_files


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    erase = commands.add_parser("erase", help="delete what is left of erased cases (with the privacy key)")
    add_server(erase, "privacy")
    erase.add_argument(
        "--list",
        type=Path,
        default=os.environ.get("HOTLINE_ERASURES_FILE"),
        help="file of all erasures, ids alone: read, and written anew; keep it beside the backups",
    )
    erase.add_argument("--wait", type=float, default=60.0, help="seconds to wait for services (default: 60)")
    erase.set_defaults(run=lambda arguments: asyncio.run(_erase(arguments)))


async def _erase(arguments: argparse.Namespace) -> int:
    listed = read_list(arguments.list) if arguments.list else {}
    async with connection(arguments, "privacy") as nc:
        js = nc.jetstream(timeout=5)
        eraser = Eraser(js, open_files(js).store)
        again = await eraser.again(({**listed, **await eraser.known()}).values())
        left = 0
        for one in await eraser.found():
            try:
                await patiently(functools.partial(eraser.finish, one), arguments.wait)
                print(f"{one.case_id}: erased ({one.reference})")
            except Waiting as reason:
                left += 1
                print(f"{one.case_id}: {reason}")
        known = {**listed, **await eraser.known()}
    if arguments.list:
        write_list(arguments.list, known)
    print(f"erasures: {len(known)} in all, {len(again)} made again after a restore, {left} still waiting")
    return 1 if left else 0


async def repeat(url: str, seed_file: Path, listed: Path | None) -> int:
    """After a restore: erase again what is on the list of the server or in the file; how many cases."""
    arguments = argparse.Namespace(nats=url, seed_file=seed_file)
    async with connection(arguments, "privacy") as nc:
        js = nc.jetstream(timeout=5)
        eraser = Eraser(js, open_files(js).store)
        known = {**(read_list(listed) if listed else {}), **await eraser.known()}
        return len(await eraser.again(known.values()))
