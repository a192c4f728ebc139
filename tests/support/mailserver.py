"""What Dovecot and Postfix need here: a folder that their users may enter, and an end."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from libs.devstack.nats_server import die_with_parent


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder with a short name that other users of the machine may enter, unlike those of a test."""
    with tempfile.TemporaryDirectory(prefix="thu-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def program(errors: Path, ports: tuple[int, ...], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server that runs until it answers on all its ports, and is gone afterwards with its children."""
    with errors.open("wb") as sink:
        process = subprocess.Popen(
            command,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # one prctl, no Python state
        )
    try:
        for port in ports:
            _await(port, errors)
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait(5)


def _await(port: int, errors: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        assert time.monotonic() < deadline, errors.read_text(errors="replace")[-500:]
        time.sleep(0.02)
