"""The one way to write: exactly once, on top of all that happened, or refused."""

import asyncio
import functools
from uuid import uuid4

import pytest
from nats.errors import Error as NatsError

from libs.contracts.errors import Refused
from libs.contracts.events import CaseAnswered, CaseFact, CaseReceived, CaseTriaged
from libs.contracts.facts import Actor
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog, EventIdUsed
from libs.runtime.errors import OutcomeUnknown
from tests.support.builders import a_case, make, opened, routed
from tests.support.bus import connected

Tokens = tuple[str, ...]
NOTHING: Tokens = ()
ONLY_OPENED: Tokens = ("opened",)


def remember(state: Tokens, fact: CaseFact) -> Tokens:
    return (*state, fact.token)


def given(fact: CaseFact, _state: Tokens) -> CaseFact:
    return fact


async def test_an_opened_case_is_stored_once_however_often_it_is_sent(server: NatsServer) -> None:
    ref = a_case()
    fact = opened(ref)
    async with connected(server, "intake") as js:
        log = CaseLog(js)
        first = await log.append(ref, NOTHING, 0, decide=lambda _: fact, fold=remember)
        again = await asyncio.gather(
            *(log.append(ref, NOTHING, 0, decide=lambda _: fact, fold=remember) for _ in range(20))
        )
        assert first is not None and not first.repeated
        assert {one.seq for one in again if one} == {first.seq}
        assert all(one and one.repeated for one in again)
        assert [stored.fact for stored in await log.since(ref, 0)] == [fact]


async def test_an_event_id_of_another_case_is_an_error_and_not_taken_for_a_retry(server: NatsServer) -> None:
    one, other = a_case(), a_case()
    used = opened(one)
    async with connected(server, "intake") as js:
        log = CaseLog(js)
        await log.append(one, NOTHING, 0, decide=lambda _: used, fold=remember)
        with pytest.raises(EventIdUsed):
            await log.append(
                other, NOTHING, 0, decide=lambda _: opened(other, event_id=used.event_id), fold=remember
            )
        assert await log.since(other, 0) == []


async def test_each_fact_points_at_the_one_before_it(server: NatsServer) -> None:
    ref = a_case()
    async with connected(server, "intake") as intake, connected(server, "router") as router:
        first = await CaseLog(intake).append(ref, NOTHING, 0, decide=lambda _: opened(ref), fold=remember)
        assert first
        await CaseLog(router).append(ref, NOTHING, first.seq, decide=lambda _: routed(ref), fold=remember)
        stored = await CaseLog(intake).since(ref, 0)
    assert [one.predecessor for one in stored] == [0, first.seq]


async def test_a_command_on_an_old_view_is_decided_again_on_what_happened_meanwhile(
    server: NatsServer,
) -> None:
    ref = a_case()
    seen: list[Tokens] = []

    def answer(state: Tokens) -> CaseFact:
        seen.append(state)
        return make(CaseAnswered, ref, answer="Đã xử lý")

    async with (
        connected(server, "intake") as intake,
        connected(server, "router") as router,
        connected(server, "desk") as desk,
    ):
        first = await CaseLog(intake).append(ref, NOTHING, 0, decide=lambda _: opened(ref), fold=remember)
        assert first
        await CaseLog(router).append(ref, NOTHING, first.seq, decide=lambda _: routed(ref), fold=remember)
        await CaseLog(desk).append(ref, ONLY_OPENED, first.seq, decide=answer, fold=remember)
    assert seen == [("opened",), ("opened", "routed")]


async def test_a_decision_that_no_longer_holds_is_refused(server: NatsServer) -> None:
    ref = a_case()

    def receive(state: Tokens) -> CaseFact:
        if "routed" in state:
            raise Refused("Phiếu đã chuyển nơi khác", "the slip went elsewhere", stale=True)
        return make(CaseReceived, ref)

    async with connected(server, "intake") as intake, connected(server, "router") as router:
        first = await CaseLog(intake).append(ref, NOTHING, 0, decide=lambda _: opened(ref), fold=remember)
        assert first
        await CaseLog(router).append(ref, NOTHING, first.seq, decide=lambda _: routed(ref), fold=remember)
        async with connected(server, "desk") as desk:
            with pytest.raises(Refused, match="elsewhere"):
                await CaseLog(desk).append(ref, NOTHING, first.seq, decide=receive, fold=remember)


