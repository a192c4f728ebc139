"""Zalo Official Account: what citizens write to it, as Zalo's webhook posts it.

A delivery is one event. Its signature is a plain SHA-256 over the application's id, the raw body, the stamp
inside the body and the *OA Secret Key* of the webhook's page (the App Secret Key is for tokens). Zalo repeats
what was not answered with 200 within two seconds, for hours, and then switches the webhook off.
"""

import hashlib
import hmac
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from services.intake.channels import wire
from services.intake.channels.rows import Row, read_secret
from services.intake.channels.shape import Answer, Delivery, Event, Plain, SetAside, Unverified
from services.intake.channels.zalo.events import read

SIGNATURE = "x-zevent-signature"
AHEAD = timedelta(hours=1)
"""How far in the future a stamp may lie. An old one is fine: Zalo repeats an event hours later."""

_GIVEN = re.compile(r'\s*(?:mac\s*=\s*)?"?([0-9a-f]{64})"?\s*', re.IGNORECASE | re.ASCII)
_STAMP = re.compile(rb'"timestamp"\s*:\s*"?(\d{1,16})(?!\d)')
"""The stamp as it stands in the raw bytes. Inside of a string every quote is escaped, so what a citizen types
never looks like this; a key of the same name deeper down may, so each one found is tried."""

_MOST_STAMPS = 8

Id = Annotated[str, StringConstraints(pattern=r"^\d{1,32}$")]


class ZaloRow(Row):
    """`app_id` and `oa_id` as Zalo's console shows them. `oa_secret_file`: the OA Secret Key; while it is
    being changed, both, one a line. `setup`: true only while the webhook's address is being saved in the
    console, whose samples may be unsigned: they are answered and dropped.
    """

    app_id: Id
    oa_id: Id
    oa_secret_file: Path
    setup: bool = False
    media_hosts: tuple[str, ...] = ("zdn.vn", "zadn.vn")


@dataclass(frozen=True)
class Zalo(Plain):
    """One official account of one application."""

    row: ZaloRow = field(kw_only=True)
    secrets: tuple[bytes, ...] = field(kw_only=True, repr=False)

    def answer(self, delivery: Delivery) -> Answer | None:
        """The console asks whether anybody is there: without a signature, and without an event."""
        if delivery.method != "POST":
            return Answer()
        unsigned = not delivery.headers.get(SIGNATURE)
        return Answer() if unsigned and (self.row.setup or b'"event_name"' not in delivery.body) else None

    def verify(self, delivery: Delivery) -> None:
        """Raises Unverified. Anything before or after the object is refused: the parts of the sum have no
        marks between them, so a digit of the stamp could be moved to the end of the body.
        """
        given = _GIVEN.fullmatch(delivery.headers.get(SIGNATURE, ""))
        if given is None:
            raise Unverified("no signature")
        if delivery.body[:1] != b"{" or delivery.body.rstrip()[-1:] != b"}":
            raise Unverified("no single object")
        stamp = self._signed_stamp(delivery.body, given[1].lower().encode())
        moment = wire.instant(stamp.decode())
        if moment is None or moment > delivery.at + AHEAD:
            raise Unverified("the stamp lies in the future, or is none")

    def _signed_stamp(self, body: bytes, given: bytes) -> bytes:
        start = hashlib.sha256(self.row.app_id.encode() + body)
        for found in itertools.islice(_STAMP.finditer(body), _MOST_STAMPS):
            for secret in self.secrets:
                whole = start.copy()
                whole.update(found[1] + secret)
                if hmac.compare_digest(whole.hexdigest().encode(), given):
                    return found[1]
        raise Unverified("the signature is wrong")

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        """One event, but a receipt may name several messages. Raises SetAside."""
        event = wire.load(delivery.body)
        if wire.word(event, "app_id") != self.row.app_id:
            raise SetAside("app_id: another application")
        return read(event, self.row.oa_id, delivery.at)


ROW = ZaloRow


def channel(row: ZaloRow) -> Zalo:
    """Raises BadChannels when the secret cannot be read."""
    secrets = tuple(line.strip().encode() for line in read_secret(row.oa_secret_file).splitlines())
    return Zalo(
        row.pack_code,
        frozenset({SIGNATURE}),
        timedelta(hours=48),
        row=row,
        secrets=tuple(filter(None, secrets)),
    )
