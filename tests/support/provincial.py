"""A province from the citizen's words to the desk: intake, router, clocks and desk in this process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.packs.model import Pack
from libs.runtime.service import open_runtime
from services.desk.domain.people import Account
from services.router import app as router_app
from services.router import settings as router_settings
from services.sla import app as sla_app
from services.sla import settings as sla_settings
from tests.support.channels import replica
from tests.support.intake import headers
from tests.support.office import Office, Person, desk_settings, hire, running_desk
from tests.support.provinces import in_force
from tests.support.waiting import eventually

CITIZEN = {"name": "Nguyễn Văn Mẫu", "phone": "0912 345 678", "address": "Thôn 3"}


@dataclass
class Province:
    """What a test does with it: a citizen asks, people act, somebody looks."""

    pack: Pack
    desk: Office
    intake: httpx.AsyncClient
    people: dict[str, Person] = field(default_factory=dict)

    async def ask(self, text: str, **more: Any) -> CaseRef:
        """A citizen's request by the portal's way; returns when router has spoken about it."""
        body = {"text": text, **CITIZEN, **more}
        answer = await self.intake.post("/api/v1/requests", json=body, headers=headers(uuid4().hex))
        assert answer.status_code == 201, answer.text
        ref = CaseRef(answer.json()["year"], answer.json()["case_id"])
        await self.until(ref, lambda state: state["status"] != "new")
        return ref

    async def act(self, who: str, ref: CaseRef, command: str, **fields: Any) -> httpx.Response:
        """Somebody gives a command; "operator", "arbiter", or an agency's code for its officer."""
        return await self.people[who].tell(ref, command, **fields)

    async def done(self, who: str, ref: CaseRef, command: str, **fields: Any) -> dict[str, Any]:
        """The same, and it must go through; the case afterwards."""
        answer = await self.act(who, ref, command, **fields)
        assert answer.status_code == 201, (who, command, answer.text)
        return await self.state(ref)

    async def state(self, ref: CaseRef) -> dict[str, Any]:
        """The case as the operator sees it."""
        found: dict[str, Any] = (await self.people["operator"].look(ref))["state"]
        return found

    async def until(self, ref: CaseRef, holds: Any, what: str = "the case to move") -> dict[str, Any]:
        async def moved() -> bool:
            answer = await self.people["operator"].client.get(f"/cases/{ref.case_id}")
            return answer.status_code == 200 and bool(holds(answer.json()["state"]))

        await eventually(moved, within=10, what=what)
        return await self.state(ref)

    async def clocks(self, ref: CaseRef) -> dict[str, str]:
        """Clock → the agency that owes, as the desk has read them so far."""
        answer = await self.people["operator"].client.get(f"/cases/{ref.case_id}/clocks")
        assert answer.status_code == 200, answer.text
        return {one["clock"]: one["agency"] for one in answer.json()["clocks"]}

    async def armed(self, ref: CaseRef, clock: str, agency: str) -> None:
        """Wait until that clock of that agency runs."""

        async def runs() -> bool:
            return (await self.clocks(ref)).get(clock) == agency

        await eventually(runs, within=10, what=f"{clock} of {agency}")


def people_of(pack: Pack, *agencies: str) -> dict[str, Account]:
    """One account each: the operator, the arbiter, the police of the province, and these agencies."""
    people = {
        "operator": Account(id="o1", login="truc", name="Trần Thị Trực", role="operator"),
        "arbiter": Account(
            id="a1", login="trongtai", name="Đỗ Thị Quyền", role="arbiter", agency=pack.arbiter
        ),
        "police": Account(id="c1", login="congan", name="Ngô Văn An", role="police", agency="CAT"),
    }
    for number, code in enumerate(agencies):
        people[code] = Account(
            id=f"f{number}", login=f"canbo{number}", name=f"Lê Văn {code}", role="officer", agency=code
        )
    return people


@asynccontextmanager
async def a_province(
    server: NatsServer, folder: Path, pack: Pack, *agencies: str, channels: Path | None = None
) -> AsyncIterator[Province]:
    """The pack in force on a fresh server, four services, and people signed in."""
    await in_force(server, pack)
    people = people_of(pack, *agencies)
    url = f"sqlite:///{folder / 'desk.db'}"
    await hire(url, *people.values())
    routing = router_settings.Settings(nats_url=server.url, nkey_seed_file=server.seed("router"))
    timing = sla_settings.Settings(
        nats_url=server.url, nkey_seed_file=server.seed("sla"), database_url=f"sqlite:///{folder / 'sla.db'}"
    )
    async with AsyncExitStack() as stack:
        router = await stack.enter_async_context(open_runtime("router", routing))
        await stack.enter_async_context(router_app.build(router))
        sla = await stack.enter_async_context(open_runtime("sla", timing))
        await stack.enter_async_context(sla_app.build(sla))
        client, _ = await stack.enter_async_context(replica(server, channels))
        office = await stack.enter_async_context(running_desk(desk_settings(server, url, folder)))
        province = Province(pack, office, client)
        for name, account in people.items():
            province.people[name] = await stack.enter_async_context(office.person(account))
        yield province
        assert not router.failed.is_set()
        assert not sla.failed.is_set()
