"""A notifier that stops while a mail server is slow: in time, and nothing is lost or sent twice."""

import asyncio
import signal
from collections import Counter

import pytest

from libs.devstack.nats_server import NatsServer
from libs.runtime.main import STOP_WITHIN
from libs.runtime.tasks import end
from services.notifier.sender import PAGE
from services.notifier.settings import Settings
from tests.support.builders import a_case, opened
from tests.support.history import happen
from tests.support.letters import fates, letter_facts, notifier, started
from tests.support.mailbox import HOLD, Mailbox
from tests.support.waiting import eventually


@pytest.fixture
async def a_page(march: NatsServer, box: Mailbox) -> None:
    """As many letters as are claimed at once; the mail server takes the first and does not answer."""
    box.contents.append(HOLD)
    for ref in [a_case() for _ in range(PAGE)]:
        await happen(march, ref, opened(ref))


def left(settings: Settings) -> Counter[str]:
    return Counter(row.state for row in fates(settings.database_url))


@pytest.mark.usefixtures("a_page")
@pytest.mark.timeout(60)
async def test_a_notifier_that_stops_does_not_wait_for_a_mail_server_that_does_not_answer(
    box: Mailbox, settings: Settings
) -> None:
    leaving = await started(settings)
    await eventually(lambda: len(box.mails) == 1, within=20)
    leaving.send_signal(signal.SIGTERM)
    async with asyncio.timeout(STOP_WITHIN + 5):
        assert await leaving.wait() == 0, "it ended by itself"
    assert left(settings) == {"trying": 1, "waiting": PAGE - 1}, "what was not begun was given back"


@pytest.mark.usefixtures("a_page")
@pytest.mark.timeout(60)
async def test_what_a_sender_that_ended_had_not_begun_goes_once_and_of_the_one_in_hand_a_person_decides(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    async with notifier(settings.model_copy(update={"smtp_timeout": 30.0})):
        await eventually(lambda: len(box.mails) == 1)
        (sending,) = [task for task in asyncio.all_tasks() if task.get_name() == "notifier:sender-email"]
        await end(sending)
        assert left(settings) == {"trying": 1, "waiting": PAGE - 1}
    async with notifier(settings.model_copy(update={"handover_seconds": 2.0, "lease_seconds": 4.0})):

        async def decided() -> bool:
            tokens = Counter(fact.token for fact in await letter_facts(march))
            return tokens == {"tried-1": PAGE, "sent": PAGE - 1, "unconfirmed": 1}

        await eventually(decided, within=25)
    assert len({mail["Message-ID"] for mail in box.mails}) == len(box.mails) == PAGE
