"""`make bench`: every benchmark, one after the other."""

import subprocess
import sys

NAMES = (
    "worktime",
    "places",
    "questions",
    "routing",
    "pack_load",
    "clocks",
    "clocks_burst",
    "similar_cases",
    "portal_pages",
    "desk_pages",
    "accept",
    "webhooks",
    "mails",
    "ring",
    "pipeline",
)
ARGUMENTS = {"places": ["benchmarks/data/classify-dev.csv"]}


def missed(name: str) -> bool:
    """Run one benchmark; True when it missed its goal or broke."""
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *ARGUMENTS.get(name, [])]
    return subprocess.run(command, check=False).returncode != 0


if __name__ == "__main__":
    late = [name for name in NAMES if missed(name)]
    sys.exit(f"missed: {', '.join(late)}" if late else 0)
