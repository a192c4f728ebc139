"""A merge at midnight on a real server: open cases move once, however many desks look."""

from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from libs.contracts.events import CaseFact, CaseSucceeded
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.packs.model import Pack
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import ClockSetting, SystemClock
from libs.runtime.database import open_engine
from libs.runtime.provision import provision
from services.desk.domain.people import Account
from services.desk.succession import Successions
from tests.support.builders import a_case, opened, routed, slip
from tests.support.bus import connected
from tests.support.desks import OFFICER, OPERATOR, STRANGER
from tests.support.history import happen
from tests.support.office import PEOPLE, Office, desk_settings, hire, running_desk
from tests.support.provinces import changed_agency, in_force
from tests.support.waiting import eventually

EVE = datetime(2026, 3, 3, 16, 59, tzinfo=UTC)
"""23:59 in Vietnam."""

MERGER = changed_agency("SYT", valid_to=date(2026, 3, 3), merged_into="SCT")


async def set_clock(server: NatsServer, at: datetime) -> None:
    setting = ClockSetting(mode="simulated", origin=at, real=SystemClock().now().timestamp(), rate=1.0)
    async with connected(server, "provisioner") as js:
        await provision(js, clock=setting)


async def looks(desk: Office) -> int:
    """What the desk does at midnight by itself, now."""
    engine, rt = open_engine(desk.settings.database_url), desk.runtime
    try:
        return await Successions(engine, rt.cases, rt.directory, rt.clock).sweep()
    finally:
        engine.dispose()


async def successions(server: NatsServer, ref: CaseRef) -> list[CaseSucceeded]:
    async with connected(server, "desk") as js:
        log: list[CaseFact] = [one.fact for one in await CaseLog(js).since(ref, 0) if one.fact]
    return [fact for fact in log if isinstance(fact, CaseSucceeded)]


@pytest.fixture
async def eve(server: NatsServer) -> NatsServer:
    await set_clock(server, EVE)
    return server


async def open_desks(
    stack: AsyncExitStack, server: NatsServer, pack: Pack, folder: Path, url: str, count: int = 1
) -> list[Office]:
    await in_force(server, pack)
    await hire(url, *PEOPLE)
    settings = desk_settings(server, url, folder)
    return [await stack.enter_async_context(running_desk(settings)) for _ in range(count)]


async def test_at_midnight_open_cases_move_to_the_successor_once_though_two_desks_look(
    eve: NatsServer, tmp_path: Path, postgres_url: str
) -> None:
    refs = [a_case() for _ in range(12)]
    other = a_case()
    async with AsyncExitStack() as stack:
        desk, twin = await open_desks(stack, eve, MERGER, tmp_path, postgres_url, 2)
        for ref in refs:
            await desk.receive(eve, ref, opened(ref), routed(ref))
        await desk.receive(eve, other, opened(other), routed(other, slip=slip(1, "MTTQ")))
        assert await looks(desk) == 0
        await set_clock(eve, EVE + timedelta(minutes=1))
        await eventually(lambda: all_moved(eve, refs), within=15, what="every case has moved")
        await looks(twin)
        found = {ref.case_id: await successions(eve, ref) for ref in refs}
        assert {len(facts) for facts in found.values()} == {1}
        assert {(f.agency, f.to, f.rule, f.slip) for facts in found.values() for f in facts} == {
            ("SYT", "SCT", "merged", 1)
        }
        assert await successions(eve, other) == []
        await eventually(lambda: shown_to(desk, STRANGER, refs[0]))
        async with desk.person(OFFICER) as old, desk.person(STRANGER) as new:
            assert (await old.tell(refs[0], "receive")).status_code == 409
            assert (await new.tell(refs[0], "receive")).status_code == 201


async def all_moved(server: NatsServer, refs: list[CaseRef]) -> bool:
    return all([await successions(server, ref) for ref in refs])


async def shown_to(desk: Office, account: Account, ref: CaseRef) -> bool:
    async with desk.person(account) as new:
        return ref.case_id in await new.listed("open")


async def test_another_pack_moves_the_cases_of_agencies_that_it_ended(
    eve: NatsServer, tmp_path: Path
) -> None:
    ref = a_case()
    ended = changed_agency("SYT", valid_to=date(2026, 3, 1), merged_into="SCT")
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'desk.db'}"
        (desk,) = await open_desks(stack, eve, changed_agency("SYT"), tmp_path, url)
        await desk.receive(eve, ref, opened(ref), routed(ref))
        await in_force(eve, ended.model_copy(update={"version": "ended"}))
        await eventually(lambda: successions(eve, ref), within=10)
        (moved,) = await successions(eve, ref)
    assert (moved.to, moved.pack_version) == ("SCT", "ended")


async def test_without_a_successor_the_case_stays_is_alarmed_and_a_person_decides(
    eve: NatsServer, tmp_path: Path
) -> None:
    ref = a_case()
    nobody = changed_agency("SYT", valid_to=date(2026, 3, 2))
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'desk.db'}"
        (desk,) = await open_desks(stack, eve, nobody, tmp_path, url)
        await desk.receive(eve, ref, opened(ref), routed(ref))
        assert await looks(desk) == 0
        assert alarm("SYT") == 1
        async with desk.person(OPERATOR) as operator:
            said = await operator.tell(ref, "succeed", agency="SYT", to="SCT")
        assert said.status_code == 201, said.text
        assert await looks(desk) == 0
        assert not alarm("SYT")
        assert [fact.rule for fact in await successions(eve, ref)] == ["chosen"]


def alarm(agency: str) -> float | None:
    return REGISTRY.get_sample_value("hotline_desk_undecided_successions", {"agency": agency})


async def test_a_case_that_moves_keeps_its_history(eve: NatsServer, tmp_path: Path) -> None:
    ref = a_case()
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'desk.db'}"
        (desk,) = await open_desks(stack, eve, MERGER, tmp_path, url)
        await happen(eve, ref, opened(ref), routed(ref))
        await set_clock(eve, EVE + timedelta(minutes=1))
        await eventually(lambda: successions(eve, ref), within=10)
        await eventually(lambda: shown_to(desk, STRANGER, ref))
        async with desk.person(STRANGER) as new:
            view = await new.look(ref)
    assert [entry["token"] for entry in view["timeline"]] == ["opened", "routed", "succeeded"]
    assert view["state"]["slips"][0]["issued"]["lead"] == "SYT"
