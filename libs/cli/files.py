"""`hotline files sweep`: forget uploads that were never sent with a request, and what was kept its time."""

import argparse
import asyncio

from nats.js.client import JetStreamContext

from libs.cli.bus import add_server, provisioner
from libs.contracts.erasures import CaseHoldLifted, CaseHoldPlaced
from libs.contracts.subjects import case_ref
from libs.files.expiry import expire, expire_deliveries
from libs.files.files import open_files
from libs.files.sweep import sweep
from libs.runtime.caselog import CaseLog
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
        held = await held_calls(js)
        expired = await expire(store, today=now.date(), remove=arguments.remove, held=held)
        deliveries = await expire_deliveries(store, now=now, remove=arguments.remove)
    verb = "forgotten" if arguments.remove else "to be forgotten (run again with --remove)"
    print(f"uploads older than two days: {len(found.named)} in cases, {len(found.forgotten)} {verb}")
    print(f"recordings kept long enough: {len(expired)} {verb}")
    print(f"large deliveries of more than 90 days: {deliveries} {verb}")
    return 0


async def held_calls(js: JetStreamContext) -> frozenset[str]:
    """The calls of cases that are kept as evidence at this moment."""
    info = await js.stream_info("CASES", subjects_filter="case.*.*.hold-placed")
    calls = set[str]()
    for subject in info.state.subjects or {}:
        facts = [one.fact for one in await CaseLog(js).since(case_ref(subject), 0) if one.fact]
        holds = [one for one in facts if isinstance(one, CaseHoldPlaced | CaseHoldLifted)]
        if holds and isinstance(holds[-1], CaseHoldPlaced):
            calls.update(call for one in facts if (call := getattr(one, "call", None)))
    return frozenset(calls)
