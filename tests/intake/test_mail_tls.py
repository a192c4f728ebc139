"""A mailbox over TLS: read when somebody vouches for the server, and not a word said to it otherwise."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dovecot import MISSING, Mailboxes, dovecot
from tests.support.mailroom import table
from tests.support.mails import mail
from tests.support.mailserver import open_folder
from tests.support.mailstore import Store, transport
from tests.support.waiting import eventually

pytestmark = [pytest.mark.mailserver, pytest.mark.skipif(bool(MISSING), reason=MISSING)]


@pytest.fixture(scope="module")
def boxes() -> Iterator[Mailboxes]:
    with open_folder() as folder:
        shown = folder / "server.pem"
        command = (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail"
        )
        names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key"), "-out", str(shown)]
        subprocess.run([*command.split(), *names], check=True, capture_output=True)
        both = folder / "both.pem"
        both.write_text(shown.read_text() + (folder / "key").read_text())
        with dovecot(folder / "dovecot", "1022", certificate=both) as running:
            yield running


def trusted(channels: Path, boxes: Mailboxes) -> Path:
    """The same table, which believes the server's own certificate."""
    own = f'[email.imap]\nca_file = "{boxes.folder.parent / "server.pem"}"'
    channels.write_text(channels.read_text().replace("[email.imap]", own))
    return channels


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_mailbox_is_read_over_tls(tmp_path: Path, boxes: Mailboxes, tls: str) -> None:
    store, port = Store(), boxes.imaps if tls == "tls" else boxes.imap
    key = f"<{tls}@dan.example>"
    with boxes.read_by("1022") as box:
        box.append(mail(f"Message-ID: {key}"))
    async with transport(trusted(table(tmp_path, imap=port, tls=tls), boxes), store.keep):
        await eventually(lambda: any(key.encode() in one.body for one in store.kept.values()))


async def test_a_server_that_nobody_vouches_for_hears_no_password(tmp_path: Path, boxes: Mailboxes) -> None:
    store, log = Store(), boxes.folder / "dovecot.log"
    before = log.read_text().count("Login: user=")
    async with transport(table(tmp_path, imap=boxes.imaps, tls="tls"), store.keep):
        await eventually(lambda: "TLS handshaking" in log.read_text() or "unknown ca" in log.read_text())
        await asyncio.sleep(0.2)
    assert log.read_text().count("Login: user=") == before and store.asked == 0
