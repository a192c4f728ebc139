"""Puts the notifier together: the projections, a sender per way, the keeper, the tokens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Engine
from starlette.types import ASGIApp

from libs.runtime.clock import Clock
from libs.runtime.database import create_tables, in_thread, open_engine
from libs.runtime.directory import Directory
from libs.runtime.reader import LATER, SOON
from libs.runtime.rebuild import Projection
from libs.runtime.service import Runtime
from services.notifier.fallbacks import CASES, SHUT, TALKS, Fallbacks
from services.notifier.keeper import Keeper
from services.notifier.letterlog import LetterLog
from services.notifier.outbox import LETTERS, Outbox
from services.notifier.reports import REPORTS, apply_deliveries
from services.notifier.sender import Pace, Sender
from services.notifier.settings import Settings
from services.notifier.store import LINK, Store
from services.notifier.texts import Composer
from services.notifier.ways import Ways


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Everything that runs; there are no pages."""
    settings = rt.settings
    assert isinstance(settings, Settings)
    engine = open_engine(settings.database_url)
    await in_thread(create_tables, engine, LINK.metadata)
    ways = Ways.of(settings)
    store = Store(lambda: rt.directory.pack, rt.clock, ways.reach)
    tokens = ways.tokens(rt.js)
    outbox, fallbacks = Outbox(engine), Fallbacks(engine)
    letters = LetterLog(rt.js, rt.side, rt.clock, rt.directory)
    keeper = Keeper(engine, letters, rt.clock, lease=settings.lease_seconds, every=settings.poll_seconds)
    composer = Composer(settings.portal_url.rstrip("/"), settings.desk_url.rstrip("/"), settings.sms_region)
    pace = Pace(
        settings.retry_seconds,
        settings.handover_seconds,
        settings.poll_seconds,
        begin=settings.lease_seconds - settings.handover_seconds,
        divert=settings.divert_seconds,
    )
    senders = [
        Sender(
            *(way, gateway, composer, lambda: rt.directory.pack, rt.clock),
            *(outbox, fallbacks, letters, keeper, pace),
        )
        for way, gateway in ways.gateways(tokens).items()
    ]

    def wake() -> None:
        for sender in senders:
            sender.woken.set()

    rt.read_cases(engine, LINK, store.apply, erase=store.erase, after=wake, pace=SOON)
    rt.read_side("CLOCKS", engine, LINK, store.apply_clocks, after=wake, pace=LATER)
    rt.read_side("DELIVERIES", engine, LINK, apply_deliveries, pace=LATER)
    for sender in senders:
        rt.keep_running(sender.run(), f"sender-{sender.way}")
    rt.keep_running(keeper.run(), "keeper")
    if ways.providers:
        rt.keep_running(tokens.run(*ways.providers), "tokens")
    yield None


def projection(settings: Settings, engine: Engine, directory: Directory, clock: Clock) -> Projection:
    """LETTERS is loaded first: what was sent is known before CASES says what should be."""
    store = Store(lambda: directory.pack, clock, Ways.of(settings).reach)
    return Projection(
        engine=engine,
        link=LINK,
        tables=[LINK, CASES, LETTERS, SHUT, TALKS, REPORTS],
        apply=store.apply,
        forget=store.forget,
        erase=store.erase,
        sides={
            "LETTERS": store.apply_letters,
            "CLOCKS": store.apply_clocks,
            "DELIVERIES": apply_deliveries,
        },
        sides_first=frozenset({"LETTERS"}),
    )
