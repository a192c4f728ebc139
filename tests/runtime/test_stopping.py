"""A service that is asked to stop does stop, even if one of its loops did not hear it at once."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from nats.aio.client import Client

from libs.devstack.nats_server import NatsServer, free_port
from libs.runtime.directory import put_pack
from libs.runtime.main import STOP_WITHIN
from libs.runtime.service import Runtime, open_runtime, serve
from libs.runtime.settings import ServiceSettings
from tests.support.bus import connected
from tests.support.clocks import clock_pack
from tests.support.waiting import eventually


async def deaf_at_first(times: int = 1) -> None:
    """As a publish of nats-py that is cancelled while it flushes."""
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
    await asyncio.sleep(60)


@pytest.fixture
async def settings(server: NatsServer, tmp_path: Path) -> ServiceSettings:
    """Of a service whose server has a pack."""
    async with connected(server, "provisioner") as js:
        await put_pack(js, clock_pack(tmp_path / "pack"))
    return ServiceSettings(
        nats_url=server.url, nkey_seed_file=server.seed("portal"), operations_port=free_port()
    )


async def test_a_service_that_swallowed_the_request_to_stop_while_it_was_built_is_asked_again(
    settings: ServiceSettings,
) -> None:
    @asynccontextmanager
    async def build(_: Runtime) -> AsyncIterator[None]:
        os.kill(os.getpid(), signal.SIGTERM)
        await deaf_at_first()
        yield None

    async with asyncio.timeout(5):
        assert await serve("portal", settings, build) == 0


async def test_a_service_asked_again_while_it_leaves_still_leaves_its_server(
    settings: ServiceSettings,
) -> None:
    clients = list[Client]()

    @asynccontextmanager
    async def build(rt: Runtime) -> AsyncIterator[None]:
        clients.append(rt.nc)
        rt.keep_running(deaf_at_first(times=3), "deaf")
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)
        yield None

    assert await serve("portal", settings, build) == 0
    assert [client.is_closed for client in clients] == [True]


async def test_a_loop_that_swallowed_the_request_to_stop_is_asked_again(settings: ServiceSettings) -> None:
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

def hang():
    print("hanging", flush=True)
    time.sleep(600)

@contextlib.asynccontextmanager
async def build(rt):
    rt.keep_running(asyncio.to_thread(hang), "hanging")
    yield None

main("portal", Settings, build)
"""


async def test_a_thread_that_hangs_does_not_keep_a_service_from_ending(settings: ServiceSettings) -> None:
    said = {"NATS_URL": settings.nats_url, "NKEY_SEED_FILE": str(settings.nkey_seed_file)}
    said["OPERATIONS_PORT"] = "0"
    environment = os.environ | {f"HOTLINE_PORTAL_{name}": value for name, value in said.items()}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANGS, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout and await running.stdout.readline() == b"hanging\n"
    running.terminate()
    async with asyncio.timeout(STOP_WITHIN + 5):
        assert await running.wait() == 1


async def test_the_collector_leaves_a_started_service_alone(settings: ServiceSettings) -> None:
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
