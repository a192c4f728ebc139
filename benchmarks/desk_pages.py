"""The desk's pages at 100,000 cases, 10,000 in one inbox: server time (p95 50 ms), weight (10 kB)."""

import argparse
import asyncio
import gc
import html
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import Engine

from benchmarks.spent import Spent, database
from libs.contracts.casefact import CaseFact
from libs.contracts.codes import with_check_digit
from libs.contracts.events import CaseAnsweredByPhone, CaseReferred, CaseRouted, CaseWithheld
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed, SideFact
from libs.contracts.subjects import CaseRef
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, upsert, writing
from libs.runtime.projection import Applied
from services.desk.store import LINK, Store
from tests.support.builders import a_case, make, opened, routed, slip
from tests.support.bus import provisioned
from tests.support.deskpages import browser
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR
from tests.support.office import desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa

GOAL, WEIGHT = 0.05, 10_000
"""Seconds of processor time for nineteen of twenty answers; bytes of one page over the line."""

BATCH, SAMPLES, FIRST = 1_000, 40, 10
PEOPLE = {"officer": OFFICER, "operator": OPERATOR, "arbiter": ARBITER, "administrator": ADMINISTRATOR}
NOW = SystemClock().now()
WORDS = "đèn đường hỏng rác chợ nước ngập cống tắc ồn xây dựng trái phép khám bệnh tiêm phòng học phí"


def stories(count: int, own: int, chance: random.Random) -> Iterator[tuple[CaseRef, tuple[CaseFact, ...]]]:
    """`own` of them in the officer's inbox; of the others some wait, some are closed, the rest elsewhere."""
    mine = set(chance.sample(range(count), own))
    for number in range(count):
        ref, at = a_case(), NOW - timedelta(minutes=chance.randrange(60 * 24 * 60))
        person = {
            "text": " ".join(chance.choices(WORDS.split(), k=40)),
            "code": with_check_digit(number),
        }
        first = opened(ref, at=at, received_at=at, **person)
        if number in mine:
            yield ref, (first, routed(ref, at=at, slip=slip(1, "SYT")))
        elif number % 50 == 1:
            yield ref, (first,)
        elif number % 50 == 2:
            yield (
                ref,
                (first, make(CaseReferred, ref, at=at, question="Của ai?")),
            )
        else:
            sent = routed(ref, at=at, slip=slip(1, "SYT" if number % 3 else "SCT"))
            done = make(CaseAnsweredByPhone, ref, at=at, summary="Đã trả lời.")
            shown = make(CaseWithheld, ref, at=at, ground="child")
            yield ref, (first, sent, done, shown) if number % 3 else (first, sent)


def fill(engine: Engine, count: int, own: int) -> list[str]:
    """The projection as the streams would have made it; the ids of the cases in the officer's inbox."""
    store, seq, found, batch, clocks = Store(), 0, [], [], []
    for number, (ref, facts) in enumerate(stories(count, own, random.Random(1022)), 1):
        for fact in facts:
            seq += 1
            batch.append(Applied(ref, seq, fact))
        sent = facts[1] if len(facts) == 2 else None
        if isinstance(sent, CaseRouted):
            clocks.append((seq, armed(ref, sent)))
            found += [ref.case_id] if sent.slip.lead == "SYT" else []
        if number % BATCH == 0 or number == count:
            write(engine, store, batch, clocks)
            batch, clocks = [], []
    return found


def write(engine: Engine, store: Store, batch: list[Applied], clocks: Sequence[tuple[int, SideFact]]) -> None:
    links = [
        {"case_id": one.ref.case_id, "year": one.ref.year, "last_seq": one.seq, "parked": ""} for one in batch
    ]
    newest = {one["case_id"]: one for one in links}
    with writing(engine) as connection:
        upsert(connection, LINK, list(newest.values()), key=["case_id"])
        store.apply(connection, batch)
        store.apply_clocks(connection, clocks)


def armed(ref: CaseRef, sent: CaseRouted) -> ClockArmed:
    return ClockArmed(
        event_id=sent.event_id,
        case_id=ref.case_id,
        at=sent.at,
        by=Actor(service="sla"),
        case_seq=1,
        clock="answer-1",
        kind="answer",
        agency=sent.slip.lead,
        basis="law",
        start=sent.at,
        due=sent.at + timedelta(hours=24),
        budget_seconds=28_800,
    )


