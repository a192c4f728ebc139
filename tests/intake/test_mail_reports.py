"""What mail servers report of letters of ours, and what looks like that and is none."""

import pytest

from libs.contracts.deliveries import DeliveryDelayed, DeliveryDenied, DeliveryFact, DeliveryFailed
from services.intake.channels.mail import Mailbox
from services.intake.channels.shape import Passed, Said
from tests.support.mailroom import AT, LETTER, OURS, THREADS, delivered, mailbox, returned
from tests.support.mails import mail, multipart, report


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Mailbox:
    return mailbox(tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize(
    ("status", "action", "kind"),
    [
        ("5.1.1", "failed", DeliveryFailed),
        ("4.4.7", "failed", DeliveryFailed),
        ("4.4.1", "delayed", DeliveryDelayed),
    ],
)
def test_a_report_names_the_letter_by_the_mail_it_gives_back(
    box: Mailbox, status: str, action: str, kind: type[DeliveryFact]
) -> None:
    (fact,) = box.parse(delivered(returned(status, action)))
    assert type(fact) is kind
    assert (fact.way, fact.letter, fact.reference, fact.status, fact.at) == (
        "email",
        LETTER,
        LETTER,
        status,
        AT,
    )
    assert list(box.parse(delivered(returned(status, action)))) == [fact]


def test_a_report_names_the_letter_by_where_it_came_to(box: Mailbox) -> None:
    (fact,) = box.parse(delivered(returned(message_id="<x@y>"), rcpt_to=THREADS.bounce_to(LETTER)))
    assert isinstance(fact, DeliveryFailed) and fact.letter == LETTER


def test_a_report_in_words_names_the_letter_by_the_headers_it_quotes(box: Mailbox) -> None:
    body = (
        "Hi. This is the qmail-send program at mx.tinh.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        "<khongco@dan.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\nSubject: x\nMessage-ID: {OURS}\n"
    )
    raw = mail("From: MAILER-DAEMON@mx.tinh.example", "Subject: failure notice", body=body)
    (fact,) = box.parse(delivered(raw))
    assert isinstance(fact, DeliveryFailed) and (fact.letter, fact.status) == (LETTER, "5.1.1")


def test_who_calls_our_letter_junk_gets_no_more(box: Mailbox) -> None:
    about = b"Feedback-Type: abuse\r\nOriginal-Rcpt-To: <toi@dan.example>\r\n"
    raw = multipart(
        "report; report-type=feedback-report",
        b"Content-Type: message/feedback-report\r\n\r\n" + about,
        b"Content-Type: message/rfc822\r\n\r\n" + mail(f"Message-ID: {OURS}"),
        headers=("From: fbl@webmail.example",),
    )
    (fact,) = box.parse(delivered(raw))
    assert isinstance(fact, DeliveryDenied) and fact.letter == LETTER


def test_a_report_about_no_letter_of_ours_is_counted(box: Mailbox) -> None:
    assert list(box.parse(delivered(returned(message_id="<x@y>")))) == [Passed("report-of-no-letter")]
    assert list(box.parse(delivered(report("a@dan.example", "2.0.0", "delivered")))) == [
        Passed("report-of-success")
    ]


def test_a_citizen_who_passes_a_report_on_is_heard(box: Mailbox) -> None:
    body = "Tôi gửi thư cho xã thì bị trả lại:\n<xa@tinh.example>: host mx said: 550 5.1.1 no such user"
    raw = mail(
        "Subject: Undelivered Mail Returned to Sender", "X-Failed-Recipients: xa@tinh.example", body=body
    )
    (event,) = box.parse(delivered(raw))
    assert isinstance(event, Said) and event.text.endswith("no such user")
