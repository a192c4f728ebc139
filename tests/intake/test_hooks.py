"""Where strangers knock: what is not genuine is refused, what is genuine is on the disk before its 200."""

import hashlib
import json
from pathlib import Path

import pytest

from libs.contracts.events import CaseOpened
from libs.devstack.nats_server import NatsServer
from services.intake.channels.shape import Delivery
from services.intake.hooks import FORGED_HOURLY, LIMIT
from services.intake.rawlog import LARGE, RawLog
from tests.intake.test_again import hotline
from tests.support.builders import MONDAY_MORNING
from tests.support.bus import connected
from tests.support.channels import app_table, dead, facts, partner, replica, settled, signature
from tests.support.intake import REQUEST, headers, intake_settings
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

MESSAGE = json.dumps({"id": "A-1", "text": "Đèn đường hỏng"}).encode()


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


async def kept(server: NatsServer, subject: str = "raw.>") -> int:
    async with connected(server, "provisioner") as js:
        info = await js.stream_info("RAW", subjects_filter=subject)
    return sum((info.state.subjects or {}).values())


async def test_no_secret_of_an_address_lies_in_raw_nor_is_shown(server: NatsServer, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mat-khau-trong-duong-dan")
    channels = tmp_path / "channels.toml"
    channels.write_text(
        "".join(
            f'[{name}]\nkind = "{kind}"\nsecret_file = "{tmp_path / "secret"}"\n'
            for name, kind in (("pbx", "url_pbx"), ("sms", "kannel"))
        )
    )
    async with replica(server, channels) as (client, _):
        for path in (
            "pbx/mat-khau-trong-duong-dan/call_in?callid=c1&event=RING",
            f"sms/mat-khau-trong-duong-dan?letter={'7' * 32}&type=1",
        ):
            assert (await client.get(f"/hooks/{path}")).status_code == 200
        assert (await client.get("/hooks/pbx/mat-khau-go-nham/hangup")).status_code == 403
        await eventually(lambda: settled(server))
        async with connected(server, "provisioner") as js:
            stored = [await js.get_msg("RAW", seq) for seq in (1, 2, 3)]
    assert not any("trong-duong-dan" in str(one.headers) for one in stored)
    assert await dead(server) == ["Unverified: the secret is wrong"]
    shown = await hotline(server, "raw", "show", "3")
    assert '"table": "pbx"' in shown and "go-nham" not in shown


async def test_words_are_on_the_disk_before_the_provider_hears_so(server: NatsServer, tmp_path: Path) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        answer = await app.post(MESSAGE)
        assert (answer.status_code, answer.content, await kept(server, "raw.app.*")) == (200, b"", 1)
        again = await app.post(MESSAGE)
    assert again.status_code == 200 and await kept(server) == 1


async def test_without_a_server_the_provider_is_told_to_come_again(
    server: NatsServer, tmp_path: Path
) -> None:
    async with replica(server, app_table(tmp_path), patience=0.5) as (client, _):
        server.kill()
        answer = await client.post("/hooks/app", content=MESSAGE, headers={"x-signature": signature(MESSAGE)})
        server.start()
    assert answer.status_code == 503 and answer.headers["retry-after"]


@pytest.mark.parametrize(
    "signed",
    [None, "", "00" * 32, "sha256=", "ký", signature(MESSAGE)[:-1], signature(MESSAGE + b" ")],
)
async def test_a_wrong_signature_is_refused(server: NatsServer, tmp_path: Path, signed: str | None) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        named = {b"x-signature": signed.encode()} if signed is not None else {}
        answer = await app.replicas[0].post("/hooks/app", content=MESSAGE, headers=named)
    assert answer.status_code == 403 and answer.json()["problems"][0]["vi"]
    assert await kept(server, "raw.app.*") == 0 and await facts(server) == []


async def test_of_what_was_not_genuine_the_first_few_are_listed_and_never_stand_in_the_way(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        for number in range(FORGED_HOURLY + 3):
            body = MESSAGE if number == 0 else f"{number}".encode()
            await app.replicas[0].post("/hooks/app", content=body, headers={"x-signature": "no"})
        await app.post(MESSAGE)
        await eventually(lambda: settled(server))
    assert await kept(server, "raw._unverified.*") == FORGED_HOURLY == len(await dead(server))
    assert all(reason.startswith("Unverified") for reason in await dead(server))
    assert len(await facts(server)) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/hooks/unknown", 404),
        ("POST", "/hooks/app%00", 404),
        ("POST", "/hooks/_unverified", 404),
        ("POST", "/hooks/" + "x" * 5_000, 404),
        ("PUT", "/hooks/app", 405),
        ("DELETE", "/hooks/app", 405),
        ("GET", "/hooks/app", 403),
        ("POST", "/hooks/app/../other", 404),
    ],
)
async def test_hostile_addresses_get_a_clear_answer(
    server: NatsServer, tmp_path: Path, method: str, path: str, status: int
) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        answer = await app.replicas[0].request(method, path)
    assert answer.status_code == status and answer.json()["problems"][0]["en"]


