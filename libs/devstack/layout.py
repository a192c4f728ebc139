"""Where everything of one laptop stack lies: folder, ports, secrets, and each service's environment."""

import json
import os
import socket
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from libs.contracts.streams import SERVICES
from libs.devstack.channels import write_channels
from libs.devstack.nats_server import free_port
from libs.runtime.keys import secret

WITH_PAGES = {"portal": 8080, "desk": 8081, "intake": 8082, "reporting": 8083}
WITH_DATABASE = ("desk", "sla", "notifier", "reporting", "portal")
OTHER_PORTS = {"nats": 4222, "smtp": 1025, "mail": 8025}
OPERATIONS = {name: 9101 + number for number, name in enumerate(SERVICES)}

TRIED = ("portal", "email", "zalo", "facebook", "app", "api", "bulk")
"""Channels that the program for trying things out may speak for."""


def usable(port: int) -> bool:
    """Whether nobody listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def usual_ports() -> dict[str, int]:
    """What each listener is called, and its port where nothing else has it."""
    operations = {f"{name} operations": port for name, port in OPERATIONS.items()}
    return {**WITH_PAGES, **OTHER_PORTS, **operations}


@dataclass
class Layout:
    """A stack in `folder`. Ports are the usual ones where free, else any free one (`moved` says which)."""

    folder: Path
    any_ports: bool = False
    database_urls: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)
    usual: dict[str, int] = field(default_factory=usual_ports)
    also: dict[str, dict[str, str]] = field(default_factory=dict)
    """Further settings by service, e.g. `{"notifier": {"poll_seconds": "1"}}`."""

    def __post_init__(self) -> None:
        for name, port in self.usual.items():
            taken = self.any_ports or not usable(port)
            self.ports[name] = free_port() if taken else port
            if taken and not self.any_ports:
                self.moved.append(f"{name}: port {port} is taken, using {self.ports[name]}")

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, name: str) -> str:
        """Address of a service's pages."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def operations_url(self, name: str) -> str:
        """Address of a service's /health, /ready and /metrics."""
        return f"http://127.0.0.1:{self.ports[f'{name} operations']}"

    def environment(self, service: str, nats_url: str, seeds: Path) -> dict[str, str]:
        """What a service is told; nothing of another service's secrets is among it."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        settings = {
            "nats_url": nats_url,
            "nkey_seed_file": str(seeds / f"{service}.nk"),
            "operations_port": str(self.ports[f"{service} operations"]),
            **({"port": str(self.ports[service])} if service in WITH_PAGES else {}),
            **({"database_url": self.database_url(service)} if service in WITH_DATABASE else {}),
            **self._particular(service),
            **self.also.get(service, {}),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        return inherited | {f"HOTLINE_{service}_{name}".upper(): value for name, value in settings.items()}

    def database_url(self, service: str) -> str:
        return self.database_urls.get(service, f"sqlite:///{self.data / f'{service}.db'}")

    def _particular(self, service: str) -> dict[str, str]:
        if service == "intake":
            channels = write_channels(self.folder, self.secrets)
            return {"clients": json.dumps(self._clients()), "channels_file": str(channels)}
        if service == "portal":
            return {
                "intake_url": self.url("intake"),
                "intake_key_file": str(self._key("portal.key")),
                "open311_key_file": str(self._key("open311.key")),
                "partners_file": str(self._partners()),
                "desk_url": self.url("desk"),
                "desk_key_file": str(self._key("portal-desk.key")),
                "secret_file": str(self._key("portal.secret")),
                "public_url": self.url("portal"),
            }
        if service == "desk":
            return {
                "intake_url": self.url("intake"),
                "intake_key_file": str(self._key("desk.key")),
                "reporting_url": self.url("reporting"),
                "reporting_key_file": str(self._key("reporting.key")),
                "portal_key_file": str(self._key("portal-desk.key")),
                "secret_file": str(self._key("desk.secret")),
                "public_url": self.url("desk"),
            }
        if service == "notifier":
            return {
                "portal_url": self.url("portal"),
                "desk_url": self.url("desk"),
                "smtp_port": str(self.ports["smtp"]),
                "sms_file": str(self.folder / "sms.log"),
            }
        return {"key_file": str(self._key("reporting.key"))} if service == "reporting" else {}

    def _clients(self) -> dict[str, object]:
        """Who may hand in requests: the portal, the desk, and one program for trying things out."""

        def client(name: str, channels: list[str], **rights: object) -> dict[str, object]:
            key = secret(self.secrets, f"{name}.key")
            return {"key_sha256": sha256(key.encode()).hexdigest(), "channels": channels, **rights}

        unlimited = {"hourly": 10_000_000, "person_hourly": 10_000_000}

        return {
            "portal": client("portal", ["portal"]),
            "open311": client("open311", ["open311"]),
            "desk": client("desk", ["phone", "email", "zalo", "facebook"], held=True),
            "trial": client(
                "trial", ["portal", "email", "zalo", "facebook", "app", "api", "bulk"], **unlimited
            ),
        }

    def _partners(self) -> Path:
        """One partner for trying out Open311; whoever adds others to the file keeps them."""
        file = self.secrets / "partners.toml"
        if not file.exists():
            key = sha256(secret(self.secrets, "partner-trial.key").encode()).hexdigest()
            file.write_text(f'[trial]\nname = "Đối tác thử"\nkey_sha256 = "{key}"\n', encoding="utf-8")
        return file

    def _key(self, name: str) -> Path:
        secret(self.secrets, name)
        return self.secrets / name
