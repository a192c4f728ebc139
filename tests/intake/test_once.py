"""One message is in one case once, one person's messages are one case: whatever is repeated or lost."""

import asyncio
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from libs.contracts.events import CaseAdded, CaseOpened
from libs.devstack.nats_server import NatsServer
from libs.runtime.service import open_runtime
from tests.support.channels import (
    app_table,
    facts,
    forget_raw,
    partner,
    partner_of_two,
    replica,
    said,
    settled,
)
from tests.support.gathering import ARRIVED, ZALO, Died, Dying, gathering, words
from tests.support.intake import intake_settings
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


@pytest.mark.parametrize("times", [1, 2, 50])
async def test_a_message_delivered_again_and_again_is_one_case_with_one_entry(
    server: NatsServer, tmp_path: Path, times: int
) -> None:
    async with partner_of_two(server, app_table(tmp_path)) as app:
        await asyncio.gather(*(app.say("A-1", "Đèn đường hỏng") for _ in range(times)))
        await eventually(lambda: settled(server))
    assert list((await said(server)).values()) == [["Đèn đường hỏng"]]


async def test_fifty_batches_that_overlap_in_another_order_hold_each_message_once(
    server: NatsServer, tmp_path: Path
) -> None:
    messages = [{"id": f"A-{n}", "sender": "user-1", "text": f"Tin {n}"} for n in range(12)]
    order = random.Random(7)
    async with partner_of_two(server, app_table(tmp_path)) as app:
        await asyncio.gather(*(app.post(json.dumps(order.sample(messages, 4)).encode()) for _ in range(50)))
        await app.post(json.dumps(messages[::-1]).encode())
        await eventually(lambda: settled(server), within=20)
    [case] = (await said(server)).values()
    assert sorted(case) == sorted(message["text"] for message in messages)
    assert sum(isinstance(fact, CaseOpened) for _, fact in await facts(server)) == 1


async def test_a_week_later_when_the_server_has_forgotten_it_is_still_the_same_message(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partner(server, app_table(tmp_path)) as app:
        await app.say("A-1", "Đèn đường hỏng")
        await app.say("A-2", "Ở đầu ngõ")
        await eventually(lambda: settled(server))
    await forget_raw(server)
    server.kill()
    server.start()  # with it goes the window in which a repeated message id is recognised
    async with partner(server, app_table(tmp_path)) as app:
        await app.say("A-2", "Ở đầu ngõ")
        await app.say("A-1", "Đèn đường hỏng")
        await eventually(lambda: settled(server))
    assert list((await said(server)).values()) == [["Đèn đường hỏng", "Ở đầu ngõ"]]


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("step", range(1, 6))
async def test_a_replica_that_dies_between_two_steps_of_opening_leaves_nothing_behind(
    server: NatsServer, step: int, heard: bool
) -> None:
    async with open_runtime("intake", intake_settings(server)) as rt:
        dying = gathering(rt, Dying(rt.js, at=step, heard=heard))
        with pytest.raises(Died):
            await dying.gather(ZALO, words("m1"), arrived=ARRIVED)
        second = await gathering(rt).gather(ZALO, words("m2", "Ở đầu ngõ"), arrived=ARRIVED)
        first = await gathering(rt).gather(ZALO, words("m1"), arrived=ARRIVED + timedelta(days=3))
        again = await gathering(rt).gather(ZALO, words("m2", "Ở đầu ngõ"), arrived=ARRIVED)
    assert again == "repeated" and {first, second} <= {"opened", "added", "repeated"}
    assert sorted(map(sorted, (await said(server)).values())) in (
        [["Đèn đường hỏng", "Ở đầu ngõ"]],
        [["Đèn đường hỏng"], ["Ở đầu ngõ"]] if step == 1 or (step == 2 and not heard) else [],
    )
    assert sum(len(case) for case in (await said(server)).values()) == 2


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("step", range(1, 4))
async def test_a_replica_that_dies_between_two_steps_of_adding_leaves_nothing_behind(
    server: NatsServer, step: int, heard: bool
) -> None:
    async with open_runtime("intake", intake_settings(server)) as rt:
        await gathering(rt).gather(ZALO, words("m1"), arrived=ARRIVED)
        dying = gathering(rt, Dying(rt.js, at=step, heard=heard))
        later = ARRIVED + timedelta(minutes=5)
        with pytest.raises(Died):
            await dying.gather(ZALO, words("m2", "Ở đầu ngõ"), arrived=later)
        await gathering(rt).gather(ZALO, words("m2", "Ở đầu ngõ"), arrived=later)
    assert list((await said(server)).values()) == [["Đèn đường hỏng", "Ở đầu ngõ"]]


async def test_first_messages_of_one_person_on_two_replicas_at_once_are_one_case(
    server: NatsServer,
) -> None:
    settings = intake_settings(server)
    async with open_runtime("intake", settings) as one, open_runtime("intake", settings) as other:
        replicas = gathering(one), gathering(other)
        await asyncio.gather(
            *(
                replicas[n % 2].gather(ZALO, words(f"m{n % 10}", f"Tin {n % 10}"), arrived=ARRIVED)
                for n in range(40)
            )
        )
    [case] = (await said(server)).values()
    assert sorted(case) == [f"Tin {n}" for n in range(10)]
    found = [fact for _, fact in await facts(server)]
    assert isinstance(found[0], CaseOpened) and all(isinstance(fact, CaseAdded) for fact in found[1:])


async def test_a_worker_stopped_in_the_middle_loses_and_doubles_nothing(
    server: NatsServer, tmp_path: Path
) -> None:
    channels = app_table(tmp_path)
    async with partner(server, channels) as app:
        await asyncio.gather(*(app.say(f"A-{n}", f"Tin {n}", sender=f"u{n % 7}") for n in range(60)))
    async with replica(server, channels):  # takes over what was in hand
        await eventually(lambda: settled(server), within=10)
    assert sorted(text for case in (await said(server)).values() for text in case) == sorted(
        f"Tin {n}" for n in range(60)
    )
    assert len(await said(server)) == 7
