"""Puts router together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from libs.runtime.delivery import deliver
from libs.runtime.service import Runtime
from services.router.handlers import Library, Router


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Learns the pack first, so that the first case does not wait for it. Router has no pages."""
    library = Library(rt.directory, rt.clock)
    await library.current()
    await deliver(rt, Router(rt.cases, library, rt.clock).react)
    yield None
