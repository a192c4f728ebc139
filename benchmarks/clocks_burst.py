"""Ten thousand clocks that fall due in the same second, two replicas: `python -m benchmarks.clocks_burst`.

A real nats-server that syncs every write, PostgreSQL, and two processes of the clocks' service. The goal: all
breaches stored within ten seconds, none twice. The same run measures what the server alone needs for so many
facts, on the same disk and with whatever else the machine does; that is the floor.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from libs.contracts.subjects import CaseRef
from libs.runtime.sidelog import SideLog
from tests.sla.test_crashes import replica
from tests.support.builders import a_case, armed
from tests.support.bus import connected
from tests.support.databases import fresh_postgres, postgres_server
from tests.support.town import Town, a_town

MANY = 10_000
GOAL = 10.0


async def until(town: Town, what: str, many: int, patience: float) -> float:
    """Seconds until so many subjects of this kind are stored."""
    begin = time.perf_counter()
    while await stored(town, what) < many:
        if time.perf_counter() - begin > patience:
            raise TimeoutError(f"{what}: {await stored(town, what)} of {many} after {patience:.0f} s")
        await asyncio.sleep(0.05)
    return time.perf_counter() - begin


async def stored(town: Town, what: str) -> int:
    info = await town.admin.stream_info("CLOCKS", subjects_filter=f"clock.*.*.{what}")
    return sum((info.state.subjects or {}).values())


async def floor(town: Town) -> float:
    """Seconds the server needs for so many facts when somebody merely hands them over, 200 at a time."""
    some = MANY // 5
    facts = [armed(a_case(), "answer", 1) for _ in range(some)]
    async with connected(town.server, "sla") as js:
        side = SideLog(js)
        begin = time.perf_counter()
        for first in range(0, some, 200):
            await asyncio.gather(*(side.write(fact) for fact in facts[first : first + 200]))
        return (time.perf_counter() - begin) * MANY / some


async def run(folder: Path, database: str) -> bool:
    async with a_town(folder) as town:
        processes = [replica(town, database) for _ in range(2)]
        try:
            refs: list[CaseRef] = await town.slips(MANY, "2026-03-02 08:00")
            await until(town, "armed", MANY, 120)
            await town.time("2026-03-02 16:01")
            await until(town, "warned-75", MANY, 120)
            await town.time("2026-03-03 08:00:11")
            took = await until(town, "missed", MANY, 120)
            await asyncio.sleep(1)
            missed, total = await stored(town, "missed"), await town.messages()
            alone = await floor(town)
        finally:
            stop(processes)
    twice = missed - len({ref.case_id for ref in refs}) + total - 3 * MANY
    print(f"{MANY:,} clocks due in one second, two replicas: all breaches stored after {took:.1f} s")
    print(f"  said twice: {twice}; the server alone: {alone:.1f} s, so {took / alone:.1f}x the floor")
    return not twice and took <= GOAL


def stop(processes: "list[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(10)


def main() -> None:
    with (
        postgres_server() as maintenance,
        fresh_postgres(maintenance) as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        well = asyncio.run(run(Path(folder), database))
    sys.exit(not well)


if __name__ == "__main__":
    main()
