"""The two ways a mail comes in: moved or answered only once it is stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.intake.transports.mail_imap import BEGINNING
from tests.support.mailroom import ADDRESS, table
from tests.support.mails import WORDS, mail
from tests.support.mailstore import Store, conversation, listens, transport
from tests.support.postoffice import CITIZEN, NEEDED, Post, post_office
from tests.support.waiting import eventually

pytestmark = NEEDED


@pytest.fixture
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    with post_office(handed_over=getattr(request, "param", "") == "lmtp") as running:
        yield running


over_lmtp = pytest.mark.parametrize("post", ["lmtp"], indirect=True)


async def test_no_mail_is_moved_before_it_is_stored(tmp_path: Path, post: Post) -> None:
    store = Store(open=False)
    post.send(mail())
    await eventually(lambda: len(post.boxes.mails("1022")) == 1)
    async with transport(table(tmp_path, imap=post.boxes.imap, poll=0.3), store.keep):
        await eventually(lambda: store.asked >= 1)
        assert len(post.boxes.mails("1022")) == 1 and post.boxes.mails("1022", "Processed") == []
        store.open = True
        await eventually(lambda: len(post.boxes.mails("1022", "Processed")) == 1, within=10)
    assert len(store.kept) == 1


@over_lmtp
async def test_our_server_keeps_a_mail_until_it_is_stored(tmp_path: Path, post: Post) -> None:
    store = Store(open=False)
    async with transport(table(tmp_path, lmtp=post.lmtp), store.keep):
        post.send(mail())
        await eventually(lambda: "451 4.3.0" in post.log.read_text(), within=10)
        assert "status=deferred" in post.log.read_text() and not store.kept
        store.open = True
        await eventually(lambda: "status=sent" in post.log.read_text(), within=20)
    assert len(store.kept) == 1


@over_lmtp
async def test_every_recipient_is_answered_by_itself(tmp_path: Path, post: Post) -> None:
    store = Store()
    async with transport(table(tmp_path, lmtp=post.lmtp), store.keep):
        await eventually(lambda: listens(post.lmtp))
        said = ["LHLO a", "MAIL FROM:<>", f"RCPT TO:<{ADDRESS}>", "RCPT TO:<1022+x@tinh.example>", "DATA"]
        heard = await conversation(post.lmtp, *said, mail().decode() + "\r\n.", "QUIT")
    assert [line for line in heard if "stored" in line] == ["250 2.0.0 stored"] * 2
    assert heard[-1].startswith("221")
    (delivery,) = store.kept.values()
    assert delivery.headers == {"mail-from": "<>", "rcpt-to": f"{ADDRESS} 1022+x@tinh.example"}


@over_lmtp
async def test_letters_beyond_ascii_and_very_long_lines_come_through(tmp_path: Path, post: Post) -> None:
    store = Store()
    raw = mail("Subject: Ngập", body=f"{WORDS * 100}")
    async with transport(table(tmp_path, lmtp=post.lmtp), store.keep):
        await eventually(lambda: listens(post.lmtp))
        said = ["LHLO a", "MAIL FROM:<mẫu@dan.example> SMTPUTF8", f"RCPT TO:<{ADDRESS}>", "DATA"]
        heard = await conversation(post.lmtp, *said, raw.decode() + "\r\n.", "QUIT")
    assert "250 2.0.0 stored" in heard
    (delivery,) = store.kept.values()
    assert delivery.body.strip() == raw


@over_lmtp
async def test_a_mail_larger_than_allowed_is_refused_for_good(tmp_path: Path, post: Post) -> None:
    store = Store()
    async with transport(table(tmp_path, lmtp=post.lmtp), store.keep):
        await eventually(lambda: listens(post.lmtp))
        heard = await conversation(post.lmtp, "LHLO a", f"MAIL FROM:<{CITIZEN}> SIZE=90000000", "QUIT")
    assert any(line.startswith("552") for line in heard) and not store.kept


async def test_of_a_mail_too_large_the_beginning_is_taken(tmp_path: Path, post: Post) -> None:
    store = Store()
    post.send(mail(body=WORDS + "\r\n" + ("dài " * 15 + "\r\n") * 6_000))
    async with transport(table(tmp_path, imap=post.boxes.imap, poll=0.3), store.keep):
        await eventually(lambda: len(post.boxes.mails("1022", "Processed")) == 1, within=10)
    (delivery,) = store.kept.values()
    assert int(delivery.headers["cut"]) > 400_000 and len(delivery.body) == BEGINNING
    assert WORDS.encode() in delivery.body


async def test_a_connection_that_breaks_is_made_again(tmp_path: Path, post: Post) -> None:
    store = Store()
    async with transport(table(tmp_path, imap=post.boxes.imap, poll=0.3), store.keep):
        post.send(mail())
        await eventually(lambda: len(store.kept) == 1)
        assert post.boxes.throw_out("1022")
        post.send(mail("Message-ID: <m2@dan.example>", body="Thêm"))
        await eventually(lambda: len(store.kept) == 2, within=10)
