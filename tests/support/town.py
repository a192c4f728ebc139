"""A province on a test server, with its clocks' service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from nats.js.client import JetStreamContext

from libs.contracts.events import CaseAnswered, CaseFact, CaseRouted
from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import CaseRef, decode
from libs.devstack.nats_server import NatsServer
from libs.packs.model import Pack
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import ClockSetting
from libs.runtime.directory import put_pack
from libs.runtime.service import Runtime, open_runtime
from services.sla.app import build
from services.sla.settings import Settings
from tests.support.builders import a_case, make, slip
from tests.support.bus import connected, provisioned
from tests.support.clocks import clock_pack
from tests.support.waiting import eventually
from tests.support.worktime import at

Tokens = list[str]


def standing(when: str) -> ClockSetting:
    """A clock that stands still until it is moved."""
    return ClockSetting(mode="simulated", origin=at(when), rate=0)


class Town:
    """A province on a test server: writes facts, moves the time, reads what the clocks said."""

    def __init__(
        self, server: NatsServer, pack: Pack, admin: JetStreamContext, logs: dict[str, CaseLog]
    ) -> None:
        self.server = server
        self.pack = pack
        self.admin = admin
        self.logs = logs
        self.last: dict[str, int] = {}

    async def write(self, ref: CaseRef, cls: type[CaseFact], when: str, **fields: Any) -> None:
        fact = make(cls, ref, at=at(when), pack_version=self.pack.version, **fields)
        log = self.logs["router" if cls is CaseRouted else "desk"]
        stored = await log.append(
            ref, None, self.last.get(ref.case_id, 0), decide=lambda _: fact, fold=lambda s, _: s
        )
        assert stored
        self.last[ref.case_id] = stored.seq

    async def slip(self, when: str, number: int = 1) -> CaseRef:
        ref = a_case()
        await self.write(ref, CaseRouted, when, slip=slip(number, "YT", field="F01"))
        return ref

    async def slips(self, many: int, when: str) -> list[CaseRef]:
        refs: list[CaseRef] = []
        for _ in range(0, many, 50):
            refs += await asyncio.gather(*(self.slip(when) for _ in range(min(50, many - len(refs)))))
        return refs

    async def answer(self, ref: CaseRef, when: str) -> None:
        await self.write(ref, CaseAnswered, when, answer="Xong")

    async def time(self, when: str) -> None:
        bucket = await self.admin.key_value("DIRECTORY")
        await bucket.put("clock", standing(when).model_dump_json().encode())

    async def said(self, ref: CaseRef) -> Tokens:
        state = (await self.admin.stream_info("CLOCKS", subjects_filter=f"clock.{ref.case_id}.>")).state
        return sorted(subject.split(".", 2)[2] for subject in state.subjects or {})

    async def messages(self) -> int:
        return (await self.admin.stream_info("CLOCKS")).state.messages

    async def count(self, many: int) -> bool:
        """Whether so many clock facts are in the stream."""
        return await self.messages() >= many

    async def fact(self, ref: CaseRef, what: str) -> ClockFact:
        subject = f"clock.{ref.case_id}.{what}"
        message = await self.admin.get_last_msg("CLOCKS", subject)
        found = decode(subject, message.data or b"")
        assert isinstance(found, ClockFact)
        return found

    async def until_said(self, ref: CaseRef, *tokens: str, within: float = 6) -> None:
        async def said() -> bool:
            return await self.said(ref) == sorted(tokens)

        await eventually(said, within=within, what=f"{tokens}")

    def settings(self, database_url: str, **more: Any) -> Settings:
        return Settings(
            nats_url=self.server.url,
            nkey_seed_file=self.server.seed("sla"),
            database_url=database_url,
            **more,
        )

    @asynccontextmanager
    async def open(self, database_url: str) -> AsyncIterator[Runtime]:
        async with open_runtime("sla", self.settings(database_url)) as rt, build(rt):
            yield rt
            assert not rt.failed.is_set()


@asynccontextmanager
async def a_town(folder: Path) -> AsyncIterator[Town]:
    """A server with a pack in force, at 08:00 on a Monday."""
    pack = clock_pack(folder / "pack")
    async with (
        provisioned(folder / "nats", clock=standing("2026-03-02 08:00")) as server,
        connected(server, "provisioner") as admin,
        connected(server, "router") as router,
        connected(server, "desk") as desk,
    ):
        await put_pack(admin, pack)
        yield Town(server, pack, admin, {"router": CaseLog(router), "desk": CaseLog(desk)})
