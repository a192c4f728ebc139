"""Router on a real server: CASES → router → CASES, exactly once, through crashes, poison and replicas."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from nats.js.client import JetStreamContext
from prometheus_client import REGISTRY

from libs.contracts.events import (
    CaseAmended,
    CaseFact,
    CaseReleased,
    CaseReturned,
    CaseRouted,
    CaseTriaged,
    Person,
)
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import Dead
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.packs.model import Route
from libs.runtime.caselog import CaseLog
from libs.runtime.publishing import publish
from libs.runtime.service import Runtime, open_runtime
from services.router.app import build
from services.router.settings import Settings
from tests.support.builders import CITIZEN, a_case, make, opened
from tests.support.bus import connected
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

SURE = "Hàng xóm ở xã Quảng Lưu, huyện Quảng Xương mới về từ vùng dịch mà không khai báo y tế"
VAGUE = "Alo alo có ai ở đó không"


@asynccontextmanager
async def running(server: NatsServer) -> AsyncIterator[Runtime]:
    settings = Settings(nats_url=server.url, nkey_seed_file=server.seed("router"))
    async with open_runtime("router", settings) as rt, build(rt):
        yield rt


async def store(js: JetStreamContext, ref: CaseRef, fact: CaseFact, after: int = 0) -> int:
    done = await CaseLog(js).append(ref, None, after, decide=lambda _: fact, fold=lambda *_: None)
    assert done
    return done.seq


async def facts(js: JetStreamContext, ref: CaseRef) -> list[CaseFact]:
    return [one.fact for one in await CaseLog(js).since(ref, 0) if one.fact]


async def tokens(js: JetStreamContext, ref: CaseRef) -> list[str]:
    return [fact.token for fact in await facts(js, ref)]


async def decided(js: JetStreamContext, refs: Sequence[CaseRef], within: float = 10) -> None:
    async def all_have_two() -> bool:
        found = await asyncio.gather(*(CaseLog(js).since(ref, 0) for ref in refs))
        return all(len(log) >= 2 for log in found)

    await eventually(all_have_two, within=within)


async def test_an_opened_case_becomes_a_slip(server: NatsServer) -> None:
    ref = a_case()
    await in_force(server, thanh_hoa())
    async with connected(server, "intake") as js, running(server):
        await store(js, ref, opened(ref, text=SURE))
        await decided(js, [ref])
        _, slip = await facts(js, ref)
    assert isinstance(slip, CaseRouted)
    assert (slip.slip.lead, slip.slip.field, slip.pack_version) == ("UBND_406", "F03", thanh_hoa().version)


async def test_a_case_of_doubt_waits_and_goes_out_when_it_is_completed(server: NatsServer) -> None:
    ref = a_case()
    await in_force(server, thanh_hoa())
    async with connected(server, "intake") as js, connected(server, "desk") as desk, running(server):
        await store(js, ref, opened(ref, text=SURE, person=Person()))
        await decided(js, [ref])
        waiting = (await facts(js, ref))[1]
        assert isinstance(waiting, CaseTriaged) and waiting.reasons == ("contact",)
        last = (await CaseLog(js).since(ref, 0))[-1].seq
        await store(desk, ref, make(CaseAmended, ref, person=CITIZEN), last)
        await eventually(lambda: _has(js, ref, "routed"))


async def test_a_held_case_waits_until_the_operator_lets_go(server: NatsServer) -> None:
    ref = a_case()
    await in_force(server, thanh_hoa())
    async with connected(server, "intake") as js, connected(server, "desk") as desk, running(server):
        await store(js, ref, opened(ref, text=SURE, held=True))
        await decided(js, [ref])
        last = (await CaseLog(js).since(ref, 0))[-1].seq
        await store(desk, ref, make(CaseReleased, ref), last)
        await eventually(lambda: _has(js, ref, "routed"))
        assert await tokens(js, ref) == ["opened", "triaged", "released", "routed"]


async def test_three_routers_route_two_hundred_cases_once_each(server: NatsServer) -> None:
    refs = [a_case() for _ in range(200)]
    await in_force(server, thanh_hoa())
    async with AsyncExitStack() as stack:
        js = await stack.enter_async_context(connected(server, "intake"))
        for _ in range(3):
            await stack.enter_async_context(running(server))
        await asyncio.gather(*(store(js, ref, opened(ref, text=SURE)) for ref in refs))
        await decided(js, refs)
        found = Counter([tuple(await tokens(js, ref)) for ref in refs])
    assert found == {("opened", "routed"): 200}


async def test_a_poison_fact_is_put_aside_and_the_router_goes_on(server: NatsServer) -> None:
    good = a_case()
    await in_force(server, thanh_hoa())
    async with connected(server, "intake") as js, connected(server, "provisioner") as admin, running(server):
        for body in (b"{", b'{"event_id": 1}', b"\xff\xfe"):
            ref = a_case()
            await publish(js, f"case.2026.{ref.case_id}.opened", body, message_id=ref.case_id, expected=0)
        await store(js, good, opened(good, text=SURE))
        await decided(js, [good])
        await eventually(lambda: _dead(admin, 3))
        dead = await admin.get_last_msg("DEAD", "dead.router.CASES.1")
        letter = Dead.model_validate_json(dead.data or b"")
    assert letter.error.startswith("ValidationError") and letter.seq == 1


async def test_an_unknown_agency_in_the_pack_leaves_the_case_to_the_operator(server: NatsServer) -> None:
    ref = a_case()
    routes = tuple(Route(id=f.code, field=f.code, place="*", lead=("NOBODY",)) for f in thanh_hoa().fields)
    await in_force(server, thanh_hoa().model_copy(update={"routes": routes, "version": "strange"}))
    async with connected(server, "intake") as js, running(server):
        await store(js, ref, opened(ref, text=SURE))
        await decided(js, [ref])
        waiting = (await facts(js, ref))[1]
    assert isinstance(waiting, CaseTriaged) and waiting.reasons == ("rule-broken",)
    assert (waiting.inputs["rule"], waiting.inputs["broken"]) == ("F03", "NOBODY")
    assert REGISTRY.get_sample_value("hotline_router_broken_rules_total", {"rule": "F03"}) == 1


async def test_a_new_pack_is_learnt_while_running(server: NatsServer) -> None:
    first, second = a_case(), a_case()
    await in_force(server, thanh_hoa())
    async with connected(server, "intake") as js, running(server) as rt:
        await store(js, first, opened(first, text=SURE))
        await decided(js, [first])
        await in_force(server, thanh_hoa().model_copy(update={"auto_slip": False, "version": "by-hand"}))
        await eventually(lambda: rt.directory.current == "by-hand")
        await store(js, second, opened(second, text=SURE))
        await decided(js, [second])
        waiting = (await facts(js, second))[1]
    assert isinstance(waiting, CaseTriaged) and waiting.reasons == ("auto-off",)
    assert waiting.pack_version == "by-hand"


async def test_a_slip_that_comes_back_is_spoken_of_once_by_two_routers_and_by_the_pack_in_force_then(
    server: NatsServer,
) -> None:
    ref = a_case()
    later = thanh_hoa().model_copy(update={"version": "later"})
    await in_force(server, thanh_hoa())
    async with AsyncExitStack() as stack:
        js = await stack.enter_async_context(connected(server, "intake"))
        desk = await stack.enter_async_context(connected(server, "desk"))
        routers = [await stack.enter_async_context(running(server)) for _ in range(2)]
        await store(js, ref, opened(ref, text=SURE))
        await decided(js, [ref])
        await in_force(server, later)
        for router in routers:
            await eventually(lambda router=router: router.directory.current == "later")  # type: ignore[misc]
        last = (await CaseLog(js).since(ref, 0))[-1].seq
        officer = Actor(service="desk", person="f1", role="officer", agency="UBND_406")
        back = make(CaseReturned, ref, ground="wrong-field", proposed_agency="SYT", by=officer)
        await store(desk, ref, back, last)
        await eventually(lambda: _has(js, ref, "triaged"))
        _, slip, _, triaged = await facts(js, ref)
    assert (slip.pack_version, triaged.pack_version) == (thanh_hoa().version, "later")
    assert isinstance(triaged, CaseTriaged) and triaged.reasons == ("returned",)
    assert triaged.suggestions[0].lead == ("SYT",)


async def test_a_killed_server_neither_loses_nor_doubles_a_decision(server: NatsServer) -> None:
    refs = [a_case() for _ in range(60)]
    await in_force(server, thanh_hoa())
    async with connected(server, "intake") as js, running(server):
        for number, ref in enumerate(refs):
            if number in {20, 40}:
                server.kill()
                await asyncio.sleep(0.2)
                server.start()
            await store(js, ref, opened(ref, text=SURE if number % 2 else VAGUE))
        await decided(js, refs, within=20)
        found = Counter([len(await facts(js, ref)) for ref in refs])
    assert found == {2: 60}


async def test_a_router_started_again_finds_what_came_meanwhile(server: NatsServer) -> None:
    before, meanwhile = a_case(), a_case()
    await in_force(server, thanh_hoa())
    async with connected(server, "intake") as js:
        async with running(server):
            await store(js, before, opened(before, text=SURE))
            await decided(js, [before])
        await store(js, meanwhile, opened(meanwhile, text=SURE))
        async with running(server):
            await decided(js, [meanwhile])
        assert await tokens(js, before) == await tokens(js, meanwhile) == ["opened", "routed"]


async def test_router_is_ready_only_while_its_consumer_answers(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())
    async with running(server) as rt, connected(server, "provisioner") as admin:
        rt.readiness.built = True
        assert await rt.readiness.problems() == []
        await admin.delete_consumer("CASES", "router")
        assert await rt.readiness.problems() != []


async def _has(js: JetStreamContext, ref: CaseRef, token: str) -> bool:
    return token in await tokens(js, ref)


async def _dead(js: JetStreamContext, count: int) -> bool:
    return (await js.stream_info("DEAD")).state.messages == count
