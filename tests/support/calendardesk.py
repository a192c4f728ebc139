"""A desk on a simulated Wednesday whose calendar is about to change, with clocks that run over the change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed, ClockFact, ClockMissed
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import ClockSetting
from libs.runtime.sidelog import SideLog
from tests.support.builders import a_case, opened, routed
from tests.support.bus import connected, provisioned
from tests.support.desks import OPERATOR
from tests.support.office import PEOPLE, Office, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

WEDNESDAY = datetime(2026, 9, 16, 2, 0, tzinfo=UTC)
"""09:00 on an ordinary Wednesday of the simulated clock."""


@asynccontextmanager
async def a_calendar(folder: Path) -> AsyncIterator[tuple[NatsServer, Office]]:
    """A desk at nine o'clock on that Wednesday, with the pack of 2021, whose calendar reaches to 2027."""
    setting = ClockSetting(mode="simulated", origin=WEDNESDAY, real=0, rate=0)
    async with provisioned(folder / "nats", clock=setting) as server:
        await in_force(server, thanh_hoa())
        url = f"sqlite:///{folder / 'desk.db'}"
        await hire(url, *PEOPLE)
        async with running_desk(desk_settings(server, url, folder)) as office:
            yield server, office


def say(cls: type[ClockFact], ref: CaseRef, due: datetime, start: datetime, **fields: Any) -> ClockFact:
    defaults = {
        "event_id": uuid4(),
        "case_id": ref.case_id,
        "at": start,
        "by": Actor(service="sla"),
        "case_seq": 1,
        "clock": "answer-1",
        "kind": "answer",
        "agency": "SYT",
        "basis": "law",
        "start": start,
        "due": due,
        "budget_seconds": 28_800,
        "hours": f"{thanh_hoa().version}/province",
    }
    return cls(**{**defaults, **fields})


async def with_clocks(
    server: NatsServer, office: Office, *starts: datetime, missed: int = 0
) -> list[CaseRef]:
    """A case for each start with its answer clock; the first `missed` of them are over."""
    calendar, refs = thanh_hoa().calendar(), []
    for at, start in enumerate(starts):
        ref = a_case()
        refs.append(ref)
        await office.receive(server, ref, opened(ref, at=start), routed(ref, at=start))
        due = calendar.add(start, 28_800)
        async with connected(server, "sla") as js:
            await SideLog(js).write(say(ClockArmed, ref, due, start))
            if at < missed:
                await SideLog(js).write(say(ClockMissed, ref, due, start))
    async with office.client(await office.token(OPERATOR)) as client:
        for at, ref in enumerate(refs):

            async def known(ref: CaseRef = ref, at: int = at) -> bool:
                found = (await client.get(f"/cases/{ref.case_id}/clocks")).json()["clocks"]
                return bool(found) and found[0]["missed"] == (at < missed)

            await eventually(known, what="the clock is known")
    return refs
