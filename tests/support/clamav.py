"""ClamAV as Debian packs it, on a socket of its own, with a signature of ours; and one that misbehaves."""

import asyncio
import hashlib
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from libs.devstack.nats_server import die_with_parent

CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"
MISSING = "" if Path(CLAMD).exists() else "needs ClamAV: apt-get install clamav-daemon"
"""Why tests with ClamAV cannot run here; empty when they can."""

BAD = b"%PDF-1.7\nkhong phai virus, nhung may quet cua phong thu biet no\n%%EOF\n"
"""What our signature names; no virus at all."""

_CONFIG = """
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/db
TemporaryDirectory {folder}
LogFile {folder}/clamd.log
Foreground yes
ScanPDF yes
MaxThreads 2
StreamMaxLength 30M
OfficialDatabaseOnly no
"""


@contextmanager
def clamd(folder: Path) -> Iterator[str]:
    """The address of a running daemon."""
    (folder / "db").mkdir(parents=True)
    signature = f"{hashlib.md5(BAD).hexdigest()}:{len(BAD)}:Thu.Nghiem\n"
    (folder / "db" / "ours.hdb").write_text(signature)
    config = folder / "clamd.conf"
    config.write_text(_CONFIG.format(folder=folder))
    with (folder / "out.log").open("wb") as out:
        daemon = subprocess.Popen(
            [CLAMD, "--config-file", str(config)],
            stdout=out,
            stderr=out,
            preexec_fn=die_with_parent,  # noqa: PLW1509  one prctl, no Python state
        )
    try:
        _wait(folder, daemon)
        yield f"unix://{folder}/clamd.sock"
    finally:
        daemon.terminate()
        daemon.wait(10)


def _wait(folder: Path, daemon: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 15
    while not (folder / "clamd.sock").exists():
        if daemon.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((folder / "out.log").read_text()[-800:])
        time.sleep(0.05)


@asynccontextmanager
async def stand_in(says: bytes | None, *, after: int = 1 << 30) -> AsyncIterator[str]:
    """A scanner that answers this to everything; None: never. It hangs up after so many bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen = 0
        while seen < after and (piece := await reader.read(65_536)):
            seen += len(piece)
            if says is None and piece.endswith(b"\0\0\0\0"):
                break
            if says is not None and piece.endswith(b"\0\0\0\0"):
                writer.write(says)
                break
        if says is None and seen < after:
            await over.wait()
        writer.close()
        answered.release()

    over, answered = asyncio.Event(), asyncio.Semaphore(0)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        over.set()
        server.close()
        async with asyncio.timeout(5):
            await answered.acquire()
        await asyncio.sleep(0)
