"""What the desk looks after on its own: transfers to be told, calls that are owed, surges, what is old."""

import asyncio
from datetime import timedelta

from sqlalchemy import Engine

from libs.runtime.clock import Clock
from libs.runtime.database import reading, writing
from libs.runtime.logs import log
from services.desk.live import CALLS, INBOX, Live
from services.desk.metrics import OWED_CALLS, OWED_SECONDS, SURGE_ON
from services.desk.telephony import queries
from services.desk.telephony.store import forget_old
from services.desk.telephony.surges import Surges
from services.desk.telephony.transfers import Transfers

EVERY = 2.0
"""Seconds between two looks at transfers; a call or a case that is new is looked at at once."""

GATHER = 0.1
"""Seconds in which the news of a burst of cases become one look."""

SELDOM = 15.0
"""Seconds between two looks at the rest."""

KEPT = timedelta(days=90)
"""As long as the facts themselves."""


class Watch:
    """One loop a replica; whatever it does twice has the effect of once."""

    def __init__(
        self, engine: Engine, clock: Clock, live: Live, transfers: Transfers, surges: Surges
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._live = live
        self._transfers = transfers
        self._surges = surges

    async def run(self) -> None:
        """For ever."""
        loop = asyncio.get_running_loop()
        seldom = 0.0
        with self._live.listening(CALLS, INBOX) as listener:
            while True:
                await self._follow()
                if loop.time() >= seldom:
                    seldom = loop.time() + SELDOM
                    await self.look()
                await listener.news(EVERY)
                await listener.settle(GATHER)

    async def _follow(self) -> None:
        try:
            await self._transfers.sweep()
        except Exception as error:
            log("transfers_postponed", error=error)

    async def look(self) -> None:
        """Count, switch, forget; a bad moment of the database or the server is only noted."""
        try:
            await asyncio.to_thread(self._count)
            await self._surges.look()
            SURGE_ON.set(self._surges.now.on)
        except Exception as error:
            log("telephone_postponed", error=error)

    def _count(self) -> None:
        now = self._clock.now()
        with reading(self._engine) as connection:
            count, since = queries.owed(connection)
        OWED_CALLS.set(count)
        OWED_SECONDS.set(max(0, int(now.timestamp()) - since) if since is not None else 0)
        with writing(self._engine) as connection:
            forget_old(connection, int((now - KEPT).timestamp()))
