"""Dovecot as Debian packs it, on loopback: mailboxes that a mail server fills and a citizen or we read."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imap_tools.mailbox import MailBoxUnencrypted

from libs.devstack.nats_server import free_port
from tests.support.mailserver import program

PASSWORD = "mat-khau"
MISSING = (
    ""
    if shutil.which("dovecot") and Path("/usr/lib/dovecot/lmtp").exists()
    else "needs Dovecot: apt-get install dovecot-imapd dovecot-lmtpd"
)
"""Why tests with Dovecot cannot run here; empty when they can."""

_CONFIG = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = {ssl}
ssl_cert = {certificate}
ssl_key = {key}
disable_plaintext_auth = no
auth_mechanisms = plain
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%n
recipient_delimiter = +
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {folder}/users
  default_fields = uid={uid} gid={gid} home={folder}/mail/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Mailboxes:
    """`imap` and `lmtp` are ports; the mailboxes are named like the local parts of addresses."""

    folder: Path
    imap: int
    lmtp: int
    imaps: int = 0

    @contextmanager
    def read_by(self, user: str, folder: str = "INBOX") -> Iterator[MailBoxUnencrypted]:
        """The mailbox as its owner's program shows it."""
        with MailBoxUnencrypted("127.0.0.1", self.imap, timeout=5).login(user, PASSWORD, folder) as box:
            yield box

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Every mail in it, oldest first."""
        with self.read_by(user) as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            return [bytes(mail.obj) for mail in box.fetch(mark_seen=False)]

    def throw_out(self, user: str) -> bool:
        """End every connection of this user, as an administrator does."""
        words = ("doveadm", "-c", str(self.folder / "dovecot.conf"), "kick", user)
        return subprocess.run(words, check=False, capture_output=True, timeout=10).returncode == 0

    def forget_numbers(self, user: str) -> None:
        """What a restored backup does: every mail gets a new number, and UIDVALIDITY changes."""
        for file in (self.folder / "mail" / user).glob("dovecot*"):
            file.unlink()


@contextmanager
def dovecot(folder: Path, *users: str, certificate: Path | None = None) -> Iterator[Mailboxes]:
    """A running server with these mailboxes; it is gone afterwards. Others must be able to enter `folder`.

    `certificate` is a file with a certificate and its key, for `imaps`.
    """
    root = os.getuid() == 0
    uid, gid = (8, 8) if root else (os.getuid(), os.getgid())
    (folder / "mail").mkdir(parents=True)
    os.chown(folder / "mail", uid, gid)
    (folder / "users").write_text("".join(f"{user}:{PASSWORD}::::::\n" for user in users))
    made = Mailboxes(folder, free_port(), free_port(), free_port() if certificate else 0)
    own = getpass.getuser()
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            internal="dovecot" if root else own,
            group="dovecot" if root else own,
            login="dovenull" if root else own,
            uid=uid,
            gid=gid,
            ssl="yes" if certificate else "no",
            certificate=f"<{certificate}" if certificate else "",
            key=f"<{certificate}" if certificate else "",
            imaps=made.imaps,
            imap=made.imap,
            lmtp=made.lmtp,
        )
    )
    command = ("/usr/sbin/dovecot", "-F", "-c", str(config))
    with program(folder / "dovecot.err", (made.imap, made.lmtp), *command):
        yield made
