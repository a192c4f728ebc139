"""A mailbox at the end of a line that is there already, so that another thread can cut it at any moment.

The libraries' own clients can be reached only once the server has greeted, which it need not ever do.
"""

import socket
import ssl
from imaplib import IMAP4

from imap_tools.mailbox import BaseMailBox

from services.intake.channels.mail import Imap


class _Client(IMAP4):
    """imaplib's, which connects nowhere."""

    def __init__(self, place: Imap, line: socket.socket) -> None:
        self._line = line
        super().__init__(place.host, place.port, place.timeout)

    def _create_socket(self, _timeout: float | None = None) -> socket.socket:
        return self._line


class MailBoxOnLine(BaseMailBox):
    """Its constructor waits for the greeting, and speaks TLS where the table says so."""

    def __init__(self, place: Imap, line: socket.socket) -> None:
        self._place, self._line = place, line
        super().__init__()

    def _get_mailbox_client(self) -> IMAP4:
        place, line = self._place, self._line
        if place.tls == "none":
            return _Client(place, line)
        trusted = ssl.create_default_context(cafile=place.ca_file)
        if place.tls == "tls":
            return _Client(place, trusted.wrap_socket(line, server_hostname=place.host))
        client = _Client(place, line)
        client.starttls(trusted)
        return client
