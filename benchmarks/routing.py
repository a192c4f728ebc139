"""What routing adds to a case (goal: under 1 ms), beside the append that makes its outcome durable."""

import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

from libs.packs.knowledge import Knowledge
from libs.packs.model import Agency, Pack, Unit
from libs.packs.routing import leads_for
from libs.runtime.caselog import CaseLog
from services.router.case import Case, fold
from services.router.domain import decide
from tests.support.builders import MONDAY_MORNING, a_case, opened
from tests.support.bus import connected, provisioned
from tests.support.provinces import knowledge, province

GOAL_MILLISECONDS = 1.0
TEXTS = (
    "Hàng xóm ở xã Quảng Lưu, huyện Quảng Xương mới về từ vùng dịch mà không khai báo y tế",
    "Xin hỏi lịch tiêm vắc xin Covid-19 mũi 2 cho người trên 65 tuổi ở phường Hạc Thành",
    "Chợ tăng giá thịt gấp ba lần",
)
DAY = MONDAY_MORNING.date()


def milliseconds(work: Callable[[], object], times: int = 2_000) -> float:
    """Processor time of one call."""
    work()
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1_000


def deciding(known: Knowledge) -> Callable[[], object]:
    """Read the words and decide: all that router does between a fact's arrival and its append."""
    facts = itertools.cycle([opened(a_case(), text=text) for text in TEXTS])

    def one() -> object:
        fact = next(facts)
        case = fold(Case(), fact)
        reading = known.read(case.text, case.person.address)
        return decide(case, cause=fact, reading=reading, pack=known.pack, now=MONDAY_MORNING)

    return one


def large(units: int) -> Pack:
    """Today's pack with so many communes, each with its committee."""
    pack = province("thanh-hoa")
    more = [Unit(code=f"U{n}", name_vi=f"Xã số {n}", level="commune", parent="38") for n in range(units)]
    theirs = [
        Agency(code=f"A{n}", name_vi=f"UBND {n}", name_en=f"PC {n}", kind="commune", unit=f"U{n}")
        for n in range(units)
    ]
    return pack.model_copy(update={"units": (*pack.units, *more), "agencies": (*pack.agencies, *theirs)})


def looking_up(pack: Pack, place: str, day: date = DAY) -> Callable[[], object]:
    return lambda: leads_for(pack, "F03", place, (), day)


async def appending(times: int = 200) -> float:
    """Milliseconds (by the clock, for it waits) of the append of one fact, made durable."""
    took = []
    with tempfile.TemporaryDirectory() as folder:
        async with provisioned(Path(folder)) as server, connected(server, "intake") as js:
            for _ in range(times):
                fact = opened(ref := a_case())
                started = time.perf_counter()
                await CaseLog(js).append(ref, fact, 0, decide=lambda fact: fact, fold=lambda fact, _: fact)
                took.append((time.perf_counter() - started) * 1_000)
    return median(took)


def main() -> None:
    append = asyncio.run(appending())
    print(f"append of one fact, durable: {append:.2f} ms")
    slowest = 0.0
    for name in ("thanh-hoa-2021", "thanh-hoa", "dong-nai"):
        took = milliseconds(deciding(knowledge(name)))
        slowest = max(slowest, took)
        print(f"read and decide in {name}: {took:.3f} ms = {took / append:.2f} of the append")
    for label, pack, place in (("726", province("thanh-hoa"), "16543"), ("10,000", large(10_000), "U9999")):
        took = milliseconds(looking_up(pack, place))
        slowest = max(slowest, took)
        print(f"route among {label} units: {took * 1_000:.0f} µs = {took / append:.3f} of the append")
    if slowest >= GOAL_MILLISECONDS:
        sys.exit(f"routing adds {slowest:.2f} ms, the goal is {GOAL_MILLISECONDS} ms")


if __name__ == "__main__":
    main()
