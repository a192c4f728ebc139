"""Makes the environment on a machine with only Python 3.11+ and npm: `python3 libs/devstack/bootstrap.py`.

Standard library only, since nothing is installed yet. Does nothing when what it would install has not
changed, so that everything after the first time works without a network.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "bootstrap.sha256"
OLDEST = (3, 11)


class CannotBootstrap(Exception):
    """The environment cannot be made; the message says what to do."""


def leaves() -> list[Path]:
    """Every library and service, by its pyproject."""
    return sorted(
        file.parent for room in ("libs", "services") for file in (ROOT / room).glob("*/pyproject.toml")
    )


def fingerprint(groups: Sequence[str]) -> str:
    """Changes when anything that decides what is installed changes."""
    inputs = [
        ROOT / "pyproject.toml",
        ROOT / "constraints.txt",
        ROOT / "package.json",
        ROOT / "package-lock.json",
    ]
    digest = hashlib.sha256(f"{sys.version_info[:2]} {sorted(groups)}".encode())
    for file in [*inputs, *(leaf / "pyproject.toml" for leaf in leaves())]:
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()


def third_party(groups: Sequence[str]) -> list[str]:
    """Everything that others publish: the named dependency groups, and what our own projects declare."""
    import tomllib  # only with Python 3.11, which `main` has checked

    def read(folder: Path) -> dict[str, Any]:
        return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))

    wanted = {package for group in groups for package in read(ROOT)["dependency-groups"][group]}
    for leaf in leaves():
        wanted.update(read(leaf)["project"].get("dependencies", []))
    return sorted(package for package in wanted if not package.startswith("hotline-"))


def run(step: str, command: Sequence[str]) -> None:
    """Run one step, showing its time; on failure its last words and what usually helps."""
    started = time.monotonic()
    print(f"  {step} …", end="", flush=True)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(f" {time.monotonic() - started:.1f} s")
    if done.returncode:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise CannotBootstrap(
            f"{step} failed:\n{words}\n\n"
            "The first time needs the package indexes of Python and npm; later times need no network."
        )


def install(groups: Sequence[str]) -> None:
    """Environment, third-party packages, our own packages by path, and the one script for the pages."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        print("  making .venv …")
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-c",
        str(ROOT / "constraints.txt"),
    ]
    run("installing packages", [*pip, *third_party(groups)])
    ours = [word for leaf in leaves() for word in ("-e", str(leaf))]
    run("installing the hotline", [*pip, "--no-build-isolation", "--no-deps", *ours])
    if shutil.which("npm") is None:
        raise CannotBootstrap("npm is missing: the pages take one script from it")
    run(
        "fetching the pages' script",
        ["npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"],
    )
    run("placing it", [str(python), "-m", "libs.web.vendor"])


def main(groups: Sequence[str]) -> int:
    """Make the environment if it is not there or not current; 0 when all is well."""
    if sys.version_info < OLDEST:
        print(f"Python {'.'.join(map(str, OLDEST))} or newer is needed; this is {sys.version.split()[0]}")
        return 1
    with (ROOT / ".bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = fingerprint(groups)
        if STAMP.exists() and STAMP.read_text() == wanted:
            return 0
        print("Preparing the environment (only when something has changed):")
        try:
            install(groups)
        except (CannotBootstrap, OSError) as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        STAMP.write_text(wanted)
    return 0


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    sys.exit(main(sys.argv[1:] or ["dev"]))
