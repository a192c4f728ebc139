"""Malformed, oversized, wrongly encoded and hostile requests get a list of problems and nothing else."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from libs.contracts.requests import Problems
from libs.devstack.nats_server import NatsServer
from tests.support.bus import connected
from tests.support.intake import DESK_KEY, REQUEST, headers, running_intake
from tests.support.provinces import in_force, thanh_hoa

URL = "/api/v1/requests"


@pytest.fixture
async def client(server: NatsServer) -> AsyncIterator[httpx.AsyncClient]:
    await in_force(server, thanh_hoa())
    async with running_intake(server) as (client, _):
        yield client


BODIES: list[tuple[bytes, int, str]] = [
    (b"", 400, ""),
    (b"   ", 400, ""),
    (b"{", 400, ""),
    (b"[]", 422, ""),
    (b"null", 422, ""),
    (b'"text"', 422, ""),
    (b"\xef\xbb\xbf{}", 400, ""),
    ('{"text": "Thanh Hóa"}'.encode("utf-16"), 400, ""),
    ('{"text": "Thanh Hóa"}'.encode("cp1258", "replace"), 400, ""),
    (b"[" * 60_000, 400, ""),
    (b'{"a":' * 10_000, 400, ""),
    (b'{"text": ' + b"9" * 5000 + b"}", 400, ""),
    (b"{}", 422, "text"),
    (b'{"text": ""}', 422, "text"),
    (b'{"text": " \\n "}', 422, "text"),
    (b'{"text": 5}', 422, "text"),
    (b'{"text": null}', 422, "text"),
    (b'{"text": ["a"]}', 422, "text"),
    (b'{"text": "\\ud800"}', 422, "text"),
    (b'{"text": "a\\u0000b"}', 422, "text"),
    (b'{"text": "a", "text": "b"}', 422, "text"),
    (b'{"text": "' + b"a" * 10_001 + b'"}', 422, "text"),
    (b'{"text": "x", "phone": "' + b"1" * 301 + b'"}', 422, "phone"),
    (b'{"text": "x", "phone": "abc"}', 422, "phone"),
    (b'{"text": "x", "email": "abc"}', 422, "email"),
    (b'{"text": "x", "fone": "0912"}', 422, "fone"),
    (b'{"text": "x", "field": "F77"}', 422, "field"),
    (b'{"text": "x", "field": "../../etc"}', 422, "field"),
    (b'{"text": "x", "channel": "phone"}', 422, "channel"),
    (b'{"text": "x", "held": true}', 422, "held"),
    (b'{"text": "x", "held": "maybe"}', 422, "held"),
    ('{"text": "x", "operator_name": "Trần Thị B"}'.encode(), 422, "operator_name"),
    (b'{"text": "x", "language": "fr"}', 422, "language"),
    (b'{"text": "x", "received_at": "2026-01-01T00:00:00"}', 422, "received_at"),
    (b'{"text": "x", "received_at": "9999-12-31T23:59:59+00:00"}', 422, "received_at"),
    (b'{"text": "x", "received_at": "0001-01-01T00:00:00+14:00"}', 422, "received_at"),
    (b'{"text": "x", "received_at": 1e308}', 422, "received_at"),
    (b'{"text": "x", "received_at": NaN}', 422, "received_at"),
    (b'{"text": "' + b"a" * 70_000 + b'"}', 413, ""),
]


@pytest.mark.parametrize(("body", "status", "field"), BODIES, ids=lambda value: repr(value)[:40])
async def test_a_bad_body_is_answered_with_its_problems(
    client: httpx.AsyncClient, server: NatsServer, body: bytes, status: int, field: str
) -> None:
    answer = await client.post(URL, content=body, headers=headers())
    problems = Problems.model_validate_json(answer.content).problems
    assert answer.status_code == status, answer.text
    assert [problem.field for problem in problems] == [field]
    assert all(problem.vi and problem.en for problem in problems) and "Traceback" not in answer.text
    async with connected(server, "provisioner") as js:
        assert (await js.stream_info("CASES")).state.messages == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": " "}, "không được để trống"),
        ({"text": "a\x00b"}, "có ký tự điều khiển"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, "thời điểm không có trong lịch"),
    ],
)
async def test_the_citizen_reads_what_exactly_is_wrong(
    client: httpx.AsyncClient, wrong: dict[str, str], said: str
) -> None:
    answer = await client.post(URL, json=REQUEST | wrong, headers=headers())
    assert [problem["vi"] for problem in answer.json()["problems"]] == [said]


async def test_every_wrong_field_is_named_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, json={"fone": "1", "held": "x", "language": "fr"}, headers=headers())
    assert {problem["field"] for problem in answer.json()["problems"]} == {"text", "fone", "held", "language"}


async def test_a_body_that_hides_its_size_is_cut_off(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a" * 1000

    answer = await client.post(URL, content=endless(), headers=headers())
    assert answer.status_code == 413


@pytest.mark.parametrize("key", ["", "short", "k" * 201, "with space", "tab\there", "kh\xf3a-00000001"])
async def test_without_a_usable_key_nothing_is_taken(client: httpx.AsyncClient, key: str) -> None:
    sent: Any = [
        (b"authorization", headers()["Authorization"].encode()),
        (b"idempotency-key", key.encode("latin-1")),
    ]
    answer = await client.post(URL, json=REQUEST, headers=sent)
    assert answer.status_code == 400 and answer.json()["problems"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer wrong", f"Token {DESK_KEY}"]
)
async def test_without_a_clients_key_nothing_is_taken(client: httpx.AsyncClient, value: str) -> None:
    answer = await client.post(
        URL, json=REQUEST, headers={"Authorization": value, "Idempotency-Key": "key-00000001"}
    )
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["problems"][0]["field"] == "Authorization"


async def test_other_addresses_and_methods_answer_with_problems_too(client: httpx.AsyncClient) -> None:
    assert (await client.get(URL)).status_code == 405
    missing = await client.get("/../../etc/passwd")
    assert missing.status_code == 404 and Problems.model_validate_json(missing.content).problems


async def test_the_interface_describes_itself(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    post = document["paths"][URL]["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == {"text"} and "received_at" in schema["properties"]
    assert {"200", "201", "409", "413", "422", "503"} <= set(post["responses"])
    assert "Idempotency-Key" in json.dumps(post["parameters"])
