"""Writes every third-party version of this environment to constraints.txt, for pip and for the images.

Names and versions only: no index, no host, no path, so pip and uv take the file with `-c` on any network.
"""

import re
import subprocess
import sys
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "constraints.txt"
HEAD = "# Every third-party version, for the workbench and the images. Written by `make constraints`.\n"
PINNED = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!+_-]*")


def pinned(freeze: list[str]) -> list[str]:
    """The lines that say `name==version`, in order and without our own packages."""
    found = (line for line in freeze if PINNED.fullmatch(line))
    return sorted((line for line in found if not line.lower().startswith("hotline")), key=str.lower)


def main() -> int:
    """Write the file from what is installed beside this interpreter."""
    freeze = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = pinned(freeze.stdout.splitlines())
    FILE.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    print(f"{FILE.name}: {len(lines)} versions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
