"""The wiring of the clocks' service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nats.errors import Error as NatsError
from sqlalchemy import Engine
from starlette.types import ASGIApp

from libs.packs.model import NotInPack, Pack
from libs.runtime.clock import Clock
from libs.runtime.database import create_tables, in_thread, open_engine, table
from libs.runtime.directory import Directory
from libs.runtime.errors import NotProvisioned, Unavailable
from libs.runtime.reader import SOON
from libs.runtime.rebuild import Projection
from libs.runtime.service import Runtime
from services.sla.clock import PackOf
from services.sla.effects import Effects
from services.sla.publisher import Publisher
from services.sla.settings import Settings
from services.sla.store import PROJECTION, Store
from services.sla.tables import Link, SlaTable
from services.sla.ticker import Ticker


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Projection, ticker and publisher around one store; no pages."""
    settings = rt.settings
    if not isinstance(settings, Settings):
        raise TypeError(type(settings))
    engine = open_engine(settings.database_url)
    await in_thread(create_tables, engine, SlaTable.metadata)
    pack_of = packs(rt.directory)
    store = Store(engine, pack_of)
    publisher = Publisher(Effects(engine), rt.side, rt.directory)
    ticker = Ticker(
        store,
        rt.js,
        rt.clock,
        pack_of,
        fired=publisher.wake,
        poll=settings.poll_seconds,
        grace=settings.grace_seconds,
    )
    rt.read_cases(engine, table(Link), store.apply, after=publisher.wake, pace=SOON)
    rt.keep_running(publisher.run(), "publisher")
    rt.keep_running(ticker.run(), "ticker")
    yield None


def project(_settings: Settings, engine: Engine, directory: Directory, _clock: Clock) -> Projection:
    """What `rebuild` and `replay` refill; a ticker never runs beside a rebuild."""
    store = Store(engine, packs(directory))
    return Projection(engine, table(Link), PROJECTION, store.apply, store.forget)


def packs(directory: Directory) -> PackOf:
    """The packs for code that runs in threads; must be called on the event loop, used off it."""
    loop = asyncio.get_running_loop()
    known: dict[str, Pack] = {}

    def pack_of(version: str) -> Pack:
        if version not in known:
            try:
                known[version] = asyncio.run_coroutine_threadsafe(directory.version(version), loop).result(10)
            except NotProvisioned:
                raise NotInPack("version", version, directory.current) from None
            except (NatsError, TimeoutError, OSError) as error:
                raise Unavailable from error
        return known[version]

    return pack_of
