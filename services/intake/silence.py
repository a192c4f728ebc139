"""How long each channel has been silent, in working hours, so that one gone deaf is noticed."""

import asyncio
from datetime import datetime

from nats.errors import Error as NatsError

from libs.packs.model import Pack
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from libs.runtime.logs import log
from libs.worktime.calendar import CalendarError
from services.intake.metrics import LAST_DELIVERY, SILENT, SILENT_LIMIT
from services.intake.rawlog import RawLog
from services.intake.worker import Channels

EVERY = 60.0
"""Seconds between two looks."""


class Silence:
    """Asks RAW, so that replicas and restarts agree; before a channel's first delivery, this start counts."""

    def __init__(self, channels: Channels, raw: RawLog, directory: Directory, clock: Clock) -> None:
        self._channels = channels
        self._raw = raw
        self._directory = directory
        self._clock = clock
        self._begun = clock.now()

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                await self.look()
            except (NatsError, TimeoutError, OSError) as error:
                log("silence_not_measured", kind=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Set the measures of every channel."""
        now = self._clock.now()
        for code, (row, _) in self._channels.items():
            last = await self._raw.newest(code)
            if last:
                LAST_DELIVERY.labels(code).set(last.timestamp())
            SILENT.labels(code).set(working_hours(self._directory.pack, last or self._begun, now))
            SILENT_LIMIT.labels(code).set(row.silent_hours)


def working_hours(pack: Pack, since: datetime, now: datetime) -> float:
    """Working hours of the province between two instants; 0 where its calendar has no answer."""
    try:
        return pack.calendar().between(since, now) / 3600 if since < now else 0.0
    except CalendarError:
        return 0.0
