"""The canary on a real server: it goes the whole way, once an hour, and nobody ever sees it."""

import asyncio
import time
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from libs.contracts.canary import CANARY
from libs.contracts.events import CaseOpened
from libs.contracts.sidefacts import LetterFailed
from libs.devstack.nats_server import NatsServer
from services.desk.canary import Lost
from tests.support.bus import connected
from tests.support.canaries import province
from tests.support.desks import OPERATOR
from tests.support.letters import letter_facts, states
from tests.support.waiting import eventually


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def tokens(server: NatsServer, subjects: str, stream: str = "CASES") -> list[str]:
    """The last words of the subjects that are stored."""
    async with connected(server, "provisioner") as js:
        found = (await js.stream_info(stream, subjects_filter=subjects)).state.subjects or {}
    return sorted(subject.rsplit(".", 1)[-1] for subject in found)


async def code_of(server: NatsServer) -> str:
    """The look-up code that intake gave the canary."""
    async with connected(server, "provisioner") as js:
        first = await js.get_last_msg("CASES", "case.*.*.opened")
    return CaseOpened.model_validate_json(first.data or b"").code


async def test_a_canary_goes_the_whole_way_and_two_replicas_make_one(
    server: NatsServer, tmp_path: Path
) -> None:
    before = time.time()
    async with (
        province(server, tmp_path) as whole,
        whole.canary() as canary,
        whole.canary() as other,
    ):
        await asyncio.gather(canary.fly(), other.fly())
        assert await tokens(server, "case.>") == ["opened", "rejected", "routed"]
        assert "armed" in await tokens(server, "clock.*.answer-1.*", "CLOCKS")
        assert before <= sample("hotline_canary_last_success_timestamp_seconds") <= time.time()
        assert 0 < sample("hotline_canary_seconds") < 20
        await other.fly()
        assert await tokens(server, "case.>") == ["opened", "rejected", "routed"], "the same hour, once"


async def test_a_canary_writes_to_nobody_is_in_no_list_and_counts_nowhere(
    server: NatsServer, tmp_path: Path
) -> None:
    counted = (
        ("hotline_intake_requests_accepted_total", {"channel": CANARY}),
        ("hotline_router_slips_total", {"agency": "TD1022", "field": ""}),
        ("hotline_notifier_unreachable_agencies_total", {"agency": "TD1022"}),
        ("hotline_notifier_letters_total", {"template": CANARY, "way": "none", "outcome": "failed"}),
    )
    before = [sample(name, **labels) for name, labels in counted]
    async with province(server, tmp_path, without="sla") as whole, whole.canary(every=8) as canary:
        with pytest.raises(Lost, match="sla"):
            await canary.fly()

        async def told() -> bool:
            return bool(await letter_facts(server))

        await eventually(told, within=10)
        async with whole.office.person(OPERATOR) as operator:
            lists = [await operator.listed(name) for name in ("triage", "open", "closed")]
            (case_id,) = {fact.case_id for fact in await letter_facts(server)}
            assert case_id not in {one for found in lists for one in found}
            assert lists == [[], [], []]
            found = await operator.client.get("/search", params={"q": await code_of(server)})
            assert (found.status_code, found.json()["rows"]) == (200, [])
    (fact,) = await letter_facts(server)
    assert isinstance(fact, LetterFailed) and (fact.way, fact.template) == ("none", CANARY)
    assert states(whole.letters) == {(CANARY, "TD1022", "none"): "failed"}
    assert [sample(name, **labels) for name, labels in counted] == before


async def test_a_canary_that_never_arrived_is_a_failure_and_the_next_one_tidies_up(
    server: NatsServer, tmp_path: Path
) -> None:
    before = sample("hotline_canary_failures_total", stage="router")
    success = sample("hotline_canary_last_success_timestamp_seconds")
    async with province(server, tmp_path, without="router") as whole, whole.canary(every=4) as canary:
        running = asyncio.create_task(canary.run())

        async def tidied_up() -> bool:
            return "rejected" in await tokens(server, "case.>")

        await eventually(tidied_up, within=20)
        running.cancel()
        assert sample("hotline_canary_failures_total", stage="router") > before
        assert sample("hotline_canary_last_success_timestamp_seconds") == success
        async with connected(server, "provisioner") as js:
            end = await js.get_last_msg("CASES", "case.*.*.rejected")
    assert b'"reason":"canary-lost"' in (end.data or b"")
