"""Puts router together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from libs.runtime.delivery import deliver
from libs.runtime.service import Runtime
from services.router.handlers import Library, Router


async def router_of(rt: Runtime) -> Router:
    """Learns the pack first, so that the first case does not wait for it."""
    library = Library(rt.directory, rt.clock)
    await library.current()
    return Router(rt.cases, library, rt.clock)


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Router has no pages."""
    await deliver(rt, (await router_of(rt)).react)
    yield None
