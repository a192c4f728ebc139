"""`hotline pack check|apply`: a province pack is checked whole and applied whole."""

import argparse
import asyncio
import sys
from pathlib import Path

from libs.cli.bus import add_server, provisioner
from libs.packs.errors import PackErrors
from libs.packs.folder import load
from libs.packs.model import Pack
from libs.runtime.directory import put_pack


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    pack = commands.add_parser("pack", help="check or apply a province pack").add_subparsers(
        metavar="ACTION", required=True
    )
    check = pack.add_parser("check", help="report every error with file and line")
    check.add_argument("folder", type=Path)
    check.set_defaults(run=run_check)
    apply = pack.add_parser("apply", help="put a pack in force; services take it while running")
    apply.add_argument("folder", type=Path)
    add_server(apply)
    apply.set_defaults(run=run_apply)


def load_or_explain(folder: Path) -> Pack | None:
    """The pack, or None after printing every error, one a line."""
    try:
        return load(folder)
    except PackErrors as errors:
        for problem in errors.problems:
            place = f"{problem.file}:{problem.line}" if problem.line else problem.file
            print(f"{place}: {problem.field}: {problem.message_vi} ({problem.message_en})", file=sys.stderr)
        return None


def run_check(arguments: argparse.Namespace) -> int:
    pack = load_or_explain(arguments.folder)
    if pack is None:
        return 1
    print(
        f"{pack.version}: {len(pack.agencies)} agencies, {len(pack.units)} units, {len(pack.routes)} routes"
    )
    return 0


def run_apply(arguments: argparse.Namespace) -> int:
    pack = load_or_explain(arguments.folder)
    if pack is None:
        return 1
    print(asyncio.run(_apply(arguments, pack)))
    return 0


async def _apply(arguments: argparse.Namespace, pack: Pack) -> str:
    async with provisioner(arguments) as js:
        return (await put_pack(js, pack)).version
