"""`hotline raw list|show|retry`: deliveries of channels that were put aside, why, and taking them again."""

import argparse
import asyncio
import json
import subprocess
import sys
from typing import Any

from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from libs.cli.bus import add_server, provisioner
from libs.contracts.errors import HotlineError
from libs.contracts.sidefacts import Dead
from libs.files.jetstream import BUCKET, PATIENCE
from libs.runtime.objects import read_object

DEAD = "dead.intake.RAW.>"
ABOUT = "Hotline-Delivery"


HIDDEN = "(not shown: it may hold a secret)"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    raw = commands.add_parser("raw", help="what channels brought and nobody could handle").add_subparsers(
        metavar="ACTION", required=True
    )
    listed = raw.add_parser("list", help="a line each: sequence, time, channel, size, reason; no content")
    add_server(listed)
    listed.set_defaults(run=lambda arguments: asyncio.run(_list(arguments)))
    shown = raw.add_parser("show", help="one delivery whole; mind that it holds what a citizen said")
    shown.add_argument("sequence", type=int)
    add_server(shown)
    shown.set_defaults(run=lambda arguments: asyncio.run(_show(arguments)))
    retried = raw.add_parser(
        "retry", help="take them again without limits (in intake's environment, with the provisioner's key)"
    )
    retried.add_argument("sequences", type=int, nargs="*", metavar="SEQUENCE", help="default: all")
    retried.set_defaults(run=_retry)


async def _list(arguments: argparse.Namespace) -> int:
    async with provisioner(arguments) as js:
        info = await js.stream_info("DEAD", subjects_filter=DEAD)
        for subject in sorted(info.state.subjects or {}, key=lambda one: int(one.rsplit(".", 1)[1])):
            dead = Dead.model_validate_json((await js.get_last_msg("DEAD", subject)).data or b"")
            try:
                about, body = await _delivery(js, dead.seq)
            except HotlineError as gone:
                about, body = {"table": str(gone)}, b""
            size = about.get("body") or f"{len(body)} byte"
            print(dead.seq, f"{dead.at:%Y-%m-%dT%H:%M:%SZ}", about["table"], size, dead.error, sep="\t")
    return 0


async def _show(arguments: argparse.Namespace) -> int:
    async with provisioner(arguments) as js:
        about, body = await _delivery(js, arguments.sequence)
        if about.get("body"):
            body = await read_object(js, BUCKET, about["body"], within=PATIENCE)
    if not about.get("genuine", True):  # it may be refused only because our own secret is mistyped
        about |= {"path": HIDDEN, "query": HIDDEN, "headers": dict.fromkeys(about["headers"], HIDDEN)}
    print(json.dumps(about, ensure_ascii=False, indent=2))
    print(body.decode("utf-8", "backslashreplace"))
    return 0


async def _delivery(js: JetStreamContext, seq: int) -> tuple[dict[str, Any], bytes]:
    try:
        message = await js.get_msg("RAW", seq=seq)
    except NotFoundError:
        raise HotlineError(f"no delivery {seq} in RAW: it is older than the stream keeps") from None
    return json.loads((message.headers or {}).get(ABOUT, '{"table": "?"}')), message.data or b""


def _retry(arguments: argparse.Namespace) -> int:
    words = [str(one) for one in arguments.sequences]
    command = [sys.executable, "-m", "services.intake", "replay", *words]
    return subprocess.run(command, check=False).returncode
