"""From a citizen's mail program to the case, through Postfix, Dovecot and our two ways of fetching."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from libs.contracts.events import CaseAdded, CaseFact, CaseOpened
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from tests.support.bus import connected
from tests.support.channels import facts, replica, settled
from tests.support.mailroom import ADDRESS, LETTER, THREADS, table
from tests.support.mails import WORDS, mail
from tests.support.mailstore import listens
from tests.support.postoffice import CITIZEN, NEEDED, Post, post_office
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

pytestmark = NEEDED


@pytest.fixture
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    with post_office(handed_over=getattr(request, "param", "") == "lmtp") as running:
        yield running


over_lmtp = pytest.mark.parametrize("post", ["lmtp"], indirect=True)


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


async def said(server: NatsServer, count: int) -> list[tuple[CaseRef, CaseFact]]:
    """The first `count` facts of citizens' words, once they are there."""
    found: list[tuple[CaseRef, CaseFact]] = []

    async def there() -> bool:
        found[:] = [one for one in await facts(server) if isinstance(one[1], CaseOpened | CaseAdded)]
        return len(found) >= count and await settled(server)

    await eventually(there, within=10)
    return found


@asynccontextmanager
async def intake(server: NatsServer, folder: Path, post: Post, *, lmtp: bool = False) -> AsyncIterator[None]:
    channels = table(folder, lmtp=post.lmtp) if lmtp else table(folder, imap=post.boxes.imap)
    async with replica(server, channels):
        yield


async def test_a_mail_by_smtp_becomes_a_case_and_lies_among_the_done(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post):
        post.send(mail("Subject: =?utf-8?q?Ng=E1=BA=ADp?="))
        [(_, fact)] = await said(server, 1)
        await eventually(lambda: post.boxes.mails("1022") == [])
    assert isinstance(fact, CaseOpened)
    assert (fact.text, fact.channel, fact.person.email) == (f"Ngập\n\n{WORDS}", "email", CITIZEN)
    assert (fact.origin.account, fact.origin.thread) == (ADDRESS, "m1@dan.example")
    assert len(post.boxes.mails("1022", "Processed")) == 1


async def test_the_server_calls_when_a_mail_comes(server: NatsServer, tmp_path: Path, post: Post) -> None:
    """The mailbox is looked at every thirty seconds; it does not take so long."""
    async with intake(server, tmp_path, post):
        for number in range(3):
            post.send(mail(f"Message-ID: <m{number}@dan.example>", body=f"Việc thứ {number}"))
            assert len(await said(server, number + 1)) == number + 1


async def test_a_mail_that_nobody_read_is_not_marked_as_read(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post):
        post.send(mail())
        await said(server, 1)
        await eventually(lambda: len(post.boxes.mails("1022", "Processed")) == 1)
    with post.boxes.read_by("1022", "Processed") as box:
        assert [one.flags for one in box.fetch(mark_seen=False)] in ([()], [("\\Recent",)])


@over_lmtp
async def test_a_mail_handed_over_by_our_own_server_becomes_a_case(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post, lmtp=True):
        post.send(mail(body=f"{WORDS} {'rất dài ' * 400}"), to="1022+x@tinh.example")
        [(_, fact)] = await said(server, 1)
        await eventually(lambda: "status=sent" in post.log.read_text())
    assert isinstance(fact, CaseOpened) and fact.text.startswith(WORDS)


async def test_a_reply_to_our_letter_is_added_to_the_case(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post):
        post.send(mail())
        [(ref, _)] = await said(server, 1)
        await asyncio.to_thread(answer, post, ref, "Đường vẫn ngập.", "<m2@dan.example>")
        [_, (same, fact)] = await said(server, 2)
    assert same == ref and isinstance(fact, CaseAdded) and fact.text == "Đường vẫn ngập."


def answer(post: Post, ref: CaseRef, words: str, key: str, sender: str = CITIZEN, *headers: str) -> None:
    ours = f"In-Reply-To: {THREADS.message_id(LETTER, ref)}"
    quoted = f"{words}\n\nVào Th 2, 2 thg 3, 2026 Tổng đài <1022@tinh.example> đã viết:\n> Kính gửi\n"
    raw = mail("Subject: Re: x", f"Message-ID: {key}", ours, *headers, body=quoted, sender=sender)
    post.send(raw, to=THREADS.reply_to(ref), sender=sender)


