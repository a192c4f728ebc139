"""Once a night, in one of the replicas: the audit. Also by hand: `python -m services.sla audit`."""

import asyncio
import time
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from zoneinfo import ZoneInfo

from nats.errors import Error as NatsError
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from libs.runtime import logs
from libs.runtime.clock import Clock
from libs.runtime.database import create_tables, in_thread, open_engine, reading, table, writing
from libs.runtime.directory import Directory
from libs.runtime.logs import log
from libs.runtime.projection import DatabaseDown
from libs.runtime.service import open_runtime
from services.sla.audit import Audit, Outcome
from services.sla.metrics import AUDIT_SUCCESS
from services.sla.packs import book_of
from services.sla.settings import Settings
from services.sla.tables import AuditRow, SlaTable

AUDIT = table(AuditRow)

LOOK_EVERY = 30.0
"""Real seconds between two looks whether it is time."""


class Nightly:
    """Runs the audit once a night, at this wall-clock time of the pack's zone or as soon after as it can."""

    def __init__(
        self, engine: Engine, audit: Audit, directory: Directory, clock: Clock, at: wall_time
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._directory = directory
        self._clock = clock
        self._at = at

    async def run(self) -> None:
        """Until cancelled; survives outages of the server and of the database."""
        while True:
            try:
                await self.turn()
                AUDIT_SUCCESS.set(await in_thread(self.last_success))
            except (NatsError, TimeoutError, OSError, *DatabaseDown) as error:
                log("audit_broken_off", kind=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    async def turn(self) -> Outcome | None:
        """Run it if tonight's is due and no replica has begun it; one that breaks off is begun again."""
        night = self.night(self._clock.now())
        if not await in_thread(self._begin, night):
            return None
        try:
            outcome = await self._audit.run()
        except BaseException:
            await in_thread(self._give_back, night)
            raise
        await in_thread(self._end, night, outcome)
        return outcome

    def night(self, now: datetime) -> date:
        """The day whose audit is due at this instant: before the hour it is still yesterday's."""
        local = now.astimezone(ZoneInfo(self._directory.pack.zone))
        return local.date() - timedelta(days=local.time() < self._at)

    def _begin(self, night: date) -> bool:
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(AUDIT).values(day=night, ended=0.0, cases=0, mismatches=0))
        except IntegrityError:
            return False
        return True

    def _give_back(self, night: date) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(AUDIT).where(AUDIT.c.day == night))

    def _end(self, night: date, outcome: Outcome) -> None:
        found = {"ended": time.time(), "cases": outcome.cases, "mismatches": outcome.mismatches}
        with writing(self._engine) as connection:
            connection.execute(update(AUDIT).where(AUDIT.c.day == night).values(**found))

    def last_success(self) -> float:
        """When an audit last ended, in real Unix seconds; 0 if none did."""
        with reading(self._engine) as connection:
            ended: float | None = connection.execute(select(func.max(AUDIT.c.ended))).scalar_one()
        return ended or 0.0


def audit(settings: Settings, words: list[str]) -> int:
    """`python -m services.sla audit`: at once, beside the running service; 1 when a clock differs."""
    del words
    logs.configure("sla", settings.log_level)
    outcome = asyncio.run(_once(settings))
    print(f"sla: {outcome.cases} open cases audited, {outcome.mismatches} clocks differ")  # noqa: T201
    return int(outcome.mismatches > 0)


async def _once(settings: Settings) -> Outcome:
    async with open_runtime("sla", settings) as rt:
        engine = open_engine(settings.database_url)
        try:
            await in_thread(create_tables, engine, SlaTable.metadata)
            return await Audit(engine, book_of(rt.directory), rt.cases, rt.clock).run()
        finally:
            engine.dispose()
