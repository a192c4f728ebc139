"""A service that is asked to stop does stop, even if one of its loops did not hear it at once."""

import asyncio
from pathlib import Path

from libs.devstack.nats_server import NatsServer
from libs.runtime.directory import put_pack
from libs.runtime.service import open_runtime
from libs.runtime.settings import ServiceSettings
from tests.support.bus import connected
from tests.support.clocks import clock_pack


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
