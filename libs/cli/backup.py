"""`hotline backup FOLDER` and `hotline restore FOLDER`: everything that no rebuild can make again.

The streams and buckets as the server's own snapshots, the desk's accounts as JSON lines, and a manifest
with the checksum of each. The folder holds citizens' words and phone numbers: keep it as closed as the
servers.
"""

import argparse
import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from nats.aio.client import Client
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError
from pydantic_settings import BaseSettings
from sqlalchemy import Engine

from libs.cli import erase, ownrows, snapshots
from libs.cli.bus import add_server, connection
from libs.cli.manifest import MANIFEST, ORDER, PARTIAL, Manifest, NotABackup, checked, prune
from libs.cli.saved import writing_to
from libs.cli.secrets import DATABASES
from libs.cli.snapshots import SavedStream
from libs.contracts.errors import HotlineError
from libs.contracts.streams import CONSUMERS
from libs.runtime.clock import ClockSetting, SystemClock
from libs.runtime.database import open_engine
from libs.runtime.main import read_settings
from libs.runtime.provision import provision
from libs.runtime.settings import settings_config

SIDES = ("CLOCKS", "LETTERS")
Result = TypeVar("Result")


class ServerHasCases(HotlineError):
    """The nats-server has cases already: a backup is restored onto an empty one only."""


class DeskDatabase(BaseSettings):
    """`HOTLINE_DESK_DATABASE_URL`: where the desk keeps its accounts."""

    model_config = settings_config("desk")

    database_url: str


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    save = commands.add_parser("backup", help="save streams, buckets and accounts, while all run")
    restore_ = commands.add_parser("restore", help="bring a backup back to an empty server")
    for command, run in ((save, run_backup), (restore_, run_restore)):
        command.add_argument("folder", type=Path)
        add_server(command)
        command.set_defaults(run=run)
    save.add_argument("--keep", type=_one_or_more, help="throw away all others in its folder but so many")
    restore_.add_argument("--replicas", type=int, default=1, choices=(1, 3, 5), help="copies of each stream")
    restore_.add_argument("--erasures", type=Path, help="list that `hotline erase --list` wrote since")
    seed = os.environ.get("HOTLINE_PRIVACY_SEED_FILE")
    said = "nkey seed of privacy: erases again what the backup brought back"
    restore_.add_argument("--privacy-seed-file", type=Path, default=seed, help=said)
    restore_.add_argument("--accounts-only", action="store_true", help="nats-server is well: only the desk")


def run_backup(arguments: argparse.Namespace) -> int:
    """Prints what was saved."""
    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotABackup(f"{folder} is not an empty folder; every backup gets one of its own")
    manifest = asyncio.run(_with_server(arguments, backup))
    for one in manifest.files:
        print(f"  {one.name:15} {one.bytes:>12,} bytes")
    facts = manifest.stream("CASES").state["messages"]
    print(f"{folder}: {facts} facts about cases, {manifest.made_at:%Y-%m-%d %H:%M} UTC")
    for old in prune(folder, arguments.keep) if arguments.keep else ():
        print(f"  {old} was thrown away")
    return 0