async def test_a_body_above_the_limit_is_refused_and_one_below_comes_through_whole(
    server: NatsServer, tmp_path: Path
) -> None:
    large = json.dumps({"id": "A-2", "text": "Dài " + "a" * LARGE}).encode()
    async with partner(server, app_table(tmp_path)) as app:
        assert (await app.post(b" " * (LIMIT + 1))).status_code == 413
        assert (await app.post(large)).status_code == 200
        await eventually(lambda: settled(server))
    [(_, fact)] = await facts(server)
    assert isinstance(fact, CaseOpened) and len(fact.text) == 10_000
    async with connected(server, "intake") as js:
        message = await js.get_last_msg("RAW", fact.raw)
        back = await RawLog(js).load(message.headers, message.data or b"")
    assert len(message.data or b"") < 10 and hashlib.sha256(back.delivery.body).digest() == (
        hashlib.sha256(large).digest()
    )


async def test_a_delivery_comes_back_as_it_was_whatever_stood_in_its_headers(server: NatsServer) -> None:
    delivery = Delivery(
        b"\x00\xff\r\n", MONDAY_MORNING, "GET", "á/\r\nX: y", "a=1&hub.mode=%00", {"x-a": "\r\nEvil: 1\x00é"}
    )
    async with connected(server, "intake") as js:
        raw = RawLog(js)
        assert await raw.keep("app", "k\ud800", delivery) and not await raw.keep("app", "k\ud800", delivery)
        message = await js.get_last_msg("RAW", "raw.app.*")
        assert (await raw.load(message.headers, message.data or b"")).delivery == delivery
        assert await raw.newest("app") == MONDAY_MORNING and await raw.newest("other") is None


async def test_a_table_that_is_gone_loses_nothing(server: NatsServer, tmp_path: Path) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        await app.post(b"[]")
        await eventually(lambda: settled(server))
    async with connected(server, "intake") as js:
        await RawLog(js).keep("old", "k", Delivery(MESSAGE, MONDAY_MORNING))
    async with replica(server, None):
        await eventually(lambda: settled(server))
    assert ["no such table" in reason for reason in await dead(server)] == [True]


async def test_one_phone_is_told_when_it_may_send_again_and_others_are_not_kept_waiting(
    server: NatsServer,
) -> None:
    portal = intake_settings(server).clients["portal"]
    few = {"portal": portal.model_copy(update={"person_hourly": 2})}
    async with replica(server, None, clients=few) as (client, _):
        url = "/api/v1/requests"
        said = [await client.post(url, json=REQUEST, headers=headers(f"key-{n:08d}")) for n in (1, 2, 2, 3)]
        other = REQUEST | {"phone": "0912 345 679"}
        free = await client.post(url, json=other, headers=headers("key-00000004"))
    assert [answer.status_code for answer in said] == [201, 201, 200, 429]
    assert 0 < int(said[-1].headers["retry-after"]) <= 3_600
    assert said[-1].json()["problems"][0]["field"] == "phone" and free.status_code == 201
