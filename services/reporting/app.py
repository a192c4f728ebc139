"""Puts reporting together: three projections, the flow counters, the collector, the reports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Engine
from starlette.types import ASGIApp

from libs.contracts.errors import HotlineError
from libs.packs.model import Pack
from libs.runtime.clock import Clock
from libs.runtime.database import create_tables, in_thread, open_engine
from libs.runtime.directory import Directory
from libs.runtime.projection import forgetting
from libs.runtime.reader import LATER
from libs.runtime.rebuild import Projection
from libs.runtime.service import Runtime
from services.reporting import store
from services.reporting.collector import Collector
from services.reporting.flow import Flow
from services.reporting.http import api
from services.reporting.settings import Settings

SHORTEST_KEY = 16


class NoKey(HotlineError):
    """The key of the reports (HOTLINE_REPORTING_KEY_FILE) cannot be read or is shorter than 16 characters."""


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Readers, collector and reports around one database."""
    settings = rt.settings
    if not isinstance(settings, Settings):
        raise TypeError(type(settings))
    key = read_key(settings.key_file)
    engine = open_engine(settings.database_url)
    await in_thread(create_tables, engine, store.LINK.metadata)

    def pack() -> Pack:
        return rt.directory.pack

    flow = Flow(pack, rt.clock)
    rt.read_cases(
        engine,
        store.LINK,
        flow.follow,
        erase=forgetting(store.forget),
        again=store.apply,
        after=flow.commit,
        pace=LATER,
    )
    rt.read_side("CLOCKS", engine, store.LINK, flow.follow_clocks, after=flow.commit_clocks, pace=LATER)
    rt.read_side("LETTERS", engine, store.LINK, store.apply_letters, pace=LATER)
    if settings.collector:
        collector = Collector(rt, engine, settings.collect_seconds, settings.unowned_seconds, settings.disks)
        rt.keep_running(collector.run(), "collector")
    yield api(engine, pack, rt.clock, key)


def project(_settings: Settings, engine: Engine, _directory: Directory, _clock: Clock) -> Projection:
    """What `rebuild` and `replay` refill; neither counts flow."""
    return Projection(
        engine,
        store.LINK,
        store.PROJECTION,
        store.apply,
        store.forget,
        sides={"CLOCKS": store.apply_clocks, "LETTERS": store.apply_letters},
    )


def read_key(file: Path) -> str:
    """The bearer key in the file. Raises NoKey."""
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NoKey from error
    if len(key) < SHORTEST_KEY:
        raise NoKey
    return key
