"""`hotline pack check|trial|apply|history`: a province pack is checked whole and applied whole."""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from libs.cli.bus import add_server, provisioner
from libs.contracts.packchanges import PackChange
from libs.packs.errors import PackErrors
from libs.packs.folder import load
from libs.packs.model import Pack
from libs.packs.trial import CASES, Trial, trial
from libs.runtime.clock import FollowingClock, SystemClock
from libs.runtime.directory import Directory
from libs.runtime.packfolders import ChangedOnPages, put_folder

SHOWN = 5
"""Places that are named of each gap."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    pack = commands.add_parser("pack", help="check or apply a province pack").add_subparsers(
        metavar="ACTION", required=True
    )
    check = pack.add_parser("check", help="report every error with file and line")
    check.add_argument("folder", type=Path)
    check.set_defaults(run=run_check)
    trial = pack.add_parser("trial", help="what a pack would do to past cases; nothing is put in force")
    trial.add_argument("folder", type=Path)
    trial.add_argument(
        "--cases", type=Path, help="columns code,field,place,day,lead: from the desk's page /routes"
    )
    trial.add_argument("--beside", type=Path, help="folder of the pack in force (default: where cases went)")
    trial.set_defaults(run=run_trial)
    apply = pack.add_parser("apply", help="put a pack in force; services take it while running")
    apply.add_argument("folder", type=Path)
    apply.add_argument("--by", default="provisioner", help="who puts it in force")
    apply.add_argument("--document", default="", help="number and date of the decision it rests on")
    apply.add_argument("--note", default="", help="why, in a few words")
    changed = apply.add_mutually_exclusive_group()
    changed.add_argument("--over", action="store_true", help="also undo what administrators changed on pages")
    changed.add_argument(
        "--keep", action="store_true", help="if that would be undone, leave it in force: for start-up"
    )
    add_server(apply)
    apply.set_defaults(run=run_apply)
    history = pack.add_parser("history", help="who put which version in force, when, on what decision")
    add_server(history)
    history.set_defaults(run=run_history)


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
    try:
        change = asyncio.run(_apply(arguments, pack))
    except ChangedOnPages as error:
        print("\n".join(_undone(pack, error)), file=sys.stderr)
        return 0 if arguments.keep else 1
    print(change.version if change.version == pack.version else f"{change.version} stays: {_who(change)}")
    return 0


async def _apply(arguments: argparse.Namespace, pack: Pack) -> PackChange:
    said = {name: getattr(arguments, name) for name in ("by", "document", "note")}
    async with provisioner(arguments) as js:
        return await put_folder(js, pack, over=arguments.over, **said)


def _undone(pack: Pack, error: ChangedOnPages) -> Iterator[str]:
    tables = ", ".join(error.tables)
    yield f"{pack.version} is not applied: it would undo what was changed on a page ({tables})"
    yield from (f"  {change.version}: {_who(change)}" for change in error.changes)
    yield "take the files from the page into the folder, or say --over"


def _who(change: PackChange) -> str:
    at = change.at.isoformat(timespec="minutes")
    return f"changed on a page by {change.by}, {at}, {change.document or change.note}"


def run_history(arguments: argparse.Namespace) -> int:
    for change in asyncio.run(_history(arguments)):
        said = (change.by, change.document, change.note, " ".join(change.recompute))
        print("\t".join((str(change.number), change.at.isoformat(timespec="seconds"), change.version, *said)))
    return 0


async def _history(arguments: argparse.Namespace) -> tuple[PackChange, ...]:
    async with provisioner(arguments) as js:
        directory = Directory(js, FollowingClock())
        await directory.refresh()
    return directory.history


def run_trial(arguments: argparse.Namespace) -> int:
    """1 when a field or place would be left without an agency, or when something cannot be read."""
    pack = load_or_explain(arguments.folder)
    beside = load_or_explain(arguments.beside) if arguments.beside else None
    if pack is None or (arguments.beside and beside is None):
        return 1
    text = arguments.cases.read_text(encoding="utf-8-sig") if arguments.cases else ""
    rows, problems = CASES.read(text) if text else ([], [])
    for problem in problems:
        print(f"{arguments.cases}:{problem.line}: {problem.field}: {problem.message_en}", file=sys.stderr)
    if problems:
        return 1
    found = trial((row.entry for row in rows), pack, SystemClock().now().date(), beside)
    print("\n".join(_told(found)))
    return 1 if found.gaps else 0


def _told(found: Trial) -> Iterator[str]:
    yield f"{found.cases} cases, {found.moved} would go elsewhere, {found.strange} of an unknown field"
    for move in found.moves:
        old, new = ("+".join(codes) or "a person" for codes in (move.old, move.new))
        seen = f", {move.right} were answered there" if move.right else ""
        yield f"{old} -> {new}: {move.cases}{seen} ({' '.join(move.examples)})"
    for gap in found.gaps:
        why = f"{', '.join(gap.broken)} not in force" if gap.broken else "nobody is named"
        more = f" and {len(gap.places) - SHOWN} more" if len(gap.places) > SHOWN else ""
        places = " ".join(place or "(no place)" for place in gap.places[:SHOWN])
        yield f"no agency for {gap.field} by {gap.rule or 'any rule'}, {why}: {places}{more}"
    for name, rules in (("not needed by these cases", found.unused), ("out of reach", found.unreachable)):
        if rules:
            yield f"rules {name}: {' '.join(rules)}"
