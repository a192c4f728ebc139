"""The portal's pages at 200,000 cases, half of them published: p95 (goal 50 ms) beside a bare page."""

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from benchmarks.spent import Spent, database
from libs.packs.folder import load
from libs.packs.model import Pack
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, upsert, writing
from libs.runtime.service import Runtime
from libs.web.app import web_app
from libs.web.signing import Signer
from services.portal.app import application
from services.portal.case import Proof, PublicCase, Step, published_answer
from services.portal.desk import Desk
from services.portal.intake import Intake
from services.portal.published import keep_answers
from services.portal.settings import Settings
from services.portal.store import CASE, Store, case_row
from services.portal.tables import PortalTable

GOAL = 0.05
"""Seconds of processor time in which nineteen of twenty answers are made."""

TRIES, BATCH = 40, 5_000
WORDS = (
    "đèn đường hỏng rác chợ nước ngập cống tắc ồn ào xây dựng trái phép khám bệnh tiêm phòng học phí trường"
    " lớp mất điện xe buýt chậm giấy tờ hộ khẩu đất đai tranh chấp"
)


@dataclass(frozen=True)
class Surge:
    on: bool = False


@dataclass(frozen=True)
class Directory:
    """What pages ask of the directory."""

    pack: Pack
    surge: Surge = Surge()

    @property
    def current(self) -> str:
        return self.pack.version


@dataclass(frozen=True)
class Bare:
    """What the pages ask of the runtime; there is no server here."""

    directory: Directory
    clock: SystemClock


def cases(count: int, pack: Pack, now: datetime, chance: random.Random) -> Iterator[PublicCase]:
    """Over three years; every second one published."""
    units = [unit.code for unit in pack.units if unit.level == "commune"]
    proof, words = Proof(b"secret"), WORDS.split()
    for number in range(count):
        at = now - timedelta(seconds=chance.randrange(3 * 365 * 86_400))
        public = number % 2 == 0
        yield PublicCase(
            case_id=f"{chance.getrandbits(128):032x}",
            year=at.year,
            code=f"{number:09}",
            lookup=proof.of_code(f"{number:09}", f"{number % 10_000:04}"),
            link=proof.of_token(f"link-{number}"),
            status="published" if public else "answered",
            opened_at=at,
            answered_at=at,
            closed_at=at,
            field=chance.choice(pack.fields).code,
            place=chance.choice(units),
            agency=chance.choice(pack.agencies).code,
            answer=" ".join(chance.choices(words, k=80)),
            public_question=" ".join(chance.choices(words, k=20))
            + (" sầu riêng" if number % 9_973 == 0 else ""),
            public_answer=" ".join(chance.choices(words, k=80)),
            published_at=at if public else None,
            steps=tuple(Step(what=what, at=at, agency="SYT") for what in ("opened", "routed", "answered")),
        )


def fill(store: Store, found: list[PublicCase]) -> None:
    PortalTable.metadata.create_all(store.engine)
    for begin in range(0, len(found), BATCH):
        batch = found[begin : begin + BATCH]
        shown = [(one.case_id, answer) for one in batch if (answer := published_answer(one))]
        with writing(store.engine) as connection:
            upsert(connection, CASE, [case_row(one) for one in batch], key=["case_id"])
            keep_answers(connection, shown)


async def p95(client: httpx.AsyncClient, address: str, spent: Spent) -> tuple[float, int]:
    """(seconds, bytes as sent)."""
    taken, size = [], 0
    for _ in range(TRIES):
        begun = spent()
        answer = await client.get(address)
        taken.append(spent() - begun)
        assert answer.status_code == 200, (address, answer.status_code)
        size = int(answer.headers.get("content-length", 0))
    return sorted(taken)[TRIES * 95 // 100], size


async def measure(url: str, count: int, pack: Pack) -> bool:
    clock, secret = SystemClock(), "secret"
    store = Store(open_engine(url), Proof(secret.encode()))
    found = list(cases(count, pack, clock.now(), random.Random(1022)))
    fill(store, found)
    public = next(answer for one in found if (answer := published_answer(one)))
    settings = Settings.model_construct(public_url="http://portal.test")
    nobody = httpx.AsyncClient(base_url="http://127.0.0.1:9")
    others = (Intake(nobody, ""), Desk(nobody, "key"))
    bare = cast("Runtime", Bare(Directory(pack), clock))
    app = application(bare, settings, store, others, Signer(secret))
    late = False
    empty = web_app()

    @empty.get("/")
    async def page(request: Request) -> Response:
        del request
        return HTMLResponse("<!doctype html><title>1022</title>")

    def client(app: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal.test")

    async with client(empty) as plain, client(app) as browser:
        spent = Spent(url)
        beside, _ = await p95(plain, "/", spent)
        print(f"a bare page: p95 {beside * 1000:.2f} ms")
        for address in (
            "/", "/submit", "/track", "/offline", "/t/link-1", f"/answers/{public.id}", "/answers",
            "/answers?q=tiêm", "/answers?q=tiem", "/answers?q=tiêm+phòng", "/answers?q=t",
            "/answers?q=tiem+sau", "/answers?q=sầu+riêng", "/answers?q=sau+rieng", "/answers?q=khongco",
            f"/answers?field={public.field}&place={public.place}&agency={public.agency}&days=365",
            "/questions?q=tiem+phong", "/feed.atom", "/feed.atom?field=F04",
        ):  # fmt: skip
            taken, size = await p95(browser, address, spent)
            late = late or taken > GOAL
            print(f"{address}: p95 {taken * 1000:.1f} ms, {taken / beside:.0f} × bare, {size / 1000:.1f} kB")
        spent.close()
    await nobody.aclose()
    store.engine.dispose()
    return late


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--pack", type=Path, default=Path("packs/thanh-hoa"))
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(Path(folder), postgres=asked.postgres) as url:
        late = asyncio.run(measure(url, asked.cases, load(asked.pack)))
    sys.exit("a page is late" if late else 0)


if __name__ == "__main__":
    main()
