"""The pack in force and the clock: taken while running, also after the server was away."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.contracts.packchanges import HISTORY
from libs.devstack.nats_server import NatsServer
from libs.packs.folder import load
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import ClockSetting, FollowingClock
from libs.runtime.directory import KEPT, Directory, put_pack
from libs.runtime.errors import NotProvisioned
from libs.runtime.provision import ClockDiffers, ServerTooOld, check_version, provision
from tests.support.builders import a_case, opened
from tests.support.bus import connected, provisioned
from tests.support.waiting import eventually

AN_ORIGIN = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
PACK = Path(__file__).parents[2] / "packs" / "thanh-hoa-2021"


async def test_a_server_without_a_pack_says_so(server: NatsServer) -> None:
    async with connected(server, "sla") as js:
        with pytest.raises(NotProvisioned):
            await Directory(js, FollowingClock()).refresh()


async def test_a_server_of_a_release_before_the_history_takes_a_pack_again(server: NatsServer) -> None:
    async with connected(server, "provisioner") as operator, connected(server, "sla") as js:
        await (await operator.key_value("DIRECTORY")).put("current", b"thanh-hoa-2021-000000000001")
        directory = Directory(js, FollowingClock())
        with pytest.raises(NotProvisioned):
            await directory.refresh()
        change = await put_pack(operator, load(PACK))
        await directory.refresh()
        assert (change.number, directory.history) == (1, (change,))


async def test_a_history_of_many_years_still_takes_a_change(server: NatsServer) -> None:
    """It stands in one message whole, and the server refuses one of more than 256 KB."""
    first, note = load(PACK), "Nghỉ lễ và làm bù theo quyết định của Chủ tịch " * 8
    second = first.model_copy(update={"version": "thanh-hoa-2021-000000000002"})
    async with connected(server, "provisioner") as operator, connected(server, "sla") as js:
        change = await put_pack(operator, first, note=note)
        many = tuple(change.model_copy(update={"number": 1 + number}) for number in range(350))
        await (await operator.key_value("DIRECTORY")).put("current", HISTORY.dump_json(many))
        for number in range(351, 355):
            pack = second if number % 2 else first
            assert (await put_pack(operator, pack, note=note * 50)).number == number
        directory = Directory(js, FollowingClock())
        await directory.refresh()
    assert (len(directory.history), directory.history[:350]) == (354, many)


async def test_of_many_packs_the_one_in_force_and_those_asked_for_last_are_kept(server: NatsServer) -> None:
    plain = load(PACK)
    packs = [plain.model_copy(update={"version": f"{plain.version[:-2]}{n:02}"}) for n in range(KEPT + 3)]
    async with connected(server, "provisioner") as operator, connected(server, "sla") as js:
        for one in packs:
            await put_pack(operator, one)
        directory = Directory(js, FollowingClock())
        await directory.refresh()
        in_force, first = directory.pack, await directory.version(packs[0].version)
        for one in packs[1:-1]:
            await directory.version(one.version)
        last = await directory.version(packs[-2].version)
        assert directory.pack is in_force and await directory.version(packs[-2].version) is last
        assert await directory.version(packs[0].version) is not first


async def test_a_pack_that_this_release_cannot_read_leaves_the_one_before_in_use(server: NatsServer) -> None:
    """While services are brought up to date one by one, an old one must not fall over the new one's pack."""
    first = load(PACK)
    async with connected(server, "provisioner") as operator, connected(server, "sla") as js:
        change = await put_pack(operator, first)
        directory = Directory(js, FollowingClock())
        await directory.wait()
        following = asyncio.create_task(directory.follow())
        await (await operator.object_store("PACKS")).put("strange-1", b'{"id": "strange"}')
        strange = change.model_copy(update={"number": 2, "version": "strange-1"})
        body = HISTORY.dump_json((change, strange))
        await (await operator.key_value("DIRECTORY")).put("current", body)
        await asyncio.sleep(1.5)
        assert (directory.pack, following.done()) == (first, False)
        third = first.model_copy(update={"version": "thanh-hoa-2021-000000000003"})
        await put_pack(operator, third)
        await eventually(lambda: directory.current == third.version, within=5)
        following.cancel()


