"""`make solo`: each service alone in an empty environment, all its modules imported.

The only check that finds a dependency nobody declared: in development all services share one environment.
"""

import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from libs.contracts.streams import SERVICES

ROOT = Path(__file__).resolve().parents[2]

IMPORT_ALL = """
import importlib, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(package.__path__, name + "."):
        if not found.name.endswith("__main__") and ".migrations" not in found.name:
            importlib.import_module(found.name)
others = [name for name in sys.modules if name.startswith("services.") and not name.startswith(sys.argv[1])]
assert not others, others
"""


def leaf(distribution: str) -> Path:
    """The folder of one of our distributions: `hotline-sla` → services/sla."""
    name = distribution.removeprefix("hotline-")
    return next(ROOT / room / name for room in ("services", "libs") if (ROOT / room / name).is_dir())


def closure(distribution: str, seen: set[str] | None = None) -> set[str]:
    """A distribution and all of ours that it declares, however indirectly."""
    seen = seen if seen is not None else set()
    if distribution not in seen:
        seen.add(distribution)
        project = tomllib.loads((leaf(distribution) / "pyproject.toml").read_text(encoding="utf-8"))[
            "project"
        ]
        for needed in project.get("dependencies", []):
            name = needed.split("[")[0]
            if name.startswith("hotline-"):
                closure(name, seen)
    return seen


def check(service: str, folder: Path) -> str:
    """Install one service as wheels and import it away from the source tree; empty when all is well."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    ours = [str(leaf(name)) for name in sorted(closure(f"hotline-{service}"))]
    install = [python, "-m", "pip", "install", "-q", "-c", str(ROOT / "constraints.txt"), *ours]
    for command in (install, [python, "-c", IMPORT_ALL, f"services.{service}"]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stderr or done.stdout)[-1500:]
    return ""


def main() -> int:
    """Checks the services named, or all; 1 if any fails."""
    failed = 0
    for service in sys.argv[1:] or SERVICES:
        with tempfile.TemporaryDirectory() as folder:
            trouble = check(service, Path(folder))
        print(f"{service}: {trouble or 'installs and imports alone'}", flush=True)
        failed += bool(trouble)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