async def test_a_strangers_reply_is_a_case_of_its_own_that_names_the_other(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post):
        post.send(mail())
        [(ref, _)] = await said(server, 1)
        await asyncio.to_thread(answer, post, ref, "Tôi cũng bị.", "<la@khac.example>", "la@khac.example")
        [_, (other, fact)] = await said(server, 2)
    assert isinstance(fact, CaseOpened)
    assert (other != ref, fact.same_as, fact.held) == (True, ref.case_id, True)


async def test_an_out_of_office_note_is_kept_with_the_case_as_a_machines(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post):
        post.send(mail())
        [(ref, _)] = await said(server, 1)
        away = "Auto-Submitted: auto-replied"
        await asyncio.to_thread(answer, post, ref, "Tôi đi vắng.", "<m2@dan.example>", CITIZEN, away)
        [_, (same, fact)] = await said(server, 2)
        post.send(
            mail(away, "Message-ID: <m3@la.example>", sender="la@khac.example"), sender="la@khac.example"
        )
        await eventually(lambda: len(post.boxes.mails("1022", "Processed")) == 3, within=10)
        assert len(await said(server, 2)) == 2
    assert same == ref and isinstance(fact, CaseAdded) and fact.automatic


async def test_later_words_that_answer_ones_own_mail_go_to_the_same_case(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post):
        post.send(mail())
        [(ref, _)] = await said(server, 1)
        post.send(mail("Message-ID: <m2@dan.example>", "References: <m1@dan.example>", body="Thêm ảnh"))
        [_, (same, _)] = await said(server, 2)
    assert same == ref


async def test_two_mails_under_one_message_id_are_both_heard(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post):
        post.send(mail(body="Ngập"))
        post.send(mail(body="Mất điện"))
        post.send(mail(body="Ngập"))
        found = await said(server, 2)
        await eventually(lambda: len(post.boxes.mails("1022", "Processed")) == 3)
        assert sorted(fact.text for _, fact in found if isinstance(fact, CaseOpened | CaseAdded)) == [
            "Mất điện",
            "Ngập",
        ]


async def test_new_numbers_for_all_mails_make_no_new_case(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    post.send(mail())
    async with intake(server, tmp_path, post):
        await said(server, 1)
        await eventually(lambda: len(post.boxes.mails("1022", "Processed")) == 1)
    with post.boxes.read_by("1022", "Processed") as box:
        before = box.folder.status("INBOX")["UIDVALIDITY"]
        box.move(box.uids("ALL"), "INBOX")
    await asyncio.sleep(1.1)  # the number is made of the second
    post.boxes.forget_numbers("1022")
    async with intake(server, tmp_path, post):
        await eventually(lambda: post.boxes.mails("1022") == [])
        assert len(await said(server, 1)) == 1
    with post.boxes.read_by("1022") as box:
        assert box.folder.status("INBOX")["UIDVALIDITY"] != before


@pytest.mark.crash
async def test_who_dies_between_storing_and_moving_makes_one_case(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    post.send(mail())
    channels = table(tmp_path, imap=post.boxes.imap)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.dyingmail", server.url, server.seed("intake"), channels)
    )
    assert await process.wait() == -signal.SIGKILL
    assert len(post.boxes.mails("1022")) == 1
    async with intake(server, tmp_path, post):
        await said(server, 1)
        await eventually(lambda: len(post.boxes.mails("1022", "Processed")) == 1)
        assert len(await said(server, 1)) == 1
    async with connected(server, "provisioner") as js:
        assert (await js.stream_info("RAW")).state.messages == 1


@over_lmtp
@pytest.mark.crash
async def test_while_the_stream_is_away_our_server_keeps_the_mail(
    server: NatsServer, tmp_path: Path, post: Post
) -> None:
    async with intake(server, tmp_path, post, lmtp=True):
        await eventually(lambda: listens(post.lmtp))
        server.kill()
        post.send(mail())
        await eventually(lambda: "451 4.3.0" in post.log.read_text(), within=15)
        await asyncio.to_thread(server.start)
        await eventually(lambda: "status=sent" in post.log.read_text(), within=30)
        assert len(await said(server, 1)) == 1
