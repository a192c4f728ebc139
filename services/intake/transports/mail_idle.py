"""Waiting for a mail (IDLE), such that nothing the server said before we listened goes unheard.

A server tells of a new mail once. It may do so at the end of its answer to a search that does not find the
mail yet, or in one breath with its consent to wait; then the socket stays silent for as long as we wait.
"""

from contextlib import suppress
from imaplib import IMAP4
from typing import Any

from imap_tools.mailbox import BaseMailBox

NEWS = "EXISTS"


def heed_from_now(client: Any) -> None:
    """Forget what was told: the search that follows finds it."""
    client.response(NEWS)


def wait(box: BaseMailBox, seconds: float) -> None:
    """Until the server tells of a mail, or so long; not at all when it did since `heed_from_now`."""
    client: Any = box.client
    if client.response(NEWS)[1] != [None]:
        return
    with box.idle as idle:
        if not _has_read_on(client):
            idle.poll(timeout=seconds)


def _has_read_on(client: Any) -> bool:
    """Whether more was read together with the consent, so that the socket does not show it any more."""
    before = client.sock.gettimeout()
    client.sock.settimeout(0)
    try:
        with suppress(OSError, IMAP4.abort):  # nothing there
            client._get_line()  # noqa: SLF001  # the library's own way to read what is told while waiting
            return True
        return False
    finally:
        client.sock.settimeout(before)
