"""Facebook Page: messages to it and comments below its posts, as Facebook's webhook posts them.

A delivery is a batch: several entries, of several Pages, each with messages or changes of the feed. Its
signature is HMAC-SHA256 with the application's secret over the raw body, in which every letter beyond ASCII
is escaped. Facebook repeats what was not answered with 200 for a day and a half, then unsubscribes us.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import Field, StringConstraints

from services.intake.channels import wire
from services.intake.channels.facebook.feed import changed
from services.intake.channels.facebook.messages import messaged
from services.intake.channels.rows import Row, read_secret
from services.intake.channels.shape import Answer, Delivery, Event, Passed, Plain, SetAside, Unverified

SIGNATURE = "x-hub-signature-256"

_GIVEN = re.compile(r"\s*sha256=([0-9a-fA-F]{64})\s*")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MOST_NAMED = 5
"""Broken parts of one batch that are named."""

Id = Annotated[str, StringConstraints(pattern=r"^\d{1,32}$")]


class FacebookRow(Row):
    """`pages`: the ids of the Pages that are ours. `app_secret_file`: of the application; while it is being
    changed, both, one a line. `verify_token_file`: a word of our own, which the dashboard is told.
    """

    pages: tuple[Id, ...] = Field(min_length=1)
    app_secret_file: Path
    verify_token_file: Path
    media_hosts: tuple[str, ...] = ("fbcdn.net", "fbsbx.com")


@dataclass(frozen=True)
class Facebook(Plain):
    """One application with its Pages."""

    row: FacebookRow = field(kw_only=True)
    secrets: tuple[bytes, ...] = field(kw_only=True, repr=False)
    token: bytes = field(kw_only=True, repr=False)

    def answer(self, delivery: Delivery) -> Answer | None:
        """The dashboard asks with our own word, and wants its challenge back."""
        if delivery.method != "GET":
            return None
        asked = dict(parse_qsl(delivery.query, max_num_fields=20) if delivery.query.count("&") < 20 else ())
        challenge = asked.get("hub.challenge", "")
        token = asked.get("hub.verify_token", "").encode("utf-8", "replace")
        known = hmac.compare_digest(token, self.token) and asked.get("hub.mode") == "subscribe"
        return Answer(challenge.encode()) if known and _CHALLENGE.fullmatch(challenge) else None

    def verify(self, delivery: Delivery) -> None:
        """Raises Unverified."""
        given = _GIVEN.fullmatch(delivery.headers.get(SIGNATURE, ""))
        if given is None:
            raise Unverified("no signature")
        digest = given[1].lower().encode()
        for secret in self.secrets:
            mac = hmac.new(secret, delivery.body, hashlib.sha256).hexdigest().encode()
            if hmac.compare_digest(mac, digest):
                return
        raise Unverified("the signature is wrong")

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        """Everything that can be read, in order; then SetAside, if there was something that cannot."""
        batch = wire.load(delivery.body)
        if wire.word(batch, "object") != "page":
            yield Passed(f"unknown-object-{wire.label(wire.word(batch, 'object'))}")
            return
        broken: list[str] = []
        for where, entry in enumerate(wire.items(batch, "entry")):
            for box, number, item in _items(entry):
                try:
                    events = list(self._read(entry, box, item, delivery))
                except SetAside as error:
                    broken.append(f"entry {where} {box} {number}: {error}")
                    continue
                yield from events
        if broken:
            raise SetAside(f"{len(broken)} of the batch: {'; '.join(broken[:_MOST_NAMED])}")

    def _read(self, entry: Any, box: str, item: Any, delivery: Delivery) -> Iterable[Event]:
        page = wire.word(entry, "id")
        if page not in self.row.pages:
            raise SetAside("another Page")
        if not isinstance(item, dict):
            raise SetAside("no object")
        if box == "changes":
            return changed(item, page, wire.instant(wire.word(entry, "time")))
        return messaged(item, page, delivery.at)


def _items(entry: Any) -> Iterator[tuple[str, int, Any]]:
    """`standby`: another application holds the conversation, but it is to the Page that they speak."""
    listed = [
        (box, number, item)
        for box in ("messaging", "standby", "changes")
        for number, item in enumerate(wire.items(entry, box))
    ]
    yield from listed or [("empty", 0, None)]


ROW = FacebookRow


def channel(row: FacebookRow) -> Facebook:
    """Raises BadChannels when a secret cannot be read."""
    secrets = tuple(line.strip().encode() for line in read_secret(row.app_secret_file).splitlines())
    return Facebook(
        row.pack_code,
        frozenset({SIGNATURE}),
        timedelta(hours=24),
        row=row,
        secrets=tuple(filter(None, secrets)),
        token=read_secret(row.verify_token_file).encode(),
    )