async def test_a_new_version_is_taken_while_running_and_the_old_one_stays(
    server: NatsServer,
) -> None:
    first = load(PACK)
    second = first.model_copy(update={"version": "thanh-hoa-2021-000000000002", "auto_slip": False})
    async with connected(server, "provisioner") as operator, connected(server, "sla") as js:
        await put_pack(operator, first)
        directory = Directory(js, FollowingClock())
        await directory.wait()
        assert directory.pack == first
        await put_pack(operator, second)
        await directory.refresh()
        assert directory.current == second.version
        assert (await directory.version(first.version)).auto_slip is first.auto_slip


async def test_a_new_version_is_taken_also_after_the_server_was_killed(server: NatsServer) -> None:
    pack = load(PACK)
    async with connected(server, "sla") as js:
        async with connected(server, "provisioner") as operator:
            await put_pack(operator, pack)
        directory = Directory(js, FollowingClock())
        await directory.wait()
        server.kill()
        server.start()
        async with connected(server, "provisioner") as operator:
            await put_pack(operator, pack.model_copy(update={"version": "thanh-hoa-2021-000000000003"}))
        await eventually(lambda: js._nc.is_connected, within=5)
        await directory.refresh()
        assert directory.current.endswith("3")


async def test_simulated_time_runs_as_fast_as_the_server_says(tmp_path: Path) -> None:
    setting = ClockSetting(mode="simulated", origin=AN_ORIGIN, real=time.time() - 10, rate=360)
    async with provisioned(tmp_path / "nats", clock=setting) as server:
        async with connected(server, "provisioner") as operator:
            await put_pack(operator, load(PACK))
        async with connected(server, "sla") as js:
            clock = FollowingClock()
            await Directory(js, clock).wait()
            before, now, after = time.time(), clock.now(), time.time()
    passed = (now - AN_ORIGIN).total_seconds()
    assert 360 * (before - setting.real) <= passed <= 360 * (after - setting.real)


async def test_simulated_time_never_meets_real_cases(server: NatsServer) -> None:
    ref = a_case()
    async with connected(server, "intake") as js:
        await CaseLog(js).append(ref, None, 0, decide=lambda _: opened(ref), fold=lambda state, _: state)
    async with connected(server, "provisioner") as operator:
        with pytest.raises(ClockDiffers):
            await provision(
                operator, clock=ClockSetting(mode="simulated", origin=datetime(2026, 1, 1, tzinfo=UTC))
            )


async def test_a_server_without_cases_goes_back_to_real_time(tmp_path: Path) -> None:
    setting = ClockSetting(mode="simulated", origin=AN_ORIGIN, real=time.time(), rate=360)
    async with provisioned(tmp_path / "nats", clock=setting) as server:
        async with connected(server, "provisioner") as operator:
            await provision(operator)
            await put_pack(operator, load(PACK))
        async with connected(server, "sla") as js:
            clock = FollowingClock()
            await Directory(js, clock).wait()
            assert not clock.simulated


async def test_a_pack_whose_pieces_are_gone_is_an_error_and_not_waited_for_for_ever(
    server: NatsServer,
) -> None:
    async with connected(server, "provisioner") as operator, connected(server, "sla") as js:
        await put_pack(operator, load(PACK))
        await operator.purge_stream("OBJ_PACKS", subject="$O.PACKS.C.>")
        async with asyncio.timeout(20) as too_long:
            with pytest.raises(TimeoutError):
                await Directory(js, FollowingClock()).refresh()
        assert not too_long.expired()


async def test_a_pack_that_is_applied_again_is_not_stored_again(server: NatsServer) -> None:
    async with connected(server, "provisioner") as operator:
        await put_pack(operator, load(PACK))
        stored = (await operator.stream_info("OBJ_PACKS")).state.last_seq
        await put_pack(operator, load(PACK))
        assert (await operator.stream_info("OBJ_PACKS")).state.last_seq == stored


async def test_provisioning_twice_changes_nothing(server: NatsServer) -> None:
    async with connected(server, "provisioner") as operator:
        assert not [line for line in await provision(operator) if "created" in line]


def test_a_server_that_would_lose_updates_is_refused() -> None:
    with pytest.raises(ServerTooOld):
        check_version(2, 10)
    check_version(2, 12)
