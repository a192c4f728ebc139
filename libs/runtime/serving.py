"""One process serves pages and operations, and stops when the service does."""

import asyncio
import contextlib
from typing import Any

import uvicorn
from starlette.types import ASGIApp


class Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us: one process serves pages and operations together."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._asked = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield

    async def main_loop(self) -> None:
        """The library's own loop wakes ten times a second; once is enough for the date in its answers."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._asked.wait()

    def stop(self) -> None:
        """Let the requests in hand end, then return from `serve`."""
        self.should_exit = True
        self._asked.set()


def server_of(app: ASGIApp, host: str, port: int) -> Server:
    """A server of this application, not yet started; nothing of it goes into a log of its own."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
    )
    return Server(config)
