"""Postfix as Debian packs it, on loopback: takes mails by SMTP and hands them over by LMTP."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from libs.devstack.nats_server import free_port
from tests.support.mailserver import program

MASTER = Path("/usr/lib/postfix/sbin/master")


def _missing() -> str:
    if not MASTER.exists():
        return "needs Postfix: apt-get install postfix"
    if os.getuid():
        return "needs root: Postfix's master runs as nobody else"
    return "" if shutil.which("postdrop") else "needs Postfix's postdrop"


MISSING = _missing()
"""Why tests with Postfix cannot run here; empty when they can."""

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.tinh.example
myorigin = tinh.example
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
disable_dns_lookups = yes
relay_domains = {domains}
transport_maps = inline:{{ {routes} }}
smtpd_relay_restrictions = permit_mynetworks, reject
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""

_SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_QUEUES = (
    "incoming", "active", "deferred", "bounce", "defer", "trace", "flush", "hold", "corrupt",
    "private", "saved",
)  # fmt: skip


@contextmanager
def postfix(folder: Path, routes: Mapping[str, int]) -> Iterator[int]:
    """The SMTP port of a running server; `routes`: domain → LMTP port that takes all its mails."""
    folder.mkdir(parents=True)
    port = free_port()
    _make_queues(folder)
    said = " ".join(f"{{ {domain} = lmtp:[127.0.0.1]:{there} }}" for domain, there in routes.items())
    (folder / "main.cf").write_text(_MAIN.format(folder=folder, domains=" ".join(routes), routes=said))
    (folder / "master.cf").write_text(_SERVICES.format(port=port))
    with program(folder / "master.err", (port,), str(MASTER), "-c", str(folder), "-d"):
        yield port


def _make_queues(folder: Path) -> None:
    (folder / "queue" / "pid").mkdir(parents=True)
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "postfix")
    for name in (*_QUEUES, "maildrop", "public"):
        (folder / "queue" / name).mkdir()
        shutil.chown(folder / "queue" / name, "postfix")
    for name, mode in (("maildrop", 0o730), ("public", 0o710)):
        shutil.chown(folder / "queue" / name, "postfix", "postdrop")
        (folder / "queue" / name).chmod(mode)
