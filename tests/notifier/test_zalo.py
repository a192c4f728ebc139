"""Letters by Zalo and ZNS through a Zalo on loopback: answered where one wrote, and otherwise another way."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from libs.contracts.casevalues import Person
from libs.contracts.events import CaseAnswered
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import LetterFallenBack, LetterSent, LetterUnconfirmed
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, writing
from libs.runtime.tokens import Vault, read_key
from services.notifier.gateways.answers import shortened
from services.notifier.gateways.gateway import Message, Outcome
from services.notifier.gateways.zalo import Zalo, ZaloCalls
from services.notifier.outbox import LETTERS
from services.notifier.settings import Settings
from services.notifier.tokens import Tokens
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, make, opened
from tests.support.bus import connected
from tests.support.chats import ZALO_USER, by_zalo, hold, pair_of, zalo_settings
from tests.support.history import happen
from tests.support.letters import letter_facts, notifier, notifier_settings, settled
from tests.support.mailbox import Mailbox
from tests.support.waiting import eventually
from tests.support.zalo_standin import ZaloStandIn, zalo_standin

OFFICER = Actor(service="desk", person="a1", role="officer", agency="SYT")


@pytest.fixture
async def zalo() -> AsyncIterator[ZaloStandIn]:
    async with zalo_standin(silence=1.0) as running:
        yield running


@pytest.fixture
async def on_zalo(march: NatsServer, box: Mailbox, tmp_path: Path, zalo: ZaloStandIn) -> Settings:
    await hold(march, tmp_path, "zalo", pair_of(zalo))
    return notifier_settings(
        march, f"sqlite:///{tmp_path / 'notifier.db'}", smtp_port=box.port, **zalo_settings(zalo, tmp_path)
    )


async def told(server: NatsServer) -> list[tuple[str, str]]:
    return [(fact.way, fact.stem()) for fact in await letter_facts(server)]


async def test_who_writes_on_zalo_is_answered_on_zalo_and_the_stream_names_nobody(
    march: NatsServer, box: Mailbox, zalo: ZaloStandIn, on_zalo: Settings
) -> None:
    ref = a_case()
    async with notifier(on_zalo):
        await happen(march, ref, by_zalo(ref, person=CITIZEN))
        await settled(on_zalo, 1)
    (sent,) = zalo.sent
    assert (sent.user, sent.kind) == (ZALO_USER, "cs") and "123 456 782" in sent.text
    assert box.mails == []
    facts = await letter_facts(march)
    assert [fact.gateway_id for fact in facts if isinstance(fact, LetterSent)] == [sent.id]
    assert ZALO_USER not in "".join(fact.model_dump_json() for fact in facts)


async def test_an_answer_after_48_hours_goes_by_mail_and_zalo_is_not_asked(
    march: NatsServer, box: Mailbox, zalo: ZaloStandIn, on_zalo: Settings
) -> None:
    ref = a_case()
    before = MONDAY_MORNING - timedelta(hours=49)
    async with notifier(on_zalo):
        await happen(march, ref, by_zalo(ref, person=CITIZEN, received_at=before))
        await settled(on_zalo, 2)
    assert zalo.sent == [] and box.to == [CITIZEN.email]
    facts = await letter_facts(march)
    (fallen,) = [fact for fact in facts if isinstance(fact, LetterFallenBack)]
    (sent,) = [fact for fact in facts if isinstance(fact, LetterSent)]
    assert (fallen.reason, fallen.to, fallen.next) == ("window closed", "email", sent.letter)
    assert sent.letter != fallen.letter


@pytest.mark.parametrize("code", [-108, -114, -118, -139, -140, -141, -211, -230])
async def test_what_zalo_refuses_for_good_goes_another_way_once(
    march: NatsServer, box: Mailbox, zalo: ZaloStandIn, on_zalo: Settings, code: int
) -> None:
    zalo.fail_next(code)
    ref = a_case()
    async with notifier(on_zalo):
        await happen(march, ref, by_zalo(ref, person=CITIZEN))
        await settled(on_zalo, 2)
    assert await told(march) == [
        ("zalo", "tried"), ("zalo", "fallen-back"), ("email", "tried"), ("email", "sent"),
    ]  # fmt: skip
    assert len(box.mails) == 1


async def test_a_token_that_zalo_forgot_is_renewed_and_the_letter_goes_on_zalo(
    march: NatsServer, zalo: ZaloStandIn, on_zalo: Settings
) -> None:
    zalo.expire_token()
    ref = a_case()
    async with notifier(on_zalo):
        await happen(march, ref, by_zalo(ref, person=CITIZEN))
        await eventually(lambda: len(zalo.sent) == 1, within=10)
        await settled(on_zalo, 1)
    assert [one.granted for one in zalo.refreshes] == [True]


async def test_with_a_dead_token_letters_go_another_way_and_those_without_one_wait_for_the_new_consent(
    march: NatsServer, box: Mailbox, zalo: ZaloStandIn, on_zalo: Settings, tmp_path: Path
) -> None:
    zalo.expire_token()
    zalo.revoke()
    quick = on_zalo.model_copy(update={"divert_seconds": 0.5})
    known, unknown = a_case(), a_case()
    async with notifier(quick):
        await happen(march, known, by_zalo(known, person=CITIZEN))
        await happen(march, unknown, by_zalo(unknown, person=Person()))
        await eventually(lambda: len(box.mails) == 1, within=10)
        assert zalo.sent == []
        zalo.access_token, zalo.refresh_token = "access-new", "refresh-new"
        zalo._accepted.add("access-new")
        await hold(march, tmp_path, "zalo", pair_of(zalo))
        await eventually(lambda: len(zalo.sent) == 1, within=10)
        await settled(quick, 3)
    assert box.to == [CITIZEN.email]


async def test_a_message_that_zalo_never_answered_is_unconfirmed_and_not_repeated(
    march: NatsServer, box: Mailbox, zalo: ZaloStandIn, on_zalo: Settings
) -> None:
    zalo.fail_next("html")
    ref = a_case()
    async with notifier(on_zalo):
        await happen(march, ref, by_zalo(ref, person=CITIZEN))
        await settled(on_zalo, 1)
    assert [fact for fact in await letter_facts(march) if isinstance(fact, LetterUnconfirmed)]
    assert box.mails == []


async def test_too_many_calls_are_put_off_and_use_up_no_answer_of_the_window(
    march: NatsServer, zalo: ZaloStandIn, on_zalo: Settings
) -> None:
    zalo.fail_next(-32, 2)
    ref = a_case()
    facts = [make(CaseAnswered, ref, answer=f"Lần {number}", by=OFFICER) for number in range(7)]
    async with notifier(on_zalo):
        await happen(march, ref, by_zalo(ref, person=CITIZEN), *facts)
        await settled(on_zalo, 8)
    assert len(zalo.sent) == 8


async def test_a_notice_by_zns_fills_the_approved_template_and_no_account_means_a_text_message(
    march: NatsServer, zalo: ZaloStandIn, on_zalo: Settings, tmp_path: Path
) -> None:
    (tmp_path / "zns.toml").write_text(
        '[receipt]\nid = "123456"\n[receipt.parameters]\nma_pa = { value = "code" }\n'
        'tong_dai = { value = "hotline", max = 3 }\n'
    )
    settings = Settings(**{**on_zalo.model_dump(), "zns_file": tmp_path / "zns.toml"})
    zalo.fail_next(-118, at="zns")
    person = Person(phone="0912 345 678")
    first, second = a_case(), a_case()
    async with notifier(settings):
        await happen(march, first, opened(first, person=person))
        await settled(settings, 2)
        await happen(march, second, opened(second, person=person))
        await settled(settings, 3)
    (notice,) = zalo.notices
    assert (notice.phone, notice.template) == ("84912345678", "123456")
    assert notice.data == {"ma_pa": "123 456 782", "tong_dai": "102"}
    last = [fact for fact in await letter_facts(march) if isinstance(fact, LetterSent)]
    assert [fact.way for fact in last] == ["sms", "zns"] and notice.tracking_id == last[-1].letter


def message(**more: Any) -> Message:
    return Message(**{"id": "0" * 32, "to": ZALO_USER, "subject": "", "body": "Chào", "sms": "", **more})


async def test_a_text_too_long_for_a_chat_ends_at_a_word_and_says_where_the_rest_is(
    march: NatsServer, zalo: ZaloStandIn, on_zalo: Settings
) -> None:
    async with connected(march, "notifier") as js:
        assert on_zalo.token_key_file is not None
        tokens = Tokens(Vault(js, read_key(on_zalo.token_key_file)), {})
        async with Zalo(ZaloCalls(zalo.api_url, tokens)).open() as send:
            long = message(body="từng chữ " * 400, said={"link": "https://cong.example/t/abc"})
            assert (await send(long)).outcome is Outcome.ACCEPTED
    assert len(zalo.sent[0].text) <= 2_000
    assert zalo.sent[0].text.endswith(" … https://cong.example/t/abc")
    assert shortened("ngắn", "x") == "ngắn"


async def test_a_crash_right_after_a_letter_fell_back_is_told_later_and_the_next_letter_goes_once(
    march: NatsServer, box: Mailbox, zalo: ZaloStandIn, on_zalo: Settings
) -> None:
    ref = a_case()
    zalo.fail_next(-118)
    async with notifier(on_zalo):
        await happen(march, ref, by_zalo(ref, person=CITIZEN))
        await settled(on_zalo, 2)
    engine = open_engine(on_zalo.database_url)
    with writing(engine) as connection:  # as if the fact had not been written yet, nor the mail begun
        c = LETTERS.c
        connection.execute(LETTERS.update().where(c.state == "fallen-back").values(told=False))
        again = {"state": "waiting", "attempt": 0, "claim": "", "recipient": CITIZEN.email}
        connection.execute(LETTERS.update().where(c.way == "email").values(again))
    engine.dispose()
    async with notifier(on_zalo):
        await settled(on_zalo, 2)
    assert len(box.mails) == 1, "the stream knows that it went"
    assert [stem for way, stem in await told(march) if way == "zalo"] == ["tried", "fallen-back"]
