"""`hotline rebuild|replay SERVICE`, `hotline retention`: commands that a service runs itself.

Runs `python -m services.<name>` in the service's own environment (its `HOTLINE_<SERVICE>_…` settings) with
the provisioner's key; a library never imports a service.
"""

import argparse
import subprocess
import sys

from libs.contracts.streams import SERVICES


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, text in (
        ("rebuild", "drop a service's projection and refill it from the streams (stop its replicas first)"),
        ("replay", "refold the cases a service had to park, and clear their dead letters"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("service", choices=SERVICES)
        command.set_defaults(run=run, command=name)
    kept = commands.add_parser("retention", help="cases kept long enough (in the desk's environment)")
    which = kept.add_mutually_exclusive_group()
    which.add_argument("--dry-run", action="store_true", help="only list them: the default")
    which.add_argument("--apply", action="store_true", help="erase them; then run `hotline erase`")
    kept.set_defaults(run=run_retention)


def run_retention(arguments: argparse.Namespace) -> int:
    words = ["--apply"] if arguments.apply else []
    command = [sys.executable, "-m", "services.desk", "retention", *words]
    return subprocess.run(command, check=False).returncode


def run(arguments: argparse.Namespace) -> int:
    module = f"services.{arguments.service}"
    return subprocess.run([sys.executable, "-m", module, arguments.command], check=False).returncode
