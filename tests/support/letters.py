"""A notifier for tests: the province pack, settings that do not wait, a server whose clock is in March."""

import asyncio
import functools
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY
from sqlalchemy import Engine, select

from libs.contracts.sidefacts import ClockFact, LetterFact
from libs.contracts.subjects import decode
from libs.devstack.nats_server import NatsServer
from libs.packs.folder import load
from libs.packs.model import Pack
from libs.runtime.clock import ClockSetting, FollowingClock
from libs.runtime.database import open_engine, reading
from libs.runtime.directory import Directory, put_pack
from libs.runtime.rebuild import rebuild
from libs.runtime.service import Runtime, open_runtime
from libs.runtime.sidelog import SideLog
from services.notifier.app import build, projection
from services.notifier.outbox import LETTERS
from services.notifier.settings import Settings
from tests.support.builders import MONDAY_MORNING
from tests.support.bus import connected, provisioned
from tests.support.waiting import eventually
from tests.support.worktime import at

PACK = Path(__file__).parents[2] / "packs" / "thanh-hoa-2021"


@functools.cache
def thanh_hoa() -> Pack:
    """The pack that ships."""
    return load(PACK)


def pack_with(**changed: Any) -> Pack:
    """The pack that ships, with some of its parts replaced."""
    return Pack.model_validate(thanh_hoa().model_dump() | {"version": "changed"} | changed)


@asynccontextmanager
async def march_server(
    folder: Path, pack: Pack | None = None, clock: ClockSetting | None = None
) -> AsyncIterator[NatsServer]:
    """A provisioned server with the pack, whose business time begins on Monday 2 March 2026 at 08:00."""
    running = ClockSetting(mode="simulated", origin=MONDAY_MORNING, real=time.time(), rate=1)
    async with provisioned(folder, clock or running) as server:
        async with connected(server, "provisioner") as js:
            await put_pack(js, pack or thanh_hoa())
        yield server


def standing(when: str) -> ClockSetting:
    """A clock that stands still until it is moved."""
    return ClockSetting(mode="simulated", origin=at(when), rate=0)


def notifier_settings(server: NatsServer, database_url: str, **more: Any) -> Settings:
    """Settings of a notifier that looks often and tries again at once."""
    quick = {
        "nats_url": server.url,
        "nkey_seed_file": server.seed("notifier"),
        "database_url": database_url,
        "sms_file": server.folder / "sms.txt",
        "retry_seconds": (0.05, 0.05),
        "poll_seconds": 0.2,
        "smtp_timeout": 3,
        "portal_url": "https://cong.example",
        "desk_url": "https://tong-dai.example",
    }
    return Settings(**{**quick, **more})


@asynccontextmanager
async def notifier(settings: Settings) -> AsyncIterator[Runtime]:
    """The whole service, in this process."""
    async with open_runtime("notifier", settings) as runtime, build(runtime):
        runtime.readiness.built = True
        yield runtime


async def it_is(server: NatsServer, when: str, *runtimes: Runtime) -> None:
    """Set the clock, which stands still, to this Vietnamese wall time, for all services at one moment."""
    async with connected(server, "provisioner") as js:
        bucket = await js.key_value("DIRECTORY")
        await bucket.put("clock", standing(when).model_dump_json().encode())
    await asyncio.gather(*(runtime.directory.refresh() for runtime in runtimes))
    assert all(runtime.clock.now() == at(when) for runtime in runtimes)


async def heard(server: NatsServer, *facts: ClockFact) -> None:
    """What the clocks say."""
    async with connected(server, "sla") as js:
        for fact in facts:
            await SideLog(js).write(fact)


async def letter_facts(server: NatsServer) -> list[LetterFact]:
    """Everything in LETTERS, oldest first."""
    found: list[LetterFact] = []
    async with connected(server, "provisioner") as js:
        last = (await js.stream_info("LETTERS")).state.last_seq
        for seq in range(1, last + 1):
            message = await js.get_msg("LETTERS", seq=seq)
            fact = decode(message.subject or "", message.data or b"")
            assert isinstance(fact, LetterFact)
            found.append(fact)
    return found


def states(database: str | Engine) -> dict[tuple[str, str, str], str]:
    """(template, agency, way) → state of every letter in the notifier's table."""
    return {(row.template, row.agency, row.way): row.state for row in fates(database)}


def fates(database: str | Engine) -> Sequence[Any]:
    """Template, agency, audience, way and state of every letter in the notifier's table."""
    engine = open_engine(database) if isinstance(database, str) else database
    c = LETTERS.c
    with reading(engine) as connection:
        rows = connection.execute(select(c.template, c.agency, c.audience, c.way, c.state)).all()
    if isinstance(database, str):
        engine.dispose()
    return rows


async def settled(settings: Settings, count: int) -> None:
    """All of that many letters have come to their end."""

    def ended() -> bool:
        now = [row.state for row in fates(settings.database_url)]
        return len(now) == count and not {"waiting", "trying"} & set(now)

    await eventually(ended, within=15)


async def started(settings: Settings, *words: str) -> asyncio.subprocess.Process:
    """The service, or one of its commands, as a process of its own."""
    names = ("nats_url", "nkey_seed_file", "database_url", "sms_file", "smtp_port", "poll_seconds")
    said = {f"HOTLINE_NOTIFIER_{name.upper()}": str(getattr(settings, name)) for name in names}
    said["HOTLINE_NOTIFIER_OPERATIONS_PORT"] = "0"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.notifier", *words),
        env={**os.environ, **said},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def rebuild_with(server: NatsServer, settings: Settings, *, letters: bool = True) -> dict[str, int]:
    """Drop the notifier's tables and read the streams again; returns how many facts of each."""
    engine = open_engine(settings.database_url)
    async with connected(server, "provisioner") as js:
        clock = FollowingClock()
        directory = Directory(js, clock)
        await directory.refresh()
        made = projection(settings, engine, directory, clock)
        if not letters:
            object.__setattr__(made, "sides", {"CLOCKS": made.sides["CLOCKS"]})
        counted = await rebuild(js, "notifier", made)
    engine.dispose()
    return counted


def tokens(facts: list[LetterFact], template: str, way: str = "email") -> list[str]:
    """What happened to the letter of this template."""
    return [fact.token for fact in facts if (fact.template, fact.way) == (template, way)]


def measured(outcome: str, template: str = "receipt", way: str = "email") -> float:
    """How many letters were counted with this outcome."""
    labels = {"template": template, "way": way, "outcome": outcome}
    return REGISTRY.get_sample_value("hotline_notifier_letters_total", labels) or 0.0
