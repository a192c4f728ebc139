"""Whatever bytes come into a mailbox: an event, or set aside with a reason; never an accident."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.channels.mail import Mailbox
from services.intake.channels.shape import SetAside
from tests.support.mailroom import OURS, delivered, mailbox, returned
from tests.support.mails import mail


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Mailbox:
    return mailbox(tmp_path_factory.mktemp("keys"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_whatever_bytes_come_are_read_or_set_aside(box: Mailbox, chance: random.Random) -> None:
    raw = bytearray(chance.choice((returned(), mail(f"In-Reply-To: {OURS}", "Received: x; y"), mail())))
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(raw) + 1)
        if chance.random() < 0.5:
            raw[at : at + 1] = bytes([chance.randrange(256)])
        else:
            del raw[at : at + chance.randint(1, 60)]
    _parsed(box, bytes(raw))


@given(st.binary(max_size=3_000))
def test_any_bytes_are_read_or_set_aside(box: Mailbox, raw: bytes) -> None:
    _parsed(box, raw)


CPYTHON = sorted(Path("/usr/lib/python3.11/test/test_email/data").glob("msg_*.txt"))


@pytest.mark.skipif(
    not CPYTHON, reason="needs the corpus of CPython: apt-get install libpython3.11-testsuite"
)
def test_the_mails_that_python_itself_is_tested_with_are_read(box: Mailbox) -> None:
    assert sum(_parsed(box, file.read_bytes()) for file in CPYTHON) > 30


def _parsed(box: Mailbox, raw: bytes) -> bool:
    delivery = delivered(raw)
    assert box.key(delivery) == box.key(delivery)
    try:
        events = list(box.parse(delivery))
    except SetAside:
        return False
    return len(events) == 1
