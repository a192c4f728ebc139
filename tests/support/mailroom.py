"""A mailbox as a channel: its table, its keys, and letters of ours to answer."""

from datetime import UTC, datetime
from pathlib import Path

from libs.contracts.subjects import CaseRef
from libs.mail.threads import Signed, Threads
from services.intake.channels.mail import Mailbox, MailRow, channel
from services.intake.channels.shape import Delivery
from tests.support.dovecot import PASSWORD
from tests.support.mails import report

MAIL_KEY = "khoa-thu-chi-dung-de-thu-nghiem-0123456789"
ADDRESS = "1022@tinh.example"
SIGNED = Signed.of(MAIL_KEY)
THREADS = Threads(SIGNED, ADDRESS)
CASE = CaseRef(2026, "0123456789abcdef0123456789abcdef")
LETTER = "fedcba9876543210fedcba9876543210"
OURS = THREADS.message_id(LETTER, CASE)
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def table(
    folder: Path,
    *,
    imap: int | None = None,
    lmtp: int | None = None,
    poll: float = 30,
    timeout: float = 5,
    tls: str = "none",
) -> Path:
    """channels.toml with the table `email`."""
    (folder / "mail.key").write_text(MAIL_KEY)
    (folder / "mailbox.password").write_text(PASSWORD)
    lines = ["[email]", 'kind = "mail"', f'address = "{ADDRESS}"', f'mail_key_file = "{folder / "mail.key"}"']
    lines += ["max_bytes = 400_000"]
    if imap:
        lines += ["[email.imap]", 'host = "127.0.0.1"', f"port = {imap}", f'tls = "{tls}"', 'user = "1022"']
        lines += [f'password_file = "{folder / "mailbox.password"}"', f"poll_seconds = {poll}"]
        lines += [f"timeout = {timeout}"]
    if lmtp:
        lines += ["[email.lmtp]", f"port = {lmtp}", "timeout = 2"]
    file = folder / "channels.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def mailbox(folder: Path) -> Mailbox:
    """The channel of that table."""
    (folder / "mail.key").write_text(MAIL_KEY)
    said = {"code": "email", "kind": "mail", "address": ADDRESS, "lmtp": {"port": 24}}
    return channel(MailRow.model_validate({**said, "mail_key_file": folder / "mail.key"}))


def delivered(raw: bytes, **envelope: str) -> Delivery:
    """A mail as a transport hands it over; `mail_from`, `rcpt_to`, `cut` as it tells them."""
    headers = {name.replace("_", "-"): value for name, value in envelope.items()}
    return Delivery(body=raw, at=AT, method="LMTP", headers=headers)


def returned(status: str = "5.1.1", action: str = "failed", message_id: str = OURS) -> bytes:
    """A server's report about a letter of ours."""
    return report("khongco@dan.example", status, action).replace(
        b"Message-ID: <m1@dan.example>\r\nDate: Mon, 02 Mar 2026 08:00:00 +0700\r\nSubject: [",
        f"Message-ID: {message_id}\r\nDate: Mon, 02 Mar 2026 08:00:00 +0700\r\nSubject: [".encode(),
    )
