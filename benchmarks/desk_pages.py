"""The desk's pages at 100,000 cases, 10,000 in one inbox: server time (p95 50 ms), weight (10 kB)."""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import Engine

from libs.contracts.casefact import CaseFact
from libs.contracts.codes import with_check_digit
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed
from libs.contracts.subjects import CaseRef
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, upsert, writing
from libs.runtime.projection import Applied
from services.desk.store import LINK, Store
from tests.support.builders import a_case, opened, routed, slip
from tests.support.bus import provisioned
from tests.support.deskpages import browser
from tests.support.desks import OFFICER, OPERATOR
from tests.support.office import desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa

GOAL, WEIGHT = 0.05, 10_000
"""Seconds of processor time for nineteen of twenty answers; bytes of one page over the line."""

BATCH, SAMPLES = 1_000, 100
NOW = SystemClock().now()
WORDS = "đèn đường hỏng rác chợ nước ngập cống tắc ồn xây dựng trái phép khám bệnh tiêm phòng học phí"


def stories(count: int, chance: random.Random) -> Iterator[tuple[CaseRef, tuple[CaseFact, ...]]]:
    """Every tenth with the officer's agency, every fiftieth still with the operators, the rest elsewhere."""
    for number in range(count):
        ref, at = a_case(), NOW - timedelta(minutes=chance.randrange(60 * 24 * 60))
        person = {
            "text": " ".join(chance.choices(WORDS.split(), k=40)),
            "code": with_check_digit(number),
            "at": at,
        }
        first = opened(ref, received_at=at, **person)
        sent = routed(ref, at=at, slip=slip(1, "SCT" if number % 10 else "SYT"))
        yield ref, (first,) if number % 50 == 1 else (first, sent)


def fill(engine: Engine, count: int) -> list[str]:
    """The projection as the streams would have made it; the case ids of the officer's agency."""
    store, seq, own, batch, clocks = Store(), 0, [], [], []
    for number, (ref, facts) in enumerate(stories(count, random.Random(1022)), 1):
        for fact in facts:
            seq += 1
            batch.append(Applied(ref, seq, fact))
        if len(facts) > 1:
            clocks.append((seq, armed(ref, facts[1], "SYT" if not (number - 1) % 10 else "SCT")))
        own += [ref.case_id] if not (number - 1) % 10 else []
        if number % BATCH == 0 or number == count:
            with writing(engine) as connection:
                links = [
                    {"case_id": one.ref.case_id, "year": one.ref.year, "last_seq": one.seq, "parked": ""}
                    for one in batch
                ]
                newest = {one["case_id"]: one for one in links}
                upsert(connection, LINK, list(newest.values()), key=["case_id"])
                store.apply(connection, batch)
                store.apply_clocks(connection, clocks)
            batch, clocks = [], []
    return own


def armed(ref: CaseRef, sent: CaseFact, agency: str) -> ClockArmed:
    return ClockArmed(
        event_id=sent.event_id,
        case_id=ref.case_id,
        at=sent.at,
        by=Actor(service="sla"),
        case_seq=1,
        clock="answer-1",
        kind="answer",
        agency=agency,
        basis="law",
        start=sent.at,
        due=sent.at + timedelta(hours=24),
        budget_seconds=28_800,
    )


async def timed(web: httpx.AsyncClient, paths: list[str]) -> tuple[float, float, int]:
    """(p50, p95, bytes of the heaviest): each path once after a first look, one after the other."""
    await web.get(paths[0])
    taken, heaviest = [], 0
    for path in paths:
        begun = time.process_time()
        async with web.stream("GET", path) as answer:
            assert answer.status_code == 200, (path, answer.status_code)
            body = b"".join([part async for part in answer.aiter_raw()])
        taken.append(time.process_time() - begun)
        heaviest = max(heaviest, len(body) + sum(len(a) + len(b) + 4 for a, b in answer.headers.raw))
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)], heaviest


async def measure(folder: Path, count: int) -> bool:
    """True when a page missed its goal."""
    url = f"sqlite:///{folder / 'desk.db'}"
    await hire(url, OFFICER, OPERATOR)
    engine = open_engine(url)
    begun = time.process_time()
    own = fill(engine, count)
    engine.dispose()
    print(f"{count:,} cases, {len(own):,} in one inbox, written in {time.process_time() - begun:.0f} s")
    late = False
    async with provisioned(folder / "nats") as server:
        await in_force(server, thanh_hoa())
        async with (
            running_desk(desk_settings(server, url, folder)) as office,
            browser(office, OFFICER) as officer,
            browser(office, OPERATOR) as operator,
        ):
            _, bare, _ = await timed(officer, ["/password"] * SAMPLES)
            print(f"bare page: p95 {bare * 1000:.1f} ms")
            chosen = [f"/cases/{one}" for one in random.Random(1).sample(own, min(SAMPLES, len(own)))]
            pages = (
                ("inbox", officer, ["/inbox"] * SAMPLES),
                ("case", officer, chosen),
                ("triage", operator, ["/triage"] * SAMPLES),
                ("console", operator, ["/calls/new"] * SAMPLES),
                ("who else is here", officer, [f"{one}/here" for one in chosen]),
            )
            for name, web, paths in pages:
                p50, p95, weight = await timed(web, paths)
                late = late or p95 > GOAL or weight > WEIGHT
                print(
                    f"{name}: p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, {p95 / GOAL:.2f} of the"
                    f" limit, {p95 / bare:.1f} × a bare page, {weight:,} bytes"
                )
    return late


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        late = asyncio.run(measure(Path(folder), asked.cases))
    sys.exit("a page missed its goal" if late else 0)


if __name__ == "__main__":
    main()
