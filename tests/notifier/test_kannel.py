"""Text messages through the real Kannel of Debian to its fake operator."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from libs.contracts.events import Person
from services.notifier.gateways.gateway import Message, Outcome
from services.notifier.gateways.kannel import Kannel
from tests.support import kannel as debian
from tests.support.builders import a_case, opened, routed
from tests.support.chats import secret_file
from tests.support.history import happen
from tests.support.letters import letter_facts, march_server, notifier, notifier_settings
from tests.support.mailbox import mailbox
from tests.support.providers import listening
from tests.support.waiting import eventually

pytestmark = [pytest.mark.kannel, pytest.mark.skipif(bool(debian.MISSING), reason=debian.MISSING)]


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[debian.Phones]:
    with debian.kannel(tmp_path / "kannel") as running:
        yield running


def text(words: str, to: str = "+84912345678") -> Message:
    return Message("0" * 32, to, "", "", words)


async def test_kannel_delivers_plain_and_accented_words_unharmed(phones: debian.Phones) -> None:
    plain, accented = "1022: yeu cau 123 456 782 @ {7} ~ [x] & 100%", "1022: yêu cầu đã được tiếp nhận"
    async with Kannel(phones.url, "hotline", debian.PASSWORD, "1022").open() as send:
        replies = [await send(text(plain)), await send(text(accented))]
    assert [reply.outcome for reply in replies] == [Outcome.ACCEPTED] * 2
    await eventually(lambda: len(phones.texts()) == 2)
    assert dict(enumerate(words for _, words in phones.texts())) == {0: plain, 1: accented}


async def test_a_password_that_kannel_does_not_know_puts_letters_off(phones: debian.Phones) -> None:
    async with Kannel(phones.url, "hotline", "sai", "1022").open() as send:
        assert (await send(text("chao"))).outcome is Outcome.PUT_OFF


async def test_a_slip_and_a_receipt_reach_the_phones(phones: debian.Phones, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(f"{debian.PASSWORD}\n")
    async with march_server(tmp_path / "nats") as server:
        with mailbox() as box:
            settings = notifier_settings(
                server,
                f"sqlite:///{tmp_path / 'notifier.db'}",
                smtp_port=box.port,
                sms_gateway="kannel",
                kannel_url=phones.url,
                kannel_user="hotline",
                kannel_password_file=password,
            )
            ref = a_case()
            async with notifier(settings):
                await happen(server, ref, opened(ref, person=Person(phone="+84912345678")), routed(ref))
                await eventually(lambda: len(phones.texts()) == 3, within=15)
        sent = [fact.way for fact in await letter_facts(server) if fact.token == "sent"]
    told = dict(phones.texts())
    assert told["+84950000001"].startswith("1022: phieu chuyen 123 456 782, han tra loi 08:00 thu Ba")
    assert "123 456 782" in told["+84912345678"]
    assert sorted(sent) == ["email", "sms", "sms", "sms"]


async def test_kannel_reports_to_intakes_hook_and_the_letter_is_told_to_have_arrived_once(
    phones: debian.Phones, tmp_path: Path
) -> None:
    """Observed: `type=1` may come before `type=8`; the order makes no difference here."""
    secret = secret_file(tmp_path, "hook-secret", "khong-ai-doan-ra")
    channels = tmp_path / "channels.toml"
    channels.write_text(f'[kannel]\nkind = "kannel"\nchannel = "sms"\nsecret_file = "{secret}"\n')
    async with march_server(tmp_path / "nats") as server:
        async with listening(server, channels) as url:
            settings = notifier_settings(
                server,
                f"sqlite:///{tmp_path / 'notifier.db'}",
                sms_gateway="kannel",
                kannel_url=phones.url,
                kannel_user="hotline",
                kannel_password_file=secret_file(tmp_path, "password", debian.PASSWORD),
                kannel_report_url=f"{url}/hooks/kannel",
                kannel_report_secret_file=secret,
            )
            ref = a_case()
            async with notifier(settings):
                await happen(server, ref, opened(ref, person=Person(phone="+84912345678")))

                async def arrived() -> bool:
                    return [fact.token for fact in await letter_facts(server)] == [
                        "tried-1", "sent", "delivered",
                    ]  # fmt: skip

                await eventually(arrived, within=20)
            async with httpx.AsyncClient(base_url=url) as stranger:
                forged = await stranger.get(
                    "/hooks/kannel/doan-bua", params={"letter": "0" * 32, "type": "2"}
                )
            assert forged.status_code == 403