async def test_two_replicas_reacting_to_one_cause_make_one_fact_even_if_they_differ(
    server: NatsServer,
) -> None:
    ref = a_case()
    cause = opened(ref)
    router = Actor(service="router")
    slip = routed(ref, cause=cause.event_id, by=router)
    triage = make(CaseTriaged, ref, cause=cause.event_id, by=router, reasons=("margin",), event_id=uuid4())
    async with connected(server, "intake") as intake, connected(server, "router") as js:
        first = await CaseLog(intake).append(ref, NOTHING, 0, decide=lambda _: cause, fold=remember)
        assert first
        one, two = await asyncio.gather(
            CaseLog(js).append(ref, NOTHING, first.seq, decide=lambda _: slip, fold=remember),
            CaseLog(js).append(ref, NOTHING, first.seq, decide=lambda _: triage, fold=remember),
        )
        assert one and two and one.seq == two.seq
        assert len(await CaseLog(js).since(ref, 0)) == 2


async def test_thirty_writers_on_one_case_lose_nothing(server: NatsServer) -> None:
    ref = a_case()
    async with connected(server, "desk") as js, connected(server, "intake") as intake:
        first = await CaseLog(intake).append(ref, NOTHING, 0, decide=lambda _: opened(ref), fold=remember)
        assert first
        facts = [make(CaseReceived, ref) for _ in range(30)]
        await asyncio.gather(
            *(
                CaseLog(js).append(
                    ref, NOTHING, first.seq, decide=functools.partial(given, fact), fold=remember
                )
                for fact in facts
            )
        )
        stored = await CaseLog(js).since(ref, first.seq)
    assert {one.fact.event_id for one in stored if one.fact} == {fact.event_id for fact in facts}


async def test_a_service_cannot_write_a_fact_that_belongs_to_another(server: NatsServer) -> None:
    ref = a_case()
    async with connected(server, "portal") as js:
        with pytest.raises((OutcomeUnknown, NatsError)):
            await CaseLog(js, patience=0.1).append(
                ref, NOTHING, 0, decide=lambda _: opened(ref), fold=remember
            )


async def test_a_dead_server_gives_an_unknown_outcome_and_the_retry_finds_its_own_fact(
    server: NatsServer,
) -> None:
    ref = a_case()
    fact = opened(ref)
    async with connected(server, "intake") as js:
        log = CaseLog(js, patience=0.5)
        await log.append(ref, NOTHING, 0, decide=lambda _: fact, fold=remember)
        server.kill()
        with pytest.raises(OutcomeUnknown):
            await log.append(ref, NOTHING, 0, decide=lambda _: opened(a_case()), fold=remember)
        server.start()
        for _ in range(50):
            if js._nc.is_connected:
                break
            await asyncio.sleep(0.1)
        again = await CaseLog(js).append(ref, NOTHING, 0, decide=lambda _: fact, fold=remember)
        assert again and again.repeated


async def test_a_stream_without_a_leader_is_waited_for(server: NatsServer) -> None:
    ref = a_case()
    async with connected(server, "provisioner") as js, connected(server, "intake") as intake:
        standing = (await js.stream_info("CASES")).config
        await js.delete_stream("CASES")
        appending = asyncio.create_task(
            CaseLog(intake).append(ref, NOTHING, 0, decide=lambda _: opened(ref), fold=remember)
        )
        await asyncio.sleep(0.3)
        await js.add_stream(standing)
        assert await appending


async def test_a_view_that_is_ahead_of_the_stream_ends_in_an_unknown_outcome(server: NatsServer) -> None:
    ref = a_case()
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        await CaseLog(intake).append(ref, NOTHING, 0, decide=lambda _: opened(ref), fold=remember)
        with pytest.raises(OutcomeUnknown):
            await asyncio.wait_for(
                CaseLog(desk, patience=0.3).append(
                    ref, NOTHING, 77, decide=lambda _: make(CaseReceived, ref), fold=remember
                ),
                3,
            )
