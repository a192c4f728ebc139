"""`hotline rebuild|replay SERVICE`: make a projection again, or take its parked cases up again.

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


def run(arguments: argparse.Namespace) -> int:
    module = f"services.{arguments.service}"
    return subprocess.run([sys.executable, "-m", module, arguments.command], check=False).returncode