async def timed(web: httpx.AsyncClient, paths: list[str], spent: Spent) -> tuple[float, float, int]:
    """(p50, p95, bytes of the heaviest): each path once, one after the other.

    Some looks come before: every connection of the pool has met its statements then.
    """
    for path in paths[:FIRST]:
        await web.get(path)
    taken, heaviest = [], 0
    for path in paths:
        begun = spent()
        async with web.stream("GET", path) as answer:
            assert answer.status_code == 200, (path, answer.status_code)
            body = b"".join([part async for part in answer.aiter_raw()])
        taken.append(spent() - begun)
        heaviest = max(heaviest, len(body) + sum(len(a) + len(b) + 4 for a, b in answer.headers.raw))
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)], heaviest


async def second_page(web: httpx.AsyncClient, path: str) -> str:
    """Where "Xem tiếp" leads."""
    page = (await web.get(path)).text
    found = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
    return path.partition("?")[0] + html.unescape(found[1]) if found else path


async def pages(clients: dict[str, httpx.AsyncClient], own: list[str]) -> list[tuple[str, str, list[str]]]:
    """(name, who, addresses) of all that lists or shows cases, people or entries."""
    chosen = [f"/cases/{one}" for one in random.Random(1).sample(own, min(SAMPLES, len(own)))]
    inbox, closed = clients["officer"], "/inbox?group=closed"
    lists = {
        "officer": (
            "/inbox", await second_page(inbox, "/inbox"), "/inbox?group=publish", closed,
            await second_page(inbox, closed), "/inbox?group=joined", "/inbox?group=tasks", "/reviews",
            "/knowledge", "/knowledge?show=all", "/knowledge?q=tiem+phong", "/questions?q=ti", "/standards",
        ),
        "operator": (
            "/triage", await second_page(clients["operator"], "/triage"), "/calls", "/calls/new", "/roster",
            "/search?q=0912345678", "/search?q=khongco",
        ),
        "arbiter": (
            "/arbiter", "/overdue", "/overdue/cases?what=late", "/overdue/cases?what=nobody", "/reminders",
            "/agencies",
        ),
        "administrator": ("/accounts", "/audit", "/persons", "/parked", "/helpful", "/surge"),
    }  # fmt: skip
    found = [(path, who, [path] * SAMPLES) for who, paths in lists.items() for path in paths]
    shown = [
        ("a case", "officer", chosen),
        ("who else is here", "officer", [f"{one}/here" for one in chosen]),
    ]
    return [*shown, *found]


async def measure(folder: Path, url: str, asked: argparse.Namespace) -> bool:
    """True when a page missed its goal."""
    await hire(url, *PEOPLE.values())
    engine = open_engine(url)
    begun = time.process_time()
    own = fill(engine, asked.cases, asked.inbox)
    if engine.dialect.name == "postgresql":  # as autovacuum does after a while
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("vacuum analyze")
    engine.dispose()
    taken = time.process_time() - begun
    print(f"{asked.cases:,} cases, {len(own):,} in one inbox, written in {taken:.0f} s", flush=True)
    async with provisioned(folder / "nats") as server, AsyncExitStack() as stack:
        await in_force(server, thanh_hoa())
        office = await stack.enter_async_context(running_desk(desk_settings(server, url, folder)))
        clients = {
            name: await stack.enter_async_context(browser(office, one)) for name, one in PEOPLE.items()
        }
        gc.collect()
        gc.freeze()  # as a service does once it has started
        spent = Spent(url)
        late = await looked(clients, own, spent)
        spent.close()
    return late


async def looked(clients: dict[str, httpx.AsyncClient], own: list[str], spent: Spent) -> bool:
    """True when a page missed its goal."""
    late = False
    _, bare, _ = await timed(clients["officer"], ["/password"] * SAMPLES, spent)
    print(f"bare page: p95 {bare * 1000:.1f} ms")
    for name, who, paths in await pages(clients, own):
        p50, p95, weight = await timed(clients[who], paths, spent)
        missed = p95 > GOAL or weight > WEIGHT
        late = late or missed
        print(
            f"{name[:48]:48} {who:13} p50 {p50 * 1000:5.1f} p95 {p95 * 1000:5.1f} ms"
            f" {p95 / GOAL:4.2f} of the limit {p95 / bare:4.1f} × bare {weight:6,} bytes{' !' * missed}",
            flush=True,
        )
    return late


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--inbox", type=int, default=10_000, help="of them in the officer's inbox")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(Path(folder), postgres=asked.postgres) as url:
        late = asyncio.run(measure(Path(folder), url, asked))
    sys.exit("a page missed its goal" if late else 0)


if __name__ == "__main__":
    main()
