"""Recordings and large deliveries go when their time is over; evidence stays, what was erased goes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from nats.js.client import JetStreamContext

from libs.cli.files import held_calls
from libs.contracts import events
from libs.devstack.nats_server import NatsServer
from libs.files.expiry import belongs_to, expire, expire_deliveries, keep_until
from libs.files.files import ABOUT
from libs.files.jetstream import JetStreamStore
from libs.runtime.clock import SystemClock
from tests.support.builders import a_case, make, opened
from tests.support.bus import connected
from tests.support.history import happen

NOW = SystemClock().now()
DAY = timedelta(days=1)
SHORT, LONG, CALL, OTHER = "a" * 32, "b" * 32, "c" * 32, "d" * 32


@pytest.fixture
async def js(server: NatsServer) -> AsyncIterator[JetStreamContext]:
    async with connected(server, "provisioner") as js:
        yield js


async def recorded(server: NatsServer) -> None:
    """Two recordings as intake puts them away: one for 30 days, one for as long as its case is kept."""
    async with connected(server, "intake") as intake:
        store = JetStreamStore(intake)
        for one, call in ((SHORT, CALL), (LONG, OTHER)):
            await store.put(one, b"sound")
            await store.put(f"{one}{ABOUT}", b"{}")
            await belongs_to(store, one, call)
        await keep_until(store, SHORT, (NOW + 30 * DAY).date())


async def names(js: JetStreamContext) -> set[str]:
    return {name async for name, _ in JetStreamStore(js).names()}


async def test_a_recording_of_a_held_case_outlives_its_last_day_until_the_hold_is_lifted(
    server: NatsServer, js: JetStreamContext
) -> None:
    await recorded(server)
    ref, store, later = a_case(), JetStreamStore(js), (NOW + 31 * DAY).date()
    placed = make(events.CaseHoldPlaced, ref, reference="5/CSĐT")
    last = await happen(server, ref, opened(ref, call=CALL), placed)
    held = await held_calls(js)
    assert held == {CALL}
    assert await expire(store, today=later, remove=True, held=held) == ()
    await happen(server, ref, make(events.CaseHoldLifted, ref, reference="9/CSĐT"), after=last)
    held = await held_calls(js)
    assert await expire(store, today=later, remove=True, held=held) == (SHORT,)
    assert {name for name in await names(js) if name.startswith(SHORT)} == set()
    assert LONG in await names(js)


async def test_a_large_delivery_goes_once_its_stream_has_forgotten_it(
    server: NatsServer, js: JetStreamContext
) -> None:
    async with connected(server, "intake") as intake:
        await JetStreamStore(intake).put("raw-abc", b"a long mail")
    await recorded(server)
    store = JetStreamStore(js)
    assert await expire_deliveries(store, now=NOW + 90 * DAY, remove=True) == 0
    assert await expire_deliveries(store, now=NOW + 92 * DAY, remove=False) == 1
    assert await expire_deliveries(store, now=NOW + 92 * DAY, remove=True) == 1
    assert not [name for name in await names(js) if name.startswith("raw-")]
    assert LONG in await names(js)
