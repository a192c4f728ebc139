"""`hotline COMMAND …`: finds the command, runs it, and says in one line what went wrong."""

import argparse
import sys

from libs.cli import (
    backup,
    calendars,
    erase,
    events,
    faq,
    files,
    grafana,
    imports,
    journey,
    mail,
    packs,
    places,
    raw,
    secrets,
    server,
    services,
    tokens,
    worktime,
)
from libs.contracts.errors import HotlineError

SUBJECTS = (
    *(server, secrets, packs, worktime, calendars, places, faq, mail),
    *(services, imports, raw, tokens, files, journey, backup, erase, grafana, events),
)


def parser() -> argparse.ArgumentParser:
    """Every command of every subject module, each registering its own."""
    top = argparse.ArgumentParser(prog="hotline", description="Tổng đài 1022: commands for operations staff.")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for subject in SUBJECTS:
        subject.register(commands)
    return top


def main() -> None:
    """Exit 0 when it worked, 1 when it did not, 2 when it was called wrongly."""
    arguments = parser().parse_args()
    try:
        sys.exit(arguments.run(arguments))
    except (HotlineError, OSError, UnicodeError) as error:
        sys.exit(f"hotline: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
