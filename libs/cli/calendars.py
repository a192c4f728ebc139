"""`hotline calendar propose YEAR`: the year's special days to be decided upon, beside what a pack says."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from libs.cli.packs import load_or_explain
from libs.cli.tables import write
from libs.contracts.errors import HotlineError
from libs.packs.entries import Day
from libs.packs.proposal import Compared, NothingProposed, compare, propose

COLUMNS = ("day", "kind", "name", "hours", "status", "confirmed", "document")
"""Those of days.csv."""

WORDS = {
    "same": "",
    "only-proposed": "chỉ có trong đề xuất / only proposed",
    "only-in-pack": "chỉ có trong gói / only in the pack",
    "other-kind": "đề xuất ghi {kind} / proposed as {kind}",
    "not-counted": "gói không tính / the pack does not count it",
}
DECIDED = "a named person decides, with the number of the document, in days.csv"


class NoProposal(HotlineError):
    """There is nothing to propose."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    calendar = commands.add_parser("calendar", help="special days of a year").add_subparsers(
        metavar="ACTION", required=True
    )
    proposal = calendar.add_parser(
        "propose", help="rows of days.csv as estimates; with --pack, what differs from it is marked"
    )
    proposal.add_argument("year", type=int)
    proposal.add_argument("--pack", type=Path, help="the pack whose days are compared")
    proposal.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        proposed = propose(arguments.year)
    except NothingProposed as error:
        raise NoProposal(str(error)) from error
    if arguments.pack is None:
        write(COLUMNS, map(_row, proposed))
        print(f"{arguments.year}: {len(proposed)} days proposed; {DECIDED}", file=sys.stderr)
        return 0
    pack = load_or_explain(arguments.pack)
    if pack is None:
        return 1
    decided = [day for day in pack.days if day.day.year == arguments.year]
    compared = list(compare(proposed, decided))
    write(("differs", *COLUMNS), ({"differs": _differs(one)} | _row(one.day) for one in compared))
    count = Counter(one.verdict for one in compared)
    differing = ", ".join(f"{number} {verdict}" for verdict, number in sorted(count.items()))
    print(f"{arguments.year}: {differing}; {DECIDED}", file=sys.stderr)
    return 0


def _differs(one: Compared) -> str:
    return WORDS[one.verdict].format(kind=one.proposed.kind if one.proposed else "")


def _row(day: Day) -> dict[str, object]:
    hours = "|".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in day.hours or ())
    confirmed = {True: "yes", False: "no", None: ""}[day.confirmed]
    return day.model_dump(include={"day", "kind", "name", "status", "document"}) | {
        "hours": hours,
        "confirmed": confirmed,
    }
