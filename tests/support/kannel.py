"""Kannel as Debian packs it, on loopback: bearerbox, smsbox and the fake operator that comes with it."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from libs.devstack.nats_server import die_with_parent, free_port

FAKE_OPERATOR = Path("/usr/lib/kannel/test/fakesmsc")
PASSWORD = "mat-khau"

MISSING = (
    ""
    if shutil.which("bearerbox") and FAKE_OPERATOR.exists()
    else "needs Kannel: apt-get install kannel kannel-extras"
)
"""Why tests with Kannel cannot run here; empty when they can."""

_CONFIG = """
group = core
admin-port = {admin}
admin-password = {password}
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = fake
port = {operator}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = hotline
password = {password}
concatenation = true
max-messages = 5
"""


@dataclass(frozen=True)
class Phones:
    """What reached the operator."""

    url: str
    log: Path

    def texts(self) -> list[tuple[str, str]]:
        """(number, text) of every message, in the order they came."""
        found = re.findall(
            r"Got message \d+: <1022 (\S+) (text|ucs-2) (.*)>$", self.log.read_text(), re.MULTILINE
        )
        return [(number, _read(kind, data)) for number, kind, data in found]


def _read(kind: str, data: str) -> str:
    return unquote_to_bytes(data.replace("+", " ")).decode("utf-16-be") if kind == "ucs-2" else data


@contextmanager
def kannel(folder: Path) -> Iterator[Phones]:
    """A running gateway; all its parts are gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = {name: free_port() for name in ("admin", "boxes", "operator", "http")}
    config = folder / "kannel.conf"
    config.write_text(_CONFIG.format(password=PASSWORD, **ports))
    log = folder / "operator.log"
    with ExitStack() as running:
        running.enter_context(_part(folder / "bearerbox.log", ports["operator"], "bearerbox", str(config)))
        running.enter_context(_part(folder / "smsbox.log", ports["http"], "smsbox", str(config)))
        said_hello = [
            "-H",
            "127.0.0.1",
            "-r",
            str(ports["operator"]),
            "-i",
            "3600",
            "-m",
            "2",
            "1 2 text hello",
        ]
        running.enter_context(_part(log, None, str(FAKE_OPERATOR), *said_hello))
        yield Phones(f"http://127.0.0.1:{ports['http']}/cgi-bin/sendsms", log)


@contextmanager
def _part(log: Path, port: int | None, *command: str) -> Iterator[None]:
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            stdout=sink,
            stderr=sink,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # one prctl, no Python state
        )
    try:
        if port is not None:
            _await(port, log)
        yield
    finally:
        process.kill()
        process.wait(10)


def _await(port: int, log: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-500:]
        time.sleep(0.02)
