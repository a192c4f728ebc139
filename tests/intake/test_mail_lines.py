"""A mailbox behind a bad line: whatever breaks, at whatever step, each mail is stored, and then moved."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.badline import bad_line
from tests.support.mailroom import table
from tests.support.mails import mail
from tests.support.mailstore import Store, fetching, transport
from tests.support.postoffice import NEEDED, Post, post_office
from tests.support.waiting import eventually

pytestmark = NEEDED


@pytest.fixture(scope="module")
def office() -> Iterator[Post]:
    with post_office() as running:
        yield running


@pytest.mark.parametrize("dead", [False, True], ids=["closed", "dead"])
@pytest.mark.parametrize("verb", [b"LOGIN", b"SELECT", b"SEARCH", b"RFC822.SIZE", b"PEEK", b"MOVE", b"IDLE"])
async def test_a_line_that_breaks_at_any_step_loses_nothing(
    tmp_path: Path, office: Post, verb: bytes, dead: bool
) -> None:
    store, key = Store(), f"<{verb.decode()}-{dead}@dan.example>"
    before = len(office.boxes.mails("1022", "Processed"))
    office.send(mail(f"Message-ID: {key}", body=f"{verb!r} {dead}"))
    await eventually(lambda: len(office.boxes.mails("1022")) == 1)
    async with bad_line(office.boxes.imap, verb, dead=dead) as line:
        channels = table(tmp_path, imap=line.port, poll=0.3, timeout=0.5)
        async with transport(channels, store.keep):
            await eventually(lambda: len(office.boxes.mails("1022", "Processed")) == before + 1, within=15)
            await eventually(lambda: line.broken and line.connections > 1, within=15)
    assert office.boxes.mails("1022") == [] and len(store.kept) == 1


async def test_a_service_that_stops_does_not_wait_for_the_next_mail(tmp_path: Path, office: Post) -> None:
    store = Store()
    async with transport(table(tmp_path, imap=office.boxes.imap, poll=60), store.keep):
        office.send(mail("Message-ID: <dung@dan.example>"))
        await eventually(lambda: office.boxes.mails("1022") == [] and store.kept)
        await asyncio.sleep(0.3)  # it waits now
        assert fetching()
    await eventually(lambda: not fetching())
