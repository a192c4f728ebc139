"""A notifier for tests: the province pack, settings that do not wait, a server whose clock is in March."""

import functools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from libs.contracts.sidefacts import LetterFact
from libs.contracts.subjects import decode
from libs.devstack.nats_server import NatsServer
from libs.packs.folder import load
from libs.packs.model import Pack
from libs.runtime.clock import ClockSetting
from libs.runtime.database import open_engine, reading
from libs.runtime.directory import put_pack
from libs.runtime.service import Runtime, open_runtime
from services.notifier.app import build
from services.notifier.outbox import LETTERS
from services.notifier.settings import Settings
from tests.support.builders import MONDAY_MORNING
from tests.support.bus import connected, provisioned

PACK = Path(__file__).parents[2] / "packs" / "thanh-hoa-2021"


@functools.cache
def thanh_hoa() -> Pack:
    """The pack that ships."""
    return load(PACK)


def pack_with(**changed: Any) -> Pack:
    """The pack that ships, with some of its parts replaced."""
    return Pack.model_validate(thanh_hoa().model_dump() | {"version": "changed"} | changed)


@asynccontextmanager
async def march_server(folder: Path, pack: Pack | None = None) -> AsyncIterator[NatsServer]:
    """A provisioned server with the pack, whose business time begins on Monday 2 March 2026 at 08:00."""
    clock = ClockSetting(mode="simulated", origin=MONDAY_MORNING, real=time.time(), rate=1)
    async with provisioned(folder, clock) as server:
        async with connected(server, "provisioner") as js:
            await put_pack(js, pack or thanh_hoa())
        yield server


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
    engine = open_engine(database) if isinstance(database, str) else database
    c = LETTERS.c
    with reading(engine) as connection:
        rows = connection.execute(select(c.template, c.agency, c.way, c.state)).all()
    if isinstance(database, str):
        engine.dispose()
    return {(row.template, row.agency, row.way): row.state for row in rows}
