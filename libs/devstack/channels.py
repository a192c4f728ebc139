"""The channels of a laptop stack: `channels.toml` with one table for each, made again at every start."""

import json
from pathlib import Path

from libs.runtime.keys import secret


def write_channels(folder: Path, secrets: Path) -> Path:
    """channels.toml in `folder`, naming secret files in `secrets`."""
    file = folder / "channels.toml"
    file.write_text("\n\n".join(_table(*each) for each in tables(secrets).items()) + "\n", encoding="utf-8")
    return file


def tables(secrets: Path) -> dict[str, dict[str, object]]:
    """Table name → its keys. A further channel is one more entry here, and its secrets files."""
    return {
        "app": {"kind": "signed", "secret_file": _secret(secrets, "app-hook.key")},
    }


def _secret(secrets: Path, name: str) -> str:
    secret(secrets, name)
    return str(secrets / name)


def _table(name: str, keys: dict[str, object]) -> str:
    return "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())])
