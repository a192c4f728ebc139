"""What kind a mail is: a citizen's words, an answer, a machine, a bounce, mass mail."""

import pytest

from libs.mail.model import Failure, SetAside
from libs.mail.read import read
from tests.support.mails import WORDS, mail, multipart, part, report


def test_somebody_writing_anew_is_a_request() -> None:
    found = read(mail("Subject: =?utf-8?q?Ng=E1=BA=ADp_=C4=91=C6=B0=E1=BB=9Dng?="))
    assert (found.kind, found.sender.address, found.sender.name) == (
        "request",
        "mau@dan.example",
        "Trần Thị Mẫu",
    )
    assert (found.subject, found.text, found.silent) == ("Ngập đường", WORDS, False)


@pytest.mark.parametrize(
    "header",
    [
        "In-Reply-To: <pa-1@tinh.example>",
        "References: <a@x.example> <pa-1@tinh.example>",
        "Subject: Re: ngập đường",
        "Subject: Trả lời: ngập đường",
        "Subject: ngập đường 123 456 782",
        "To: phananh+123456782.a1b2@tinh.example",
    ],
)
def test_what_refers_to_a_mail_of_ours_is_a_reply(header: str) -> None:
    assert read(mail(header)).kind == "reply"


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (failure)",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
        "Subject: Automatic reply: xin hỏi",
        "Subject: Trả lời tự động: tôi đi công tác",
    ],
)
def test_a_machine_that_answers_is_kept_but_never_answered(header: str) -> None:
    found = read(mail(header))
    assert (found.kind, found.silent, found.text) == ("auto-reply", True, WORDS)


def test_a_person_whose_program_says_that_a_person_wrote_is_one() -> None:
    assert read(mail("Auto-Submitted: no")).kind == "request"


@pytest.mark.parametrize(
    "header",
    [
        "X-Spam-Flag: YES",
        "Precedence: bulk",
        "List-Unsubscribe: <https://ads.example/>",
        "List-Id: <ads.example>",
    ],
)
def test_mass_mail_and_what_was_marked_as_junk_is_spam(header: str) -> None:
    assert read(mail(header)).kind == "spam"


def test_a_bounce_names_the_recipient_and_the_status() -> None:
    found = read(report("khongco@dan.example", "5.1.1"))
    assert found.kind == "bounce"
    assert found.failures == (Failure("khongco@dan.example", "5.1.1", "failed"),)
    assert found.silent


def test_a_delay_is_told_apart_from_a_failure() -> None:
    assert read(report("cham@dan.example", "4.4.1", "delayed")).failures[0].action == "delayed"


def test_a_report_that_all_went_well_is_no_bounce() -> None:
    assert read(report("toi@dan.example", "2.0.0", "delivered")).kind == "auto-reply"


def test_a_bounce_without_a_machine_readable_part_is_one_all_the_same() -> None:
    body = (
        "Hi. This is the qmail-send program at mx.tinh.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        "<khongco@dan.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n"
    )
    found = read(mail("From: MAILER-DAEMON@mx.tinh.example", "Subject: failure notice", body=body))
    assert (found.kind, found.failures) == ("bounce", (Failure("khongco@dan.example", "5.1.1", "failed"),))


def test_a_citizen_who_writes_about_a_failed_delivery_of_mail_is_heard() -> None:
    found = read(mail("Subject: Delivery failed", body="Bưu điện không giao được thư cho tôi."))
    assert found.kind == "request"


def test_who_calls_our_mail_junk_is_a_complaint() -> None:
    about = b"Feedback-Type: abuse\r\nOriginal-Rcpt-To: <toi@dan.example>\r\n"
    raw = multipart(
        "report; report-type=feedback-report",
        b"Content-Type: message/feedback-report\r\n\r\n" + about,
        headers=("From: fbl@webmail.example",),
    )
    assert read(raw).failures == (Failure("toi@dan.example", "", "complaint"),)


@pytest.mark.parametrize(
    ("header", "silent"),
    [
        ("From: no-reply@shop.example", True),
        ("X-Auto-Response-Suppress: All", True),
        ("Return-Path: <>", True),
        ("X-Loop: 1022@tinh.example", True),
        ("Subject: noreply", False),
    ],
)
def test_nobody_is_answered_who_could_answer_back_for_ever(header: str, silent: bool) -> None:
    assert read(mail(header)).silent is silent


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "the mail is empty"),
        (b" \r\n \r\n", "the mail is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "this is no mail: it has no headers"),
        (b"Subject: x\r\n\r\nchao", "the mail names no sender"),
        (mail(body=b""), "the mail says nothing and encloses nothing"),
    ],
)
def test_what_is_no_mail_is_set_aside_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(SetAside, match=reason):
        read(raw)


def test_a_photo_without_a_word_is_still_a_request() -> None:
    raw = multipart("mixed", part(b"\xff\xd8\xff\xe0jpeg", "Content-Type: image/jpeg; name=anh.jpg"))
    found = read(raw)
    assert found.kind == "request"
    assert [(one.name, one.type, one.size) for one in found.attachments] == [("anh.jpg", "image/jpeg", 8)]
