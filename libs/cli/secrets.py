"""`hotline secrets FOLDER`: every key and password that compose.yaml mounts, made once, kept for ever.

One file a secret, so that a container is given its own and no other. The folder is closed to everybody but
its owner (0700); the files in it can be read by all (0644), because compose mounts them as they are and the
services run as a user that owns nothing.
"""

import argparse
import hashlib
import json
from pathlib import Path

from libs.contracts.streams import CONSUMERS
from libs.runtime.keys import accounts_config, create_seeds, secret

DATABASES = tuple(sorted({consumer.service for consumer in CONSUMERS} - {"router"}))
"""Services that keep a projection; the router keeps nothing."""

CLIENTS: dict[str, dict[str, object]] = {
    "portal": {"channels": ["portal"]},
    "open311": {"channels": ["open311"]},
    "desk": {"channels": ["phone", "email", "zalo", "facebook"], "held": True},
}
"""Who hands requests in to intake; add programs of others to `intake-clients.json` by hand."""

OTHERS = (
    "desk-signing", "portal-signing", "reporting-key", "offers-key", "postgres-superuser",
    "grafana-admin", "token-key", "mail-key",
)  # fmt: skip

MOUNTED = ("ways", "channels")
"""Folders that are mounted whole: what an operator puts there, the notifier or intake reads."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("secrets", help="make the keys and passwords that compose.yaml mounts")
    command.add_argument("folder", type=Path, nargs="?", default=Path(".secrets"))
    command.add_argument("--postgres", default="postgres", help="host name of the PostgreSQL server")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    make(folder, arguments.postgres)
    print(f"{folder}: {sum(1 for file in folder.rglob('*') if file.is_file())} files; keep a copy, outside")
    return 0


def make(folder: Path, postgres: str = "postgres") -> None:
    """Make what is missing and leave what is there; what is derived from it is written anew each time."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / "accounts.conf").write_text(accounts_config(create_seeds(folder / "keys")))
    for service in DATABASES:
        password = secret(folder, f"postgres-{service}")
        url = f"postgresql+psycopg://{service}:{password}@{postgres}/{service}"
        (folder / f"database-{service}").write_text(url)
    for name in OTHERS:
        secret(folder, name)
    _clients(folder)
    (folder / "partners.toml").touch()
    for name in MOUNTED:
        (folder / name).mkdir(exist_ok=True)
    for file in folder.rglob("*"):
        file.chmod(0o700 if file.is_dir() else 0o644)
    for name in MOUNTED:
        (folder / name).chmod(0o755)


def _clients(folder: Path) -> None:
    """Intake knows its clients by the digests of their keys; clients that somebody added stay."""
    file = folder / "intake-clients.json"
    clients = json.loads(file.read_text()) if file.exists() else {}
    for name, rights in CLIENTS.items():
        digest = hashlib.sha256(secret(folder, f"intake-key-{name}").encode()).hexdigest()
        clients[name] = {**rights, "key_sha256": digest}
    file.write_text(json.dumps(clients, indent=2) + "\n")
