"""Outages, crashes, replicas and rebuilds: each letter goes once, or a person is asked."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from libs.contracts.events import CaseFact
from libs.contracts.sidefacts import LetterSent, LetterUnconfirmed
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine
from services.notifier.outbox import Outbox
from services.notifier.settings import Settings
from tests.support.builders import a_case, opened, routed
from tests.support.history import happen
from tests.support.letters import (
    letter_facts,
    notifier,
    rebuild_with,
    settled,
    started,
    states,
)
from tests.support.mailbox import DROP, HOLD, Mailbox, mailbox
from tests.support.waiting import eventually


async def test_a_connection_that_breaks_after_the_last_line_leaves_the_letter_unconfirmed(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.contents.append(DROP)
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref))
        await settled(settings, 1)
        gauge = "hotline_notifier_unconfirmed"
        await eventually(lambda: REGISTRY.get_sample_value(gauge) == 1)
    assert [fact.token for fact in await letter_facts(march)] == ["tried-1", "unconfirmed"]
    assert len(box.mails) == 1


async def test_a_mail_server_that_was_away_gets_everything_when_it_is_back(
    march: NatsServer, box: Mailbox, settings: Settings, tmp_path: Path
) -> None:
    with mailbox() as closed:
        port = closed.port
    patient = settings.model_copy(
        update={"smtp_port": port, "database_url": f"sqlite:///{tmp_path / 'b.db'}"}
    )
    ref = a_case()
    down = ("hotline_notifier_gateway_up", {"way": "email"})
    async with notifier(patient):
        await happen(march, ref, opened(ref))
        await eventually(lambda: REGISTRY.get_sample_value(*down) == 0)
        assert await letter_facts(march) == []
        with mailbox(port=port) as back:
            await settled(patient, 1)
    assert len(back.mails) == 1


@pytest.mark.postgres
async def test_two_notifiers_on_one_database_send_each_letter_once(
    march: NatsServer, box: Mailbox, settings: Settings, postgres_url: str
) -> None:
    shared = settings.model_copy(update={"database_url": postgres_url})
    cases = [a_case() for _ in range(12)]
    async with notifier(shared), notifier(shared):
        await asyncio.gather(*(happen(march, ref, opened(ref), routed(ref)) for ref in cases))
        engine = open_engine(postgres_url)
        backlog = Outbox(engine).backlog
        await eventually(lambda: backlog().waiting == 0 and len(box.mails) >= 36, within=20)
        engine.dispose()
    facts = await letter_facts(march)
    assert Counter(fact.token for fact in facts) == {"tried-1": 48, "sent": 48}
    assert len({mail["Message-ID"] for mail in box.mails}) == len(box.mails) == 36


async def test_two_notifiers_that_know_nothing_of_each_other_still_send_each_letter_once(
    march: NatsServer, box: Mailbox, settings: Settings, tmp_path: Path
) -> None:
    """The second one's tables were made from CASES alone, as by a rebuild that forgot LETTERS."""
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref), routed(ref))
        await settled(settings, 4)
    forgetful = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'forgetful.db'}"})
    await rebuild_with(march, forgetful, letters=False)
    async with notifier(forgetful):
        await settled(forgetful, 4)
    assert set(states(forgetful.database_url).values()) == {"sent"}
    assert len(box.mails) == 3


async def test_a_rebuild_sends_nothing_twice_and_what_waited_still_goes(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref, other = a_case(), a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref), routed(ref))
        await settled(settings, 4)
    before = states(settings.database_url)
    await happen(march, other, opened(other))
    assert await rebuild_with(march, settings) == {"CASES": 3, "LETTERS": 8, "CLOCKS": 0, "DELIVERIES": 0}
    after = states(settings.database_url)
    assert {key: after[key] for key in before if key != ("receipt", "", "email")} == {
        key: state for key, state in before.items() if key != ("receipt", "", "email")
    }
    async with notifier(settings):
        await eventually(lambda: len(box.mails) == 4)
        await asyncio.sleep(0.5)
    assert len(box.mails) == 4
    sent = [fact for fact in await letter_facts(march) if isinstance(fact, LetterSent)]
    assert len({fact.letter for fact in sent}) == len(sent) == 5


@pytest.mark.crash
@pytest.mark.timeout(60)
async def test_killing_the_server_loses_no_letter_and_doubles_none(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    cases = [a_case() for _ in range(8)]
    async with notifier(settings):
        for ref in cases[:4]:
            await happen(march, ref, opened(ref))
        march.kill()
        await asyncio.sleep(0.3)
        march.start()
        for ref in cases[4:]:
            await happen(march, ref, opened(ref))
        march.kill()
        march.start()
        await eventually(lambda: len({m["Message-ID"] for m in box.mails}) == 8, within=40)

        async def all_sent() -> bool:
            facts = await letter_facts(march)
            return len([fact for fact in facts if isinstance(fact, LetterSent)]) == 8

        await eventually(all_sent, within=20)
    assert len(box.mails) == 8


@pytest.mark.crash
@pytest.mark.timeout(60)
async def test_a_notifier_killed_between_the_mail_servers_hands_and_its_answer_sends_that_letter_no_more(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.contents.append(HOLD)
    first, second = a_case(), a_case()
    killed = await started(settings)
    await happen(march, first, opened(first))
    await eventually(lambda: len(box.mails) == 1, within=15)
    os.kill(killed.pid, signal.SIGKILL)
    await killed.wait()
    await happen(march, second, opened(second))
    async with notifier(settings.model_copy(update={"handover_seconds": 2.0, "lease_seconds": 4.0})):

        async def given_up() -> bool:
            return any(isinstance(fact, LetterUnconfirmed) for fact in await letter_facts(march))

        await eventually(given_up, within=25)
        await eventually(lambda: len(box.mails) == 2)
    fates = {fact.letter: fact.token for fact in await letter_facts(march)}
    assert sorted(fates.values()) == ["sent", "unconfirmed"]
    assert len(box.mails) == 2


async def test_a_letter_in_hand_is_finished_when_the_service_is_asked_to_stop(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.contents.append(HOLD)
    facts: list[CaseFact] = []
    ref = a_case()
    async with notifier(settings):
        facts.append(opened(ref))
        await happen(march, ref, *facts)
        await eventually(lambda: len(box.mails) == 1)
        asyncio.get_running_loop().call_later(1.3, box.release)
    assert [fact.token for fact in await letter_facts(march)] == ["tried-1", "sent"]
