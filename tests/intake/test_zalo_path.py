"""From Zalo's signed bytes to the case, on a real server, with a Zalo as bad as the real one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from libs.contracts.events import CaseAdded, CaseOpened
from libs.devstack.nats_server import NatsServer, free_port
from tests.support.channels import dead, facts, forget_raw, settled
from tests.support.channels import said as words
from tests.support.persistence import Persistent
from tests.support.pictures import picture
from tests.support.providers import listening, reported
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.waiting import eventually
from tests.support.zalo_events import CITIZEN, NOW, OA, attached, echo, event, said, signed
from tests.support.zalo_standin import zalo_standin
from tests.support.zalo_tables import zalo_table


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


@pytest.fixture
async def hook(server: NatsServer, tmp_path: Path) -> AsyncIterator[str]:
    async with listening(server, zalo_table(tmp_path, media_loopback=True)) as url:
        yield f"{url}/hooks/zalo"


async def posted(hook: str, content: dict[str, Any], **how: Any) -> None:
    assert await Persistent(hook).deliver(signed(content, **how))


async def refused(hook: str, body: bytes, headers: dict[str, str]) -> bool:
    async with httpx.AsyncClient() as client:
        return (await client.post(hook, content=body, headers=headers)).status_code == 403


async def test_a_text_opens_a_case_that_knows_where_to_reply(server: NatsServer, hook: str) -> None:
    await posted(hook, said("Đèn đường hỏng", "m-1"))
    await eventually(lambda: settled(server))
    [(_, fact)] = await facts(server)
    assert isinstance(fact, CaseOpened)
    assert (fact.text, fact.channel, fact.raw[:9]) == ("Đèn đường hỏng", "zalo", "raw.zalo.")
    assert (fact.origin.account, fact.origin.person, fact.origin.thread) == (OA, CITIZEN, "m-1")
    assert fact.received_at.timestamp() == NOW / 1000 and not fact.origin.public


@pytest.mark.parametrize("times", [1, 2, 50])
async def test_a_message_that_comes_many_times_at_once_is_in_one_case_once(
    server: NatsServer, hook: str, times: int
) -> None:
    assert set(await Persistent(hook, patience=10).storm([signed(said("Đèn đường hỏng"))], times)) == {200}
    await eventually(lambda: settled(server))
    assert list((await words(server)).values()) == [["Đèn đường hỏng"]]


async def test_a_message_that_comes_again_a_week_later_is_still_the_same(
    server: NatsServer, hook: str
) -> None:
    await posted(hook, said("Đèn đường hỏng"))
    await eventually(lambda: settled(server))
    await forget_raw(server)
    await posted(hook, said("Đèn đường hỏng"))
    await eventually(lambda: settled(server))
    assert list((await words(server)).values()) == [["Đèn đường hỏng"]]


async def test_what_one_citizen_says_in_any_order_is_one_case(server: NatsServer, hook: str) -> None:
    where = attached("location", coordinates={"latitude": "19.8067", "longitude": "105.7852"})
    info = {"name": "Nguyễn Văn Mẫu", "phone": "84912345678", "address": "Thôn 3"}
    events = [
        said("Đèn đường hỏng", "m-1", at=NOW),
        said("Chợ Vườn Hoa", "m-2", name="user_send_location", attachments=[where], at=NOW + 1_000),
        said("Ở đầu ngõ", "m-3", at=NOW + 2_000),
        event("user_submit_info", at=NOW + 3_000, sender={"id": CITIZEN}, recipient={"id": OA}, info=info),
    ]
    await Persistent(hook, patience=10).storm([signed(one) for one in events], 3, seed=5)
    await eventually(lambda: settled(server))
    [case] = (await words(server)).values()
    assert len(case) == 4
    people = [fact.person for _, fact in await facts(server) if isinstance(fact, CaseOpened | CaseAdded)]
    assert [one.phone for one in people if one.name == "Nguyễn Văn Mẫu"] == ["+84912345678"]


async def test_an_echo_and_a_receipt_before_the_answer_open_nothing_and_are_noted(
    server: NatsServer, hook: str
) -> None:
    async with zalo_standin(hook=hook, echo_first=True, receipt_first=True) as zalo:
        async with httpx.AsyncClient(headers={"access_token": zalo.access_token}, timeout=10) as client:
            reply = {"recipient": {"user_id": CITIZEN}, "message": {"text": "Đã tiếp nhận"}}
            answer = await client.post(f"{zalo.api_url}/v3.0/oa/message/cs", json=reply)
        assert len(zalo.posted) == 2 and answer.json()["error"] == 0
        await eventually(lambda: settled(server))
        [arrived] = await reported(server)
        assert (arrived.way, arrived.token, arrived.gateway_id) == ("zalo", "arrived", zalo.sent[0].id)
    assert await facts(server) == []


async def test_what_zalo_could_not_deliver_is_taken_when_it_tries_again(
    server: NatsServer, tmp_path: Path
) -> None:
    port = free_port()
    provider = Persistent(f"http://127.0.0.1:{port}/hooks/zalo", pauses=[0.2] * 20)
    trying = asyncio.create_task(provider.deliver(signed(said("Đèn đường hỏng"))))
    await eventually(lambda: len(provider.outcomes) >= 2)
    async with listening(server, zalo_table(tmp_path), port):
        assert await trying
        await eventually(lambda: settled(server))
    assert provider.outcomes[0] == 0 and provider.outcomes[-1] == 200
    assert list((await words(server)).values()) == [["Đèn đường hỏng"]]


async def test_nothing_that_zalo_did_not_sign_gets_further_than_the_door(
    server: NatsServer, hook: str
) -> None:
    genuine = signed(said("Đèn đường hỏng"))
    other = signed(said("Đèn đường hỏng", app="2553000000000000002"))
    assert await refused(hook, genuine.body.replace(b"m", b"n", 1), dict(genuine.headers))
    assert await refused(hook, other.body, dict(other.headers))
    assert await refused(hook, genuine.body, {})
    wrong = signed(said("Đèn đường hỏng"), secret="app-secret-for-tests")
    assert await refused(hook, wrong.body, dict(wrong.headers))
    await eventually(lambda: settled(server))
    assert await facts(server) == []


async def test_the_console_finds_the_webhook_alive_and_nothing_is_stored(
    server: NatsServer, hook: str
) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.post(hook, content=b"")).status_code == 200
        assert (await client.post(hook, json={"probe": True})).status_code == 200
        assert (await client.get(hook)).status_code == 200
    await eventually(lambda: settled(server))
    assert await facts(server) == [] and await dead(server) == []


async def test_a_picture_is_fetched_at_once_and_one_from_elsewhere_is_not(
    server: NatsServer, hook: str
) -> None:
    async def photo(_: Request) -> Response:
        return Response(picture(), media_type="image/jpeg")

    async with serving(Starlette(routes=[Route("/a.jpg", photo)])) as cdn:
        pictures = [
            attached("image", url=f"{cdn}/a.jpg"),
            attached("image", url="https://evil.example/a.jpg"),
        ]
        await posted(hook, said("Ổ gà", name="user_send_image", attachments=pictures))
        await eventually(lambda: settled(server))
    [(_, fact)] = await facts(server)
    assert isinstance(fact, CaseOpened)
    assert [(file.type, file.lost) for file in fact.files] == [("image/jpeg", ""), ("", "refused-address")]
    assert fact.files[0].size and fact.files[0].sha256


async def test_what_makes_no_sense_is_listed_with_its_reason_and_zalo_hears_that_it_was_taken(
    server: NatsServer, hook: str
) -> None:
    await posted(hook, {**said("Đèn đường hỏng"), "sender": {}})
    await posted(hook, event("user_withdraw", user_id=CITIZEN))
    await posted(hook, echo("Đã tiếp nhận", "m-9"))
    await eventually(lambda: settled(server))
    reasons = sorted(await dead(server))
    assert [reason.split(":")[1].split()[0] for reason in reasons] == ["sender.id", "user_withdraw"]
    assert await facts(server) == []
