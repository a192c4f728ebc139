"""The server tells of a mail once: whatever it says while nobody listens yet is heard all the same."""

import smtplib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.intake.channels.mail import Imap
from services.intake.transports.mail_imap import _Box
from tests.support import dovecot
from tests.support.mails import mail
from tests.support.mailserver import open_folder

pytestmark = [pytest.mark.mailserver, pytest.mark.skipif(bool(dovecot.MISSING), reason=dovecot.MISSING)]

LONG = 10
"""Seconds of waiting that no test here may need."""


@pytest.fixture
def boxes() -> Iterator[dovecot.Mailboxes]:
    with open_folder() as folder, dovecot.dovecot(folder / "dovecot", "1022") as running:
        yield running


@pytest.fixture
def box(boxes: dovecot.Mailboxes, tmp_path: Path) -> Iterator[_Box]:
    (tmp_path / "password").write_text(dovecot.PASSWORD)
    place = {"host": "127.0.0.1", "port": boxes.imap, "tls": "none", "user": "1022", "timeout": 5}
    opened = _Box(Imap.model_validate({**place, "password_file": tmp_path / "password"}))
    opened.open()
    yield opened
    opened.close()


def deliver(boxes: dovecot.Mailboxes) -> None:
    """It lies in the mailbox when this returns."""
    with smtplib.LMTP("127.0.0.1", boxes.lmtp, timeout=5) as server:
        server.sendmail("mau@dan.example", ["1022@tinh.example"], mail())


def found(box: _Box) -> int:
    return len(box.listed({}))


def waited(box: _Box, seconds: float) -> float:
    begun = time.monotonic()
    box.wait(seconds)
    return time.monotonic() - begun


def test_a_mail_that_came_while_the_search_was_asked_is_not_waited_for(
    boxes: dovecot.Mailboxes, box: _Box
) -> None:
    deliver(boxes)
    seen = found(box)
    assert waited(box, LONG) < LONG / 2
    assert (seen, found(box)) == (0, 1), "this server's search does not show a mail that it only now tells of"


def test_a_mail_that_came_between_the_search_and_the_wait_is_not_waited_for(
    boxes: dovecot.Mailboxes, box: _Box
) -> None:
    assert found(box) == 0
    deliver(boxes)
    assert waited(box, LONG) < LONG / 2
    assert found(box) == 1


def test_a_mail_that_was_found_does_not_call_again_and_again(boxes: dovecot.Mailboxes, box: _Box) -> None:
    deliver(boxes)
    calls = 0
    while waited(box, 0.3) < 0.3:
        assert found(box) <= 1
        calls += 1
    assert 1 <= calls <= 3, "once that it exists, once that it is recent"


def test_a_server_that_tells_nothing_is_waited_for_no_longer_than_said(box: _Box) -> None:
    found(box)
    assert 0.3 <= waited(box, 0.3) < LONG / 2
    assert found(box) == 0
