"""From a partner's signed bytes to a case, on a real server."""

import json
from pathlib import Path

import pytest

from libs.contracts.events import CaseAdded, CaseOpened
from libs.devstack.nats_server import NatsServer
from tests.support.channels import app_table, dead, facts, partner, said, settled
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


async def test_signed_bytes_become_a_case_with_all_that_was_said(server: NatsServer, tmp_path: Path) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        await app.say(
            "A-1", "Đèn đường hỏng", name="Nguyễn Văn Mẫu", phone="0912 345 678", place="Cầu Đông",
            lat=19.8, long=105.7, at="2026-03-02T08:00:00+07:00",
        )  # fmt: skip
        await eventually(lambda: settled(server))
    [(ref, fact)] = await facts(server)
    assert isinstance(fact, CaseOpened)
    assert (fact.text, fact.channel, fact.person.phone) == ("Đèn đường hỏng", "app", "+84912345678")
    assert (fact.place, fact.spot and fact.spot.lat) == ("Cầu Đông", 19.8)
    assert (fact.origin.account, fact.origin.person, fact.origin.thread) == ("app", "user-1", "A-1")
    assert fact.raw.startswith("raw.app.") and not fact.held and ref.year == 2026


async def test_what_the_same_person_says_next_is_added(server: NatsServer, tmp_path: Path) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        await app.say("A-1", "Đèn đường hỏng")
        await app.say("A-2", "Ở đầu ngõ 3")
        await app.say("B-1", "Rác chưa thu", sender="user-2")
        await eventually(lambda: settled(server))
    assert sorted(map(sorted, (await said(server)).values())) == [
        ["Rác chưa thu"],
        ["Đèn đường hỏng", "Ở đầu ngõ 3"],
    ]
    assert sum(isinstance(fact, CaseAdded) for _, fact in await facts(server)) == 1


async def test_what_nobody_can_read_is_listed_with_its_reason(server: NatsServer, tmp_path: Path) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        for body in (b"\xff\xfe", b"[]]", b'{"text": "x"}', json.dumps({"id": "1", "text": 5}).encode()):
            assert (await app.post(body)).status_code == 200
        await eventually(lambda: settled(server))
    reasons = await dead(server)
    assert len(reasons) == 4 - 1 and all(reason.startswith("SetAside") for reason in reasons)
    assert len(await facts(server)) == 1
