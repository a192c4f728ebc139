"""One service from start to stop: connection, pack, clock, readers, operations endpoint, pages."""

import asyncio
import contextlib
import functools
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js.client import JetStreamContext
from sqlalchemy import Engine, Table
from starlette.types import ASGIApp

from libs.runtime import logs, parked
from libs.runtime.bus import broker_for, connect
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import FollowingClock
from libs.runtime.database import let_go
from libs.runtime.directory import Directory
from libs.runtime.healing import Healer
from libs.runtime.metrics import FACTS_UNKNOWN
from libs.runtime.operations import Readiness, operations_app
from libs.runtime.projection import Apply, CaseProjection, Erase, in_transaction
from libs.runtime.provision import check_version
from libs.runtime.reader import Reader
from libs.runtime.serving import server_of
from libs.runtime.settings import ServiceSettings
from libs.runtime.sidelog import SideLog
from libs.runtime.sides import ApplySide, SideProjection
from libs.runtime.tasks import end, to_its_end


@dataclass
class Runtime:
    """What `app.py` of a service builds with; everything in it is ready to use."""

    service: str
    settings: ServiceSettings
    broker: NatsBroker
    nc: Client
    js: JetStreamContext
    cases: CaseLog
    side: SideLog
    directory: Directory
    clock: FollowingClock
    readiness: Readiness
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    _healer: Healer | None = None
    _caught_up: asyncio.Event = field(default_factory=asyncio.Event)

    def keep_running(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run a loop for as long as the service lives; if it ever ends, the service stops with an error."""
        task = asyncio.create_task(work, name=f"{self.service}:{name}")
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    async def once_caught_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Begin `work` when the projection of CASES has back what its database may have lost."""
        await self._caught_up.wait()
        await work()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            logs.log("loop_ended", error=task.exception(), name=task.get_name())
            self.failed.set()

    def read_cases(
        self,
        engine: Engine,
        link: Table,
        apply: Apply,
        *,
        erase: Erase | None = None,
        again: Apply | None = None,
        after: Callable[[], None] = lambda: None,
        pace: float = 0.0,
    ) -> None:
        """Keep a projection of CASES. `pace`: seconds between two batches at least, so that each is large.

        `erase` drops a case; `again` applies what is left of it, by default `apply`.
        """
        unknown = FACTS_UNKNOWN.labels(self.service).inc
        projection = CaseProjection(link, apply, unknown, erase, again)
        self._healer = Healer(self.js, self.service, engine, projection)
        self._read("CASES", engine, projection, after, pace)
        self.keep_running(parked.watch(self.service, engine, link), "parked")

    def read_side(
        self,
        stream: str,
        engine: Engine,
        link: Table,
        apply: ApplySide,
        *,
        after: Callable[[], None] = lambda: None,
        pace: float = 0.0,
    ) -> None:
        """Keep a projection of another stream beside the one of CASES, which comes first."""
        self._read(stream, engine, SideProjection(link, apply), after, pace)

    def _read(
        self,
        stream: str,
        engine: Engine,
        projection: CaseProjection | SideProjection,
        after: Callable[[], None],
        pace: float,
    ) -> None:
        work = functools.partial(in_transaction, engine, projection)
        reader = Reader(
            self.nc,
            self.side,
            self.clock,
            service=self.service,
            stream=stream,
            work=work,
            after=after,
            pace=pace,
            healer=self._healer,
            caught_up=self._caught_up.set,
        )
        self.readiness.consumers.add(stream)
        self.readiness.engine = engine
        self.keep_running(reader.run(), f"reader-{stream}")

    async def close(self) -> None:
        """Stop all loops, then let go of the database and of the server."""
        await end(*self._tasks)
        if self.readiness.engine is not None:
            await let_go(self.readiness.engine)  # only now: the loops used it to the end
        with contextlib.suppress(Exception):
            await self.broker.stop()


Build = Callable[[Runtime], AbstractAsyncContextManager[ASGIApp | None]]
"""`app.py` of a service: put the parts together; yields the pages, or None for a service without any."""


@asynccontextmanager
async def open_runtime(
    service: str, settings: ServiceSettings, readiness: Readiness | None = None
) -> AsyncIterator[Runtime]:
    """Connect, wait for the pack and the clock, and give the service its tools; closes them in the end."""
    broker = broker_for(service, settings.nats_url, settings.nkey_seed_file)
    nc = await connect(broker, service)
    js = nc.jetstream(timeout=3)
    clock = FollowingClock()
    directory = Directory(js, clock)
    readiness = readiness or Readiness(service)
    readiness.connected(nc, js)
    runtime = Runtime(
        service, settings, broker, nc, js, CaseLog(js), SideLog(js), directory, clock, readiness
    )
    try:
        check_version(nc.connected_server_version.major, nc.connected_server_version.minor)
        await directory.wait()
        runtime.keep_running(directory.follow(), "directory")
        yield runtime
    finally:
        await to_its_end(runtime.close())


async def serve(
    service: str, settings: ServiceSettings, build: Build, stopping: Callable[[], object] = lambda: None
) -> int:
    """Run a service until SIGTERM or SIGINT; returns the exit code: 0, or 1 when a part of it died.

    `stopping` is called as it begins to stop.
    """
    logs.configure(service, settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    readiness = Readiness(service)
    operations = server_of(operations_app(readiness), settings.host, settings.operations_port)
    watching = asyncio.create_task(operations.serve())
    work = asyncio.create_task(_work(service, settings, build, readiness, stop))
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({work, watching, asked}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    stopping()
    if not readiness.built:
        await end(work)  # still waiting for the server or the pack
    outcome = (await asyncio.gather(work, return_exceptions=True))[0]
    operations.stop()
    await asyncio.gather(watching, asked, return_exceptions=True)
    if isinstance(outcome, Exception):
        logs.log("service_failed", error=outcome)
    return 0 if isinstance(outcome, asyncio.CancelledError) else int(outcome is not True)


async def _work(
    service: str, settings: ServiceSettings, build: Build, readiness: Readiness, stop: asyncio.Event
) -> bool:
    """True when it ended because it was asked to."""
    async with open_runtime(service, settings, readiness) as runtime, build(runtime) as pages:
        readiness.built = True
        _settle()
        logs.log("service_started", port=settings.port)
        server = server_of(pages, settings.host, settings.port) if pages else None
        ends: set[asyncio.Task[Any]] = {
            asyncio.create_task(stop.wait()),
            asyncio.create_task(runtime.failed.wait()),
        }
        showing = asyncio.create_task(server.serve()) if server else None
        await asyncio.wait(ends | ({showing} if showing else set()), return_when=asyncio.FIRST_COMPLETED)
        readiness.built = False
        if server and showing:
            server.stop()
            await asyncio.gather(showing, return_exceptions=True)
        for task in ends:
            task.cancel()
    logs.log("service_stopped")
    return stop.is_set() and not runtime.failed.is_set()


def _settle() -> None:
    """What a service is made of stays to its end: no full collection need look at it again.

    In the desk each stood still for 165 ms, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()
