"""The wiring of the clocks' service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Engine
from starlette.types import ASGIApp

from libs.runtime.clock import Clock
from libs.runtime.database import create_tables, in_thread, open_engine, table
from libs.runtime.directory import Directory
from libs.runtime.projection import forgetting
from libs.runtime.reader import SOON
from libs.runtime.rebuild import Projection
from libs.runtime.service import Runtime
from services.sla.audit import Audit
from services.sla.changing import Changing
from services.sla.due import Due
from services.sla.effects import Effects
from services.sla.moving import Counting, keep_telling
from services.sla.nightly import Nightly
from services.sla.packs import book_of
from services.sla.publisher import Publisher
from services.sla.settings import Settings
from services.sla.store import PROJECTION, Store
from services.sla.tables import Link, SlaTable
from services.sla.ticker import Ticker


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Projection, ticker, publisher and audit around one store; no pages."""
    settings = rt.settings
    if not isinstance(settings, Settings):
        raise TypeError(type(settings))
    engine = open_engine(settings.database_url)
    await in_thread(create_tables, engine, SlaTable.metadata)
    book = book_of(rt.directory)
    store, changing = Store(engine, book), Changing(engine, book)
    publisher = Publisher(Effects(engine), rt.side, rt.directory, lambda: rt.nc.is_connected)
    ticker = Ticker(
        Due(engine, book),
        changing,
        rt.js,
        rt.clock,
        fired=publisher.wake,
        poll=settings.poll_seconds,
        grace=settings.grace_seconds,
    )
    audit = Audit(engine, book, rt.cases, rt.clock)
    erase = forgetting(store.forget)
    rt.read_cases(engine, table(Link), store.apply, erase=erase, after=publisher.wake, pace=SOON)
    rt.keep_running(publisher.run(), "publisher")
    rt.keep_running(rt.once_caught_up(ticker.run), "ticker")
    rt.keep_running(keep_telling(changing, publisher.wake), "moves")
    rt.keep_running(Counting(store, rt.clock).run(), "counts")
    rt.keep_running(Nightly(engine, audit, rt.directory, rt.clock, settings.audit_at).run(), "audit")
    yield None


def project(_settings: Settings, engine: Engine, directory: Directory, _clock: Clock) -> Projection:
    """What `rebuild` and `replay` refill; a ticker never runs beside a rebuild."""
    store = Store(engine, book_of(directory))
    return Projection(engine, table(Link), PROJECTION, store.apply, store.forget)
