"""A conversation by mail on real mail servers: from the citizen to the case, and back, and again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from libs.contracts.deliveries import DeliveryFailed
from libs.contracts.events import CaseAdded, CaseOpened
from libs.contracts.subjects import decode
from libs.devstack.nats_server import NatsServer
from libs.mail.read import read
from tests.support.bus import connected
from tests.support.channels import facts, replica
from tests.support.letters import letter_facts, notifier, notifier_settings, tokens
from tests.support.mailroom import ADDRESS, SIGNED, table
from tests.support.mails import mail
from tests.support.postoffice import NEEDED, Post, post_office
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

pytestmark = NEEDED


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as running:
        yield running


@asynccontextmanager
async def hotline(server: NatsServer, folder: Path, post: Post) -> AsyncIterator[None]:
    """Intake and notifier, with the mail servers between them and the citizen."""
    await in_force(server, thanh_hoa())
    channels = table(folder, imap=post.boxes.imap)
    letters = notifier_settings(
        server,
        f"sqlite:///{folder / 'notifier.db'}",
        smtp_port=post.smtp,
        smtp_from=f"Tổng đài 1022 <{ADDRESS}>",
        mail_key_file=folder / "mail.key",
    )
    async with replica(server, channels), notifier(letters):
        yield


async def letter_in(post: Post, user: str, count: int) -> EmailMessage:
    """The newest of that many letters in a citizen's mailbox."""
    mails: list[bytes] = []

    async def there() -> bool:
        mails[:] = await asyncio.to_thread(post.boxes.mails, user)  # the services run meanwhile
        return len(mails) >= count

    await eventually(there, within=15)
    found = message_from_bytes(mails[-1], policy=default)
    assert isinstance(found, EmailMessage)
    return found


async def test_a_conversation_goes_to_and_fro_and_stays_one_thread(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with hotline(server, tmp_path, post):
        post.send(mail("Subject: Ngập"))
        letter = await letter_in(post, "mau", 1)
        assert letter["In-Reply-To"] == "<m1@dan.example>"
        reply = mail(
            "Subject: Re: " + "đã tiếp nhận",
            "Message-ID: <m2@dan.example>",
            f"To: {letter['Reply-To']}",
            body=f"Nhà số 5.\r\n\r\n{letter.get_content()}",
        )
        post.send(reply, to=letter["Reply-To"])

        async def added() -> bool:
            return any(isinstance(fact, CaseAdded) for _, fact in await facts(server))

        await eventually(added, within=15)
    (ref, begun), (same, more) = await facts(server)
    assert isinstance(begun, CaseOpened) and isinstance(more, CaseAdded)
    assert (same, more.text) == (ref, "Nhà số 5.")
    assert SIGNED.cases([letter["Reply-To"]]) == SIGNED.cases([letter["Message-ID"]]) == (ref,)
    assert read(post.boxes.mails("mau")[0]).subject.endswith(
        f"{begun.code[:3]} {begun.code[3:6]} {begun.code[6:]}"
    )


async def test_a_letter_that_comes_back_is_known_to_have_failed(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with hotline(server, tmp_path, post):
        post.send(mail("Subject: Ngập", sender="khongco@dan.example"), sender="khongco@dan.example")

        async def bounced() -> bool:
            return "bounced" in tokens(await letter_facts(server), "receipt")

        await eventually(bounced, within=20)
        async with connected(server, "provisioner") as js:
            stored = await js.get_last_msg("DELIVERIES", "delivery.email.*.*")
    report = decode(stored.subject or "", stored.data or b"")
    assert isinstance(report, DeliveryFailed) and report.status == "5.1.1"
    assert len(await facts(server)) == 1  # the report is no citizen's word
    assert "khongco" not in report.model_dump_json()
