"""The one collector: counts in SQL and asks the server on a timer, so that a scrape costs nothing."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Engine

from libs.runtime.database import in_thread, reading
from libs.runtime.logs import log
from libs.runtime.service import Runtime
from services.reporting import streams
from services.reporting.counts import count
from services.reporting.domain.slips import seconds
from services.reporting.gauges import families
from services.reporting.labels import Labels
from services.reporting.metrics import COLLECT_SECONDS, COUNTED, LAST_SUCCESS


@dataclass(frozen=True)
class Collector:
    """Counts every `every` real seconds; a count that fails leaves the last one standing, and is alarmed."""

    rt: Runtime
    engine: Engine
    every: float
    unowned_after: int
    disks: Mapping[str, Path]

    async def run(self) -> None:
        """Count until cancelled."""
        while True:
            try:
                await self.collect()
            except Exception as error:
                log("count_failed", error=error)
            await asyncio.sleep(self.every)

    async def collect(self) -> None:
        """Count once; the gauges change only when everything is known."""
        started = time.monotonic()
        counted = await in_thread(self._count)
        COUNTED.families = [*counted, *await streams.measure(self.rt.js)]
        COLLECT_SECONDS.set(time.monotonic() - started)
        LAST_SUCCESS.set_to_current_time()

    def _count(self) -> list[GaugeMetricFamily]:
        pack, now = self.rt.directory.pack, seconds(self.rt.clock.now())
        labels = Labels(pack)
        with reading(self.engine) as connection:
            counts = count(connection, labels, now, self.unowned_after)
        return [*families(counts, labels, now), *streams.disks(self.disks)]
