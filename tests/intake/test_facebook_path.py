"""From Facebook's signed batches to the cases, on a real server, with a Facebook as bad as the real one."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from libs.contracts.events import CaseAdded, CaseOpened
from libs.devstack.nats_server import NatsServer
from tests.support.channels import dead, facts, forget_raw, settled
from tests.support.channels import said as words
from tests.support.facebook_events import (
    CITIZEN,
    COMMENT,
    NOW,
    PAGE,
    VERIFY,
    comment,
    delivered,
    echo,
    entry,
    page,
    raw,
    said,
    signed,
)
from tests.support.facebook_tables import facebook_table
from tests.support.persistence import Persistent
from tests.support.providers import listening, reported
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


@pytest.fixture
async def hook(server: NatsServer, tmp_path: Path) -> AsyncIterator[str]:
    async with listening(server, facebook_table(tmp_path)) as url:
        yield f"{url}/hooks/facebook"


async def posted(hook: str, *entries: dict[str, object]) -> None:
    assert await Persistent(hook, patience=10).deliver(signed(page(*entries)))


async def test_a_message_opens_a_case_that_knows_where_to_reply(server: NatsServer, hook: str) -> None:
    await posted(hook, entry(said("Đèn đường hỏng")))
    await eventually(lambda: settled(server))
    [(_, fact)] = await facts(server)
    assert isinstance(fact, CaseOpened)
    assert (fact.text, fact.channel, fact.origin.public) == ("Đèn đường hỏng", "facebook", False)
    assert (fact.origin.account, fact.origin.person, fact.origin.thread) == (PAGE, CITIZEN, "m_abc")


@pytest.mark.parametrize("times", [1, 2, 50])
async def test_a_message_that_comes_many_times_at_once_is_in_one_case_once(
    server: NatsServer, hook: str, times: int
) -> None:
    batch = signed(page(entry(said("Đèn đường hỏng"))))
    assert set(await Persistent(hook, patience=10).storm([batch], times)) == {200}
    await eventually(lambda: settled(server))
    assert list((await words(server)).values()) == [["Đèn đường hỏng"]]


async def test_batches_that_are_put_together_anew_hold_every_message_once(
    server: NatsServer, hook: str
) -> None:
    """What was not acknowledged comes again, in other company and another order."""
    messages = [said(f"Tin {number}", f"m_{number}", at=NOW + number) for number in range(10)]
    order = random.Random(3)
    batches = [signed(page(entry(*order.sample(messages, 4)))) for _ in range(20)]
    await Persistent(hook, patience=10).storm([*batches, signed(page(entry(*messages[::-1])))], 2)
    await eventually(lambda: settled(server), within=20)
    [case] = (await words(server)).values()
    assert sorted(case) == sorted(f"Tin {number}" for number in range(10))


async def test_a_message_that_comes_again_a_week_later_is_still_the_same(
    server: NatsServer, hook: str
) -> None:
    await posted(hook, entry(said("Đèn đường hỏng")))
    await eventually(lambda: settled(server))
    await forget_raw(server)
    await posted(hook, entry(said("Đèn đường hỏng"), at=NOW + 1))
    await eventually(lambda: settled(server))
    assert list((await words(server)).values()) == [["Đèn đường hỏng"]]


async def test_of_a_batch_with_something_broken_the_rest_becomes_cases_and_the_broken_part_is_listed(
    server: NatsServer, hook: str
) -> None:
    broken = said("không rõ ai", "m_2")
    del broken["sender"]
    await posted(hook, entry(said("một", "m_1"), broken, said("ba", "m_3", person="25", at=NOW + 1)))
    await eventually(lambda: settled(server))
    assert sorted(map(tuple, (await words(server)).values())) == [("ba",), ("một",)]
    [reason] = await dead(server)
    assert reason == "SetAside: 1 of the batch: entry 0 messaging 1: sender.id is missing"


async def test_who_comments_and_then_writes_a_message_has_one_case(server: NatsServer, hook: str) -> None:
    await posted(hook, entry(comment("Đèn đường hỏng")))
    await posted(hook, entry(said("Ở ngõ 3", at=NOW + 60_000)))
    await eventually(lambda: settled(server))
    opened, added = (fact for _, fact in await facts(server))
    assert isinstance(opened, CaseOpened) and isinstance(added, CaseAdded)
    assert (opened.origin.thread, opened.origin.public, added.origin.public) == (COMMENT, True, False)
    assert opened.person.name == "Trần Thị Mẫu"


async def test_an_edited_comment_and_one_without_a_name_stay_with_their_own_case(
    server: NatsServer, hook: str
) -> None:
    await posted(hook, entry(comment("Đèn hỏng", "1_1", by=None), comment("Rác đầy", "1_2", by=None)))
    await posted(hook, entry(comment("Đèn ở ngõ 3 hỏng", "1_1", by=None, verb="edit"), at=NOW + 9_000))
    await posted(hook, entry(comment("Đèn ở ngõ 3 hỏng", "1_1", by=None, verb="edited"), at=NOW + 9_000))
    await eventually(lambda: settled(server))
    assert sorted(map(tuple, (await words(server)).values())) == [
        ("Rác đầy",),
        ("Đèn hỏng", "Sửa lại: Đèn ở ngõ 3 hỏng"),
    ]


async def test_our_own_words_and_receipts_open_nothing_and_arrivals_are_noted(
    server: NatsServer, hook: str
) -> None:
    own = {"id": PAGE, "name": "Tổng đài 1022"}
    await posted(
        hook, entry(echo("Đã tiếp nhận", "m_9"), delivered("m_9"), comment("Đã nhận", "1_9", by=own))
    )
    await posted(hook, entry(delivered("m_9", at=NOW + 5_000)))
    await eventually(lambda: settled(server))
    [arrived] = await reported(server)
    assert (arrived.way, arrived.token, arrived.gateway_id) == ("facebook", "arrived", "m_9")
    assert await facts(server) == []


async def test_the_dashboard_is_answered_and_a_stranger_is_not(server: NatsServer, hook: str) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    genuine = signed(page(entry(said("Đèn đường hỏng"))))
    async with httpx.AsyncClient() as client:
        answer = await client.get(hook, params=asked)
        assert (answer.status_code, answer.text) == (200, "1158201444")
        assert (await client.get(hook, params={**asked, "hub.verify_token": "x"})).status_code == 403
        forged = raw(page(entry(said("Đèn đường sáng"))))
        for body, headers in ((forged, genuine.headers), (genuine.body, {})):
            assert (await client.post(hook, content=body, headers=dict(headers))).status_code == 403
    await eventually(lambda: settled(server))
    assert await facts(server) == []
