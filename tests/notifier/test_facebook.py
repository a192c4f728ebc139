"""Letters by Facebook through a Graph API on loopback: within a day, or in private to a public comment."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from libs.contracts.casevalues import Origin, Person
from libs.contracts.events import CaseAnswered
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import LetterFailed, LetterSent
from libs.devstack.nats_server import NatsServer
from libs.runtime.tokens import Pair
from services.notifier.settings import Settings
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, make
from tests.support.chats import IN_PUBLIC, PSID, by_facebook, hold, key_file, secret_file
from tests.support.facebook_standin import FacebookStandIn, facebook_standin
from tests.support.history import happen
from tests.support.letters import letter_facts, notifier, notifier_settings, settled
from tests.support.mailbox import Mailbox
from tests.support.waiting import eventually

OFFICER = Actor(service="desk", person="a1", role="officer", agency="SYT")


@pytest.fixture
async def facebook() -> AsyncIterator[FacebookStandIn]:
    async with facebook_standin() as running:
        yield running


def origin(facebook: FacebookStandIn, old: Origin | None = None) -> Origin:
    return (old or Origin(person=PSID, thread="m_1")).model_copy(update={"account": facebook.page_id})


@pytest.fixture
async def on_facebook(march: NatsServer, box: Mailbox, tmp_path: Path, facebook: FacebookStandIn) -> Settings:
    await hold(march, tmp_path, "facebook", Pair(access=facebook.access_token, got=time.time()))
    return notifier_settings(
        march,
        f"sqlite:///{tmp_path / 'notifier.db'}",
        smtp_port=box.port,
        facebook_page=facebook.page_id,
        facebook_url=f"{facebook.graph_url}/v26.0",
        facebook_app_secret_file=secret_file(tmp_path, "fb-secret", facebook.app_secret),
        token_key_file=key_file(tmp_path),
    )


async def test_who_writes_to_the_page_is_answered_there_and_the_letters_id_goes_along(
    march: NatsServer, box: Mailbox, facebook: FacebookStandIn, on_facebook: Settings
) -> None:
    ref = a_case()
    async with notifier(on_facebook):
        await happen(march, ref, by_facebook(ref, origin=origin(facebook), person=CITIZEN))
        await settled(on_facebook, 1)
    (sent,) = facebook.sent
    (fact,) = [fact for fact in await letter_facts(march) if isinstance(fact, LetterSent)]
    assert (sent.user, sent.tag, sent.metadata, fact.gateway_id) == (PSID, "", fact.letter, sent.id)
    assert box.mails == []


async def test_after_a_day_the_answer_goes_by_mail_without_a_tag(
    march: NatsServer, box: Mailbox, facebook: FacebookStandIn, on_facebook: Settings
) -> None:
    ref, before = a_case(), MONDAY_MORNING - timedelta(hours=25)
    async with notifier(on_facebook):
        await happen(
            march, ref, by_facebook(ref, origin=origin(facebook), person=CITIZEN, received_at=before)
        )
        await settled(on_facebook, 2)
    assert facebook.sent == [] and box.to == [CITIZEN.email]


@pytest.mark.parametrize("code", [10, 100, 551])
async def test_what_facebook_refuses_for_good_goes_another_way(
    march: NatsServer, box: Mailbox, facebook: FacebookStandIn, on_facebook: Settings, code: int
) -> None:
    facebook.fail_next(code)
    ref = a_case()
    async with notifier(on_facebook):
        await happen(march, ref, by_facebook(ref, origin=origin(facebook), person=CITIZEN))
        await settled(on_facebook, 2)
    assert box.to == [CITIZEN.email]


@pytest.mark.parametrize("code", [4, 613])
async def test_too_many_calls_are_put_off(
    march: NatsServer, facebook: FacebookStandIn, on_facebook: Settings, code: int
) -> None:
    facebook.fail_next(code)
    ref = a_case()
    async with notifier(on_facebook):
        await happen(march, ref, by_facebook(ref, origin=origin(facebook)))
        await settled(on_facebook, 1)
    assert len(facebook.sent) == 1


async def test_a_public_comment_is_answered_once_in_private_and_nothing_is_written_below_it(
    march: NatsServer, facebook: FacebookStandIn, on_facebook: Settings
) -> None:
    ref = a_case()
    answered = make(CaseAnswered, ref, answer="Xong.", by=OFFICER)
    async with notifier(on_facebook):
        await happen(march, ref, by_facebook(ref, origin=origin(facebook, IN_PUBLIC)), answered)
        await settled(on_facebook, 2)
    assert [(one.comment, one.user) for one in facebook.sent] == [("1022_77", "")]
    assert facebook.comments == []
    failed = [fact.reason for fact in await letter_facts(march) if isinstance(fact, LetterFailed)]
    assert failed == ["window closed"], "the second one has no other way, and somebody is told"


async def test_a_dead_page_token_keeps_letters_until_a_new_one_is_set(
    march: NatsServer, facebook: FacebookStandIn, on_facebook: Settings, tmp_path: Path
) -> None:
    facebook.fail_next(190)
    ref = a_case()
    async with notifier(on_facebook):
        await happen(march, ref, by_facebook(ref, origin=origin(facebook), person=Person()))

        async def deferred() -> bool:
            return "deferred-1" in [fact.token for fact in await letter_facts(march)]

        await eventually(deferred)
        assert facebook.sent == []
        await hold(march, tmp_path, "facebook", Pair(access=facebook.access_token, got=time.time()))
        await settled(on_facebook, 1)
    assert len(facebook.sent) == 1
