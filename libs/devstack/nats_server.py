"""An embedded nats-server from its PyPI wheel, with the hotline's own accounts and permissions."""

import contextlib
import ctypes
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from libs.contracts.errors import HotlineError
from libs.runtime.keys import accounts_config, create_seeds, server_config

START_WITHIN = 10.0
"""Seconds; measured: 12 ms with an empty store."""


class ServerDidNotStart(HotlineError):
    """nats-server did not start."""


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent() -> None:
    """Linux: a child gets SIGTERM when its parent is gone, so that not even kill -9 leaves processes."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class NatsServer:
    """One nats-server on a folder of its own; can be killed and started again on the same data."""

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.seeds = folder / "keys"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def seed(self, user: str) -> Path:
        """The file with the nkey seed of a service, `provisioner` or `operations`."""
        return self.seeds / f"{user}.nk"

    def start(self) -> "NatsServer":
        """Start and wait until it accepts connections. Raises ServerDidNotStart with the server's words."""
        self.folder.mkdir(parents=True, exist_ok=True)
        accounts = accounts_config(create_seeds(self.seeds))
        config = self.folder / "nats-server.conf"
        config.write_text(
            server_config(store=self.folder / "store", host="127.0.0.1", port=self.port, accounts=accounts)
        )
        log = self.folder / "nats-server.log"
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("nats-server"), "-c", config],
                stdout=sink,
                stderr=sink,
                start_new_session=True,  # Ctrl-C is for the supervisor, who stops things in order
                preexec_fn=die_with_parent,  # noqa: PLW1509  # one prctl, no Python state
            )
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
                return self
            time.sleep(0.005)
        self.kill()
        raise ServerDidNotStart(log.read_text(errors="replace")[-800:])

    def pids(self) -> list[int]:
        """The server's process, while it runs."""
        return [self._process.pid] if self._process else []

    def stop(self) -> None:
        """Stop in order, flushing everything."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as `kill -9` would, flushing nothing."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.wait(10)
        self._process = None
