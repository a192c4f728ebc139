"""A citizen writes on Zalo or on Facebook and is answered there: intake, notifier, and a provider between."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.contracts.events import CaseOpened
from libs.devstack.nats_server import NatsServer
from libs.runtime.tokens import Pair
from tests.support import facebook_events, zalo_events
from tests.support.builders import MONDAY_MORNING
from tests.support.channels import facts
from tests.support.chats import hold, key_file, pair_of, secret_file, zalo_settings
from tests.support.facebook_standin import facebook_standin
from tests.support.facebook_tables import facebook_table
from tests.support.letters import letter_facts, march_server, notifier, notifier_settings
from tests.support.providers import listening, reported
from tests.support.waiting import eventually
from tests.support.zalo_standin import zalo_standin
from tests.support.zalo_tables import zalo_table

NOW = int(MONDAY_MORNING.timestamp() * 1000)


@pytest.fixture
async def march(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with march_server(tmp_path / "nats") as server:
        yield server


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'notifier.db'}"


async def arrived(server: NatsServer) -> bool:
    """Whether the stream knows that a letter reached the citizen."""
    return any(fact.token.startswith("delivered") for fact in await letter_facts(server))


async def test_who_writes_on_zalo_gets_the_receipt_there_and_we_know_that_it_arrived(
    march: NatsServer, tmp_path: Path
) -> None:
    async with zalo_standin(echo_first=True, receipt_first=True) as zalo:
        settings = notifier_settings(march, database(tmp_path), **zalo_settings(zalo, tmp_path))
        await hold(march, tmp_path, "zalo", pair_of(zalo))
        async with listening(march, zalo_table(tmp_path)) as url, notifier(settings):
            zalo.hook = f"{url}/hooks/zalo"
            await zalo.post(zalo_events.said("Đèn đường hỏng", at=NOW))
            await eventually(lambda: arrived(march), within=15)
    [sent] = zalo.sent
    [report] = await reported(march)
    [(_, opened)] = await facts(march)
    assert isinstance(opened, CaseOpened) and opened.text == "Đèn đường hỏng"
    assert sent.user == zalo_events.CITIZEN and opened.code[:3] in sent.text
    assert report.gateway_id == sent.id


async def test_who_comments_in_public_is_answered_in_private(march: NatsServer, tmp_path: Path) -> None:
    async with facebook_standin(echo_first=True) as facebook:
        secret = secret_file(tmp_path, "facebook-secret", facebook.app_secret)
        settings = notifier_settings(
            march,
            database(tmp_path),
            facebook_page=facebook.page_id,
            facebook_app_secret_file=secret,
            facebook_url=f"{facebook.graph_url}/v26.0",
            token_key_file=key_file(tmp_path),
        )
        pair = Pair(access=facebook.access_token, refresh="", got=0.0, ends=0.0)
        await hold(march, tmp_path, "facebook", pair)
        async with listening(march, facebook_table(tmp_path)) as url, notifier(settings):
            facebook.hook = f"{url}/hooks/facebook"
            said = facebook_events.comment("Đèn đường hỏng", created_time=NOW // 1000)
            await facebook.post(facebook_events.page(facebook_events.entry(said, at=NOW)))
            await eventually(lambda: facebook.sent, within=15)
    [sent] = facebook.sent
    [(_, opened)] = await facts(march)
    assert isinstance(opened, CaseOpened) and opened.origin.public
    assert (sent.comment, sent.user) == (facebook_events.COMMENT, "")
    assert facebook.comments == [], "nothing of the citizen's is said in public"
