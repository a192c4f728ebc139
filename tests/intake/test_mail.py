"""A mail as a channel sees it: who says what, about which case, or what became of a letter of ours."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.contracts.codes import spoken, with_check_digit
from services.intake.channels.mail import CUT_OFF, NO_WORDS, Mailbox
from services.intake.channels.rows import BadChannels, read_channels
from services.intake.channels.shape import Delivery, Enclosed, Passed, Said, Unverified
from tests.support.mailroom import AT, CASE, OURS, THREADS, delivered, mailbox, table
from tests.support.mails import WORDS, mail, multipart, part


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Mailbox:
    return mailbox(tmp_path_factory.mktemp("keys"))


def said(box: Mailbox, raw: bytes, **envelope: str) -> Said:
    (event,) = box.parse(delivered(raw, **envelope))
    assert isinstance(event, Said)
    return event


def test_a_citizens_mail_is_what_they_say(box: Mailbox) -> None:
    found = said(box, mail("Subject: Ngập đường", "To: 1022@tinh.example"))
    assert found.text == f"Ngập đường\n\n{WORDS}"
    assert (found.person, found.email, found.name) == ("mau@dan.example",) * 2 + ("Trần Thị Mẫu",)
    assert (found.account, found.thread, found.aliases) == (
        "1022@tinh.example",
        "m1@dan.example",
        ("m1@dan.example",),
    )
    assert (found.cases, found.answers, found.phone, found.automatic, found.spam) == ((), (), "", False, ())


def test_a_telephone_number_in_the_words_is_not_taken_for_the_writers(box: Mailbox) -> None:
    assert said(box, mail(body="Gọi cho ông B số 0912 345 678")).phone == ""


@pytest.mark.parametrize(
    "header",
    [
        f"In-Reply-To: {OURS}",
        f"References: <khac@dan.example> {OURS} <nua@dan.example>",
        f"References: {THREADS.root(CASE)}",
        f"To: {THREADS.reply_to(CASE)}",
        f"Cc: {THREADS.reply_to(CASE).upper()}",
        f"Delivered-To: {THREADS.reply_to(CASE)}",
    ],
)
def test_a_reply_names_the_case_by_a_token_of_ours(box: Mailbox, header: str) -> None:
    found = said(box, mail("Subject: Re: [123 456 782] Ngập đường", header))
    assert (found.cases, found.text) == ((CASE,), WORDS)


def test_the_envelope_names_the_case_when_no_header_does(box: Mailbox) -> None:
    assert said(box, mail(), rcpt_to=THREADS.reply_to(CASE)).cases == (CASE,)


def test_a_token_that_somebody_made_up_names_nothing(box: Mailbox) -> None:
    assert (
        said(box, mail(f"To: 1022+{'a' * 40}@tinh.example", f"References: <{'b' * 40}@tinh.example>")).cases
        == ()
    )


def test_own_earlier_mails_and_a_code_in_the_subject_are_named_too(box: Mailbox) -> None:
    code = with_check_digit(12345678)
    found = said(box, mail(f"Subject: hỏi về {spoken(code)}", "In-Reply-To: <m0@dan.example>"))
    assert (found.answers, found.code) == (("m0@dan.example",), code)


def test_two_mails_with_one_message_id_are_two(box: Mailbox) -> None:
    one, other = mail(body="Ngập"), mail(body="Mất điện")
    assert box.key(delivered(one)) != box.key(delivered(other))
    assert said(box, one).key != said(box, other).key
    assert said(box, one).aliases == said(box, other).aliases


def test_one_mail_that_came_two_ways_is_one(box: Mailbox) -> None:
    again = b"Received: from mx by mx2; Mon, 02 Mar 2026 08:00:00 +0700\r\n" + mail()
    assert (
        box.key(delivered(mail()))
        == box.key(delivered(again))
        == box.key(delivered(mail().replace(b"\r\n", b"\n")))
    )


def test_mails_without_a_message_id_are_told_apart_by_all_they_are(box: Mailbox) -> None:
    one = mail("Message-ID:", "Subject: a")
    assert box.key(delivered(one)) != box.key(delivered(mail("Message-ID:", "Subject: b")))
    assert box.key(delivered(one)) == box.key(delivered(one))


def test_the_photos_are_enclosed(box: Mailbox) -> None:
    raw = multipart("mixed", part(b"\xff\xd8\xff", "Content-Type: image/jpeg; name=anh.jpg"))
    found = said(box, raw)
    assert found.enclosed == (Enclosed(b"\xff\xd8\xff", label="anh.jpg", type="image/jpeg"),)
    assert found.text == NO_WORDS


def test_of_a_mail_too_large_the_words_are_kept(box: Mailbox) -> None:
    whole = multipart(
        "mixed",
        part(WORDS.encode(), "Content-Type: text/plain; charset=utf-8"),
        part(b"x" * 9_000, "Content-Type: image/jpeg"),
    )
    found = said(box, whole[: len(whole) - 4_000], cut="50000000")
    assert (found.text, found.enclosed) == (f"{WORDS}\n\n{CUT_OFF}", ())


def test_the_night_a_mail_waited_for_us_counts(box: Mailbox) -> None:
    ours, theirs = b"Mon, 02 Mar 2026 03:00:00 +0700", b"Sun, 01 Mar 2020 00:00:00 +0000"
    raw = b"Received: from a by b; " + ours + b"\r\nReceived: x; " + theirs + b"\r\n"
    assert said(box, raw + mail()).at == datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    assert said(box, b"Received: from a by b; Mon, 02 Mar 2099 03:00:00 +0700\r\n" + mail()).at is None
    assert said(box, b"Received: from a by b\r\n" + mail()).at is None


def test_an_out_of_office_note_is_a_machines(box: Mailbox) -> None:
    found = said(box, mail("Auto-Submitted: auto-replied", f"In-Reply-To: {OURS}"))
    assert (found.automatic, found.cases) == (True, (CASE,))


def test_mass_mail_is_named_so_and_not_dropped(box: Mailbox) -> None:
    assert said(box, mail("List-Unsubscribe: <https://ads.example/>")).spam == ("list-unsubscribe",)


def test_who_pretends_to_be_us_is_heard_and_not_answered(box: Mailbox) -> None:
    assert said(box, mail(sender="1022@tinh.example")).spam == ("own-address",)


def test_a_letter_of_ours_that_comes_back_to_us_says_nothing(box: Mailbox) -> None:
    assert list(box.parse(delivered(mail(f"Message-ID: {OURS}")))) == [Passed("ours")]


@pytest.mark.parametrize("raw", [mail(sender="no-reply@shop.example"), mail("Return-Path: <>")])
def test_nobody_is_written_to_who_does_not_read(box: Mailbox, raw: bytes) -> None:
    assert said(box, raw).email == ""


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_no_mail_comes_by_a_webhook(box: Mailbox, method: str) -> None:
    with pytest.raises(Unverified):
        box.verify(Delivery(body=mail(), at=AT, method=method))
    box.verify(delivered(mail()))


def test_a_table_makes_a_mailbox(tmp_path: Path) -> None:
    row, made = read_channels(table(tmp_path, imap=143, lmtp=24))["email"]
    assert isinstance(made, Mailbox) and (made.code, made.address) == ("email", "1022@tinh.example")
    assert row.pack_code == "email"


@pytest.mark.parametrize(
    ("was", "written", "reason"),
    [
        ("[email.lmtp]\nport = 24\ntimeout = 2", "", "needs a table imap or lmtp"),
        ("address =", "adress =", "address: Field required"),
        ("port = 24", "prot = 24", "lmtp.port: Field required"),
        ("1022@tinh.example", "1022", "address: String should match"),
        ("mail.key", "khong-co.key", "secret file khong-co.key"),
        ("mail.key", "short.key", "mail_key_file: a mail key has at least 32 characters"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, was: str, written: str, reason: str) -> None:
    file = table(tmp_path, lmtp=24)
    (tmp_path / "short.key").write_text("ngan")
    file.write_text(file.read_text().replace(was, written))
    with pytest.raises(BadChannels, match=reason):
        read_channels(file)


def test_a_sender_whom_our_server_does_not_vouch_for_is_doubted(tmp_path: Path) -> None:
    strict = replace(mailbox(tmp_path), server="mx.tinh.gov.vn")
    says = "Authentication-Results: mx.tinh.gov.vn; dmarc={} header.from=dan.example"
    for result, doubted in (("pass", False), ("fail", True)):
        [event] = strict.parse(delivered(mail(says.format(result))))
        assert isinstance(event, Said) and event.doubted is doubted
