"""Copies htmx from node_modules to our static files under a hashed name: `python -m libs.web.vendor`.

`npm ci --ignore-scripts --omit=dev` comes first. The pages also work without it, only less conveniently.
"""

import hashlib
import json
import sys
from pathlib import Path

from libs.web.files import HERE

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "node_modules" / "htmx.org" / "dist" / "htmx.min.js"
TARGET = HERE / "vendor"


def copy(source: Path = SOURCE, target: Path = TARGET) -> Path:
    """Copy the script, drop older copies and note what it is in manifest.json; returns the copy."""
    body = source.read_bytes()
    mark = hashlib.sha256(body).hexdigest()
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("htmx.*.js"):
        old.unlink()
    copied = target / f"htmx.{mark[:10]}.js"
    copied.write_bytes(body)
    package = json.loads((source.parents[1] / "package.json").read_text(encoding="utf-8"))
    manifest = {"htmx.js": {"file": copied.name, "version": package["version"], "sha256": mark}}
    (target / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return copied


def main() -> int:
    if not SOURCE.exists():
        sys.stderr.write("htmx is not there yet: run npm ci --ignore-scripts --omit=dev\n")
        return 1
    sys.stdout.write(f"{copy().relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
