"""A service that is asked to stop does stop, even if one of its loops did not hear it at once."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from libs.devstack.nats_server import NatsServer, free_port
from libs.runtime.directory import put_pack
from libs.runtime.main import STOP_WITHIN
from libs.runtime.service import Runtime, open_runtime, serve
from libs.runtime.settings import ServiceSettings
from tests.support.bus import connected
from tests.support.clocks import clock_pack
from tests.support.waiting import eventually


async def deaf_at_first() -> None:
    """As a publish of nats-py that is cancelled while it flushes."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(60)


async def test_a_loop_that_swallowed_the_request_to_stop_is_asked_again(
    server: NatsServer, tmp_path: Path
) -> None:
    async with connected(server, "provisioner") as js:
        await put_pack(js, clock_pack(tmp_path / "pack"))
    settings = ServiceSettings(nats_url=server.url, nkey_seed_file=server.seed("portal"))
    async with asyncio.timeout(5):
        async with open_runtime("portal", settings) as rt:
            rt.keep_running(deaf_at_first(), "deaf")
            await asyncio.sleep(0)


HANGS = """
import asyncio, contextlib, time
from libs.runtime.main import main
from libs.runtime.settings import ServiceSettings, settings_config

class Settings(ServiceSettings):
    model_config = settings_config("portal")

@contextlib.asynccontextmanager
async def build(rt):
    rt.keep_running(asyncio.to_thread(time.sleep, 600), "hanging")
    print("built", flush=True)
    yield None

main("portal", Settings, build)
"""


async def test_a_thread_that_hangs_does_not_keep_a_service_from_ending(
    server: NatsServer, tmp_path: Path
) -> None:
    async with connected(server, "provisioner") as js:
        await put_pack(js, clock_pack(tmp_path / "pack"))
    said = {"NATS_URL": server.url, "NKEY_SEED_FILE": str(server.seed("portal")), "OPERATIONS_PORT": "0"}
    environment = os.environ | {f"HOTLINE_PORTAL_{name}": value for name, value in said.items()}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANGS, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout and await running.stdout.readline() == b"built\n"
    running.terminate()
    async with asyncio.timeout(STOP_WITHIN + 5):
        assert await running.wait() == 1


async def test_the_collector_leaves_a_started_service_alone(server: NatsServer, tmp_path: Path) -> None:
    async with connected(server, "provisioner") as js:
        await put_pack(js, clock_pack(tmp_path / "pack"))
    port = free_port()
    settings = ServiceSettings(
        nats_url=server.url, nkey_seed_file=server.seed("portal"), operations_port=port
    )
    before = gc.get_freeze_count()

    async def stops_when_settled() -> None:
        await eventually(lambda: gc.get_freeze_count() > before)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)

    @asynccontextmanager
    async def build(rt: Runtime) -> AsyncIterator[None]:
        rt.keep_running(stops_when_settled(), "watcher")
        yield None

    assert await serve("portal", settings, build) == 0
