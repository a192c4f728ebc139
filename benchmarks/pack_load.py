"""A pack with 10,000 units and their agencies: the time to check it whole and to learn from it (goal 2 s)."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from libs.packs.folder import load
from libs.packs.knowledge import Knowledge
from libs.packs.model import Pack
from tests.support.packs import FILES, small_pack

GOAL_SECONDS = 2.0
COMMUNES_PER_DISTRICT = 20


def units(count: int) -> Iterator[str]:
    """Rows of a province with so many communes, in districts of twenty."""
    for commune in range(count):
        district = commune // COMMUNES_PER_DISTRICT
        if commune % COMMUNES_PER_DISTRICT == 0:
            yield f"d{district},Huyện Số {district},district,1,,,"
        yield f"c{commune},Xã Tên {commune} Thôn {commune % 97},commune,d{district},,,"


def agencies(count: int) -> Iterator[str]:
    for district in range(-(-count // COMMUNES_PER_DISTRICT)):
        yield f"D{district},UBND huyện {district},District,district,d{district},,d{district}@nho.example,,,"
    for commune in range(count):
        yield f"C{commune},UBND xã {commune},Commune,commune,c{commune},,c{commune}@nho.example,,,"


def write(folder: Path, count: int) -> None:
    """A pack without mistakes in the folder, with so many communes."""
    small_pack(
        folder,
        units__csv=FILES["units.csv"] + "".join(f"{row}\n" for row in units(count)),
        agencies__csv=FILES["agencies.csv"] + "".join(f"{row}\n" for row in agencies(count)),
    )


def timed(what: str, begun: float) -> float:
    taken = time.perf_counter() - begun
    print(f"{what}: {taken:.2f} s, {taken / GOAL_SECONDS:.2f} of the limit")
    return taken


def measure(count: int) -> float:
    """Seconds of the slowest step."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), count)
        begun = time.perf_counter()
        pack = load(Path(folder))
        loaded = timed(
            f"{len(pack.units):,} units and {len(pack.agencies):,} agencies checked and loaded", begun
        )
    begun = time.perf_counter()
    Knowledge.of(pack, date(2021, 6, 1))
    learnt = timed("places named, field learnt", begun)
    document = pack.to_json()
    begun = time.perf_counter()
    Pack.from_json(document)
    return max(loaded, learnt, timed(f"read again from its document of {len(document) / 1e6:.1f} MB", begun))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--units", type=int, default=10_000)
    if measure(asked.parse_args().units) > GOAL_SECONDS:
        sys.exit("slower than the goal")


if __name__ == "__main__":
    main()
