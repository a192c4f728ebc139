"""Calls that are posted: durable before they are acknowledged, stored once, however often and when."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from nats.js.client import JetStreamContext

from libs.devstack.nats_server import NatsServer
from tests.support.bus import connected
from tests.support.calling import CITIZEN, HOTLINE, SECRET
from tests.support.pbx_poster import cdr, post, posted
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.telephone import TABLE, call_facts, channels_toml, telephone
from tests.support.waiting import eventually

A = "6fe32ba4-1111-4c3e-9d52-0a5d2f4c8a01"
RECORD = cdr(
    {"uuid": A, "call_uuid": A, "direction": "inbound", "caller_id_number": CITIZEN,
     "destination_number": HOTLINE, "start_epoch": 1, "end_epoch": 2, "bridge_epoch": 0, "duration": 31,
     "hangup_cause": "ORIGINATOR_CANCEL"}
)  # fmt: skip
BASIC = {"Authorization": "Basic " + base64.b64encode(f"hotline:{SECRET}".encode()).decode()}


@pytest.fixture
async def js(server: NatsServer) -> AsyncIterator[JetStreamContext]:
    await in_force(server, thanh_hoa())
    async with connected(server, "provisioner") as js:
        yield js


async def told(js: JetStreamContext, *names: str) -> None:
    async def there() -> bool:
        return set(names) <= (await call_facts(js)).keys()

    await eventually(there, within=10, what=f"{names} in CALLS")


async def stored(js: JetStreamContext, stream: str) -> int:
    return int((await js.stream_info(stream)).state.messages)


async def test_freeswitch_waits_for_our_word_before_it_sends_the_body(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    async with telephone(server, channels_toml(tmp_path, "freeswitch")) as (app, _):
        async with serving(app) as address:
            port = urlsplit(address).port or 0
            for form in ("raw", "form", "base64"):
                kind, body = posted(RECORD, form)
                headers = BASIC | {"Content-Type": kind}
                path = f"/hooks/{TABLE}?uuid=a_{A}"
                assert await post("127.0.0.1", port, path, body, headers=headers) == (200, True)
            assert (await post("127.0.0.1", port, f"/hooks/{TABLE}", RECORD, headers={}))[0] == 403
        await told(js, "ended", "missed")
        assert await stored(js, "CALLS") == 2, "three forms of one record are one call"


async def test_a_call_that_is_told_while_the_store_is_away_is_told_again(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    async with telephone(server, channels_toml(tmp_path, "freeswitch"), patience=0.5) as (app, _):
        async with serving(app) as address:
            port = urlsplit(address).port or 0
            server.kill()
            status, _ = await post("127.0.0.1", port, f"/hooks/{TABLE}", RECORD, headers=BASIC)
            assert status == 503
            server.start()
            status, _ = await post("127.0.0.1", port, f"/hooks/{TABLE}", RECORD, headers=BASIC, tries=30)
            assert status == 200
            async with connected(server, "provisioner") as again:
                await told(again, "ended", "missed")
                assert await stored(again, "CALLS") == 2


DATA = {
    "callid": "17.42", "duration": "95", "billsec": "80", "status": "ANSWERED", "did": HOTLINE,
    "phone": CITIZEN, "extension": "201", "direction": "inbound",
}  # fmt: skip
CALL = {"callid": "17.42", "phone": CITIZEN, "extension": "201", "queue": "1022", "did": HOTLINE}


@pytest.mark.parametrize("times", [1, 2, 50])
async def test_a_call_told_in_any_order_and_any_number_of_times_is_one_call(
    js: JetStreamContext, server: NatsServer, tmp_path: Path, times: int
) -> None:
    requests: list[tuple[str, dict[str, str]]] = [
        ("calldata", DATA),
        ("hangup", {"callid": "17.42"}),
        ("call_in", CALL | {"event": "ANSWER"}),
        ("call_in", CALL | {"event": "RING"}),
    ] * times
    random.Random(times).shuffle(requests)
    base = f"/hooks/{TABLE}/{SECRET}"
    names = ("ended", "ext-201 answered", "ext-201 ringing")
    for _ in range(2):  # the second time after a restart
        async with telephone(server, channels_toml(tmp_path, "url_pbx")) as (app, _rt):
            transport: Any = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
                answers = await asyncio.gather(
                    *(client.get(f"{base}/{place}", params=query) for place, query in requests)
                )
                assert {answer.status_code for answer in answers} == {200}
            await told(js, *names)
    assert (await stored(js, "CALLS"), await stored(js, "RAW")) == (3, 4)


async def test_stringee_hears_what_to_do_at_once_and_nothing_is_stored_of_the_question(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    keys: Any = {"numbers": [HOTLINE], "public_url": "https://1022.example/hooks/x", "operators": ["truc-01"]}
    async with telephone(server, channels_toml(tmp_path, "stringee", **keys)) as (app, _):
        transport: Any = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
            place = f"/hooks/{TABLE}/{SECRET}"
            scco = await client.get(f"{place}/answer", params={"from": CITIZEN, "to": HOTLINE})
            assert [one["action"] for one in scco.json()] == ["record", "connect"]
            assert await stored(js, "RAW") == 0
            event = {"call_status": "ended", "call_id": "c", "answerDuration": 0, "duration": 12,
                     "callCreatedReason": "EXTERNAL_CALL_IN", "from": {"number": CITIZEN}}  # fmt: skip
            assert (await client.post(f"{place}/event", json=event)).status_code == 200
            assert (await client.post(f"/hooks/{TABLE}/guess/event", json=event)).status_code == 403
        await told(js, "ended", "missed")


async def test_what_nobody_can_read_is_kept_and_listed(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    async with telephone(server, channels_toml(tmp_path, "freeswitch")) as (app, _):
        transport: Any = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
            taken = await client.post(f"/hooks/{TABLE}", content=b"cdr=odd", headers=BASIC)
            assert taken.status_code == 200

        async def buried() -> bool:
            return await stored(js, "DEAD") == 1

        await eventually(buried)
        assert await stored(js, "RAW") == 1 and await stored(js, "CALLS") == 0
