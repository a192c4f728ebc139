"""A letter that belongs to a conversation by mail: what it answers, and where its answers and reports go."""

from dataclasses import replace
from pathlib import Path

import pytest

from libs.contracts.casevalues import Origin
from libs.contracts.events import CaseAdded, CaseOpened, Person
from libs.devstack.nats_server import NatsServer
from libs.mail.quotes import OUR_MARK
from libs.mail.read import read
from services.notifier.gateways.gateway import Message, Outcome, Reply
from services.notifier.gateways.smtp import Smtp
from services.notifier.settings import Settings
from services.notifier.ways import MailKeyUnusable, Ways
from tests.support.builders import CITIZEN, a_case, make, opened, routed
from tests.support.history import happen
from tests.support.letters import notifier, settled
from tests.support.mailbox import Mailbox
from tests.support.mailroom import ADDRESS, CASE, LETTER, MAIL_KEY, SIGNED, THREADS

RECEIPT = Message(
    id=LETTER,
    to="mau@dan.example",
    subject="Tổng đài 1022 đã tiếp nhận yêu cầu 123 456 782",
    body="Kính gửi Quý ông/bà,",
    sms="",
    template="receipt",
    case=CASE,
    thread="m1@dan.example",
)


async def sent(box: Mailbox, message: Message) -> Mailbox:
    gateway = Smtp("127.0.0.1", box.port, "none", "Tổng đài 1022 <thong-bao@tinh.example>", threads=THREADS)
    async with gateway.open() as send:
        assert await send(message) == Reply(Outcome.ACCEPTED)
    return box


async def test_a_letter_answers_the_citizens_own_mail(box: Mailbox) -> None:
    (mail,) = (await sent(box, RECEIPT)).mails
    assert mail["In-Reply-To"] == "<m1@dan.example>"
    assert mail["References"].split() == [THREADS.root(CASE), "<m1@dan.example>"]
    assert mail["Message-ID"] == THREADS.message_id(LETTER, CASE)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail.get_content().startswith(OUR_MARK)


async def test_a_reply_goes_to_an_address_that_names_the_case(box: Mailbox) -> None:
    (mail,) = (await sent(box, RECEIPT)).mails
    assert mail["Reply-To"] == THREADS.reply_to(CASE)
    assert SIGNED.cases([mail["Reply-To"]]) == (CASE,)


async def test_a_server_reports_to_an_address_that_names_the_letter(box: Mailbox) -> None:
    await sent(box, RECEIPT)
    assert box.senders == [THREADS.bounce_to(LETTER)]


async def test_a_letter_to_an_officer_invites_no_reply_and_is_still_reported_of(box: Mailbox) -> None:
    (mail,) = (await sent(box, replace(RECEIPT, case=None, thread="", template="slip"))).mails
    assert (mail["Reply-To"], mail["References"], mail["In-Reply-To"]) == (None, None, None)
    assert OUR_MARK not in mail.get_content() and mail["Auto-Submitted"] == "auto-generated"
    assert SIGNED.letters([mail["Message-ID"], *box.senders]) == (LETTER,)


@pytest.mark.parametrize("thread", ["", "p_1", "a b@c", "x@y>\r\nBcc: z@dan.example", "@", "ê@dan.example"])
async def test_what_is_no_message_id_is_not_answered(box: Mailbox, thread: str) -> None:
    (mail,) = (await sent(box, replace(RECEIPT, thread=thread))).mails
    assert (mail["In-Reply-To"], mail["References"], mail["Bcc"]) == (None, THREADS.root(CASE), None)


async def test_what_a_citizen_writes_above_our_letter_is_what_they_say(box: Mailbox) -> None:
    (mail,) = (await sent(box, RECEIPT)).mails
    raw = (
        f"From: mau@dan.example\r\nIn-Reply-To: {mail['Message-ID']}\r\n"
        f"Subject: Re: x\r\n\r\nCảm ơn!\r\n\r\nTổng đài:\r\n{mail.get_content()}"
    )
    assert read(raw.encode()).text == "Cảm ơn!\n\nTổng đài:"


async def test_every_letter_of_a_case_answers_the_citizens_last_mail(
    march: NatsServer, box: Mailbox, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "mail.key").write_text(MAIL_KEY)
    known = settings.model_copy(update={"mail_key_file": tmp_path / "mail.key", "mail_address": ADDRESS})
    ref, by = a_case(), Person(email=CITIZEN.email)
    first = Origin(account=ADDRESS, person=CITIZEN.email, thread="m1@dan.example")
    again = first.model_copy(update={"thread": "m2@dan.example"})
    added = make(CaseAdded, ref, channel="email", text="Thêm", person=by, origin=again)
    begun = opened(ref)
    assert isinstance(begun, CaseOpened)
    begun = begun.model_copy(update={"person": by, "origin": first, "channel": "email"})
    async with notifier(known):
        await happen(march, ref, begun, added, routed(ref))
        await settled(known, 4)
    ours = {mail["In-Reply-To"]: mail for mail in box.mails if mail["To"] == CITIZEN.email}
    assert set(ours) == {"<m1@dan.example>", "<m2@dan.example>"}
    assert {SIGNED.cases([mail["Reply-To"]]) for mail in ours.values()} == {(ref,)}


def test_a_key_that_cannot_be_used_is_said_at_the_start(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mail.key").write_text("ngan")
    known = Ways.of(settings.model_copy(update={"mail_key_file": tmp_path / "mail.key"}))
    with pytest.raises(MailKeyUnusable, match="at least 32 characters"):
        known.gateways(known.tokens(None))  # type: ignore[arg-type]  # nobody's tokens are needed