def _one_or_more(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of backups; 1 at least, this one counts")
    return int(text)


def run_restore(arguments: argparse.Namespace) -> int:
    """Prints what was restored and what to do next."""
    folder: Path = arguments.folder
    manifest = checked(folder)

    async def work(nc: Client, desk: Engine, folder: Path) -> list[str]:
        if arguments.accounts_only:
            return [ownrows.restore(desk, manifest.tables, folder)]
        return await restore(nc, desk, folder, manifest, replicas=arguments.replicas)

    for line in asyncio.run(_with_server(arguments, work)):
        print(f"  {line}")
    print(f"  {_erased_again(arguments)}")
    print(f"Now rebuild every projection, then start: hotline rebuild {'|'.join(DATABASES)}")
    return 0


def _erased_again(arguments: argparse.Namespace) -> str:
    if arguments.accounts_only:
        return "streams were left alone"
    if not arguments.privacy_seed_file:
        return "cases erased since are back: run `hotline erase --list FILE` before the services start"
    seed, listed = Path(arguments.privacy_seed_file), arguments.erasures
    again = asyncio.run(erase.repeat(arguments.nats, seed, listed))
    return f"{again} cases erased again; run `hotline erase` once the services have read that"


async def _with_server(
    arguments: argparse.Namespace, work: Callable[[Client, Engine, Path], Awaitable[Result]]
) -> Result:
    desk = open_engine(read_settings(DeskDatabase).database_url)
    try:
        async with connection(arguments) as nc:
            return await work(nc, desk, arguments.folder)
    finally:
        desk.dispose()


async def backup(nc: Client, desk: Engine, folder: Path) -> Manifest:
    """Save everything into `folder`; until it is complete it is called `<folder>.partial`."""
    js = nc.jetstream(timeout=5)
    partial = folder.with_name(folder.name + PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    made_at = SystemClock().now()
    before = {name: (await js.stream_info(name)).state.last_seq for name in SIDES}
    manifest = Manifest(
        made_at=made_at,
        server=_release(nc),
        before=before,
        streams=[await snapshots.save(nc, name, partial) for name in ORDER],
        tables=await asyncio.to_thread(ownrows.save, desk, partial),
    )
    with writing_to(partial / MANIFEST) as sink:
        sink.write(manifest.model_dump_json(indent=1).encode())
    partial.replace(folder)
    return manifest


async def restore(
    nc: Client, desk: Engine, folder: Path, manifest: Manifest, *, replicas: int = 1
) -> list[str]:
    """Bring a checked backup back; says what it did, a line each. May be repeated until CASES is back.

    CASES comes last, so a restoration that was broken off is not taken for a server with cases. Projections
    read from the beginning again; the router, which keeps nothing, goes on where it was.
    """
    js = nc.jetstream(timeout=5)
    await _refuse(js, _release(nc), manifest)
    done = [await asyncio.to_thread(ownrows.restore, desk, manifest.tables, folder)]
    for saved in sorted(manifest.streams, key=lambda one: one.name == "CASES"):
        with suppress(NotFoundError):
            await js.delete_stream(saved.name)
        await snapshots.restore(nc, saved, folder, replicas)
        dropped = await _drop_later(js, saved, manifest) if saved.name in SIDES else 0
        done.append(f"{saved.name}: {saved.state['messages'] - dropped} messages")
    for consumer in CONSUMERS:
        if consumer.service in DATABASES:
            with suppress(NotFoundError):
                await js.delete_consumer(consumer.stream, consumer.service)
    clock = (await (await js.key_value("DIRECTORY")).get("clock")).value or b"{}"
    await provision(js, replicas=replicas, clock=ClockSetting.model_validate_json(clock))
    return done


async def _refuse(js: JetStreamContext, server: tuple[int, int], manifest: Manifest) -> None:
    with suppress(NotFoundError):
        if (await js.stream_info("CASES")).state.messages:
            raise ServerHasCases
    if server < manifest.server:
        made, here = (".".join(map(str, release)) for release in (manifest.server, server))
        raise NotABackup(f"made by nats-server {made}; this one is {here}, which is older")


def _release(nc: Client) -> tuple[int, int]:
    return nc.connected_server_version.major, nc.connected_server_version.minor


async def _drop_later(js: JetStreamContext, side: SavedStream, manifest: Manifest) -> int:
    """Drop side facts that follow from a fact that CASES had not yet when it was saved."""
    last, dropped = manifest.stream("CASES").last_seq, 0
    for seq in range(manifest.before[side.name] + 1, side.last_seq + 1):
        with suppress(NotFoundError):
            message = await js.get_msg(side.name, seq)
            if json.loads(message.data or b"{}").get("case_seq", 0) > last:
                await js.delete_msg(side.name, seq)
                dropped += 1
    return dropped
