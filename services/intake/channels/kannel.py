"""Kannel's reports of text messages: GET `/hooks/<table>/<secret>?letter=<our id>&type=<what became of it>`.

The address is one that the notifier gave it together with the message; there is no signature. `type`: 1 it
arrived, 2 it did not, 16 the operator refused it; 4 and 8: it is on its way. They come in any order.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl
from uuid import NAMESPACE_URL

from libs.contracts.deliveries import DeliveryArrived, DeliveryDelayed, DeliveryFact, DeliveryFailed
from libs.contracts.facts import Actor, derived_id
from services.intake.channels.rows import Row, read_secret
from services.intake.channels.shape import Delivery, Event, Plain, SetAside, Unverified

_LETTER = re.compile(r"[0-9a-f]{32}")
_SAYS: dict[str, type[DeliveryFact]] = {
    "1": DeliveryArrived,
    "2": DeliveryFailed,
    "16": DeliveryFailed,
    "4": DeliveryDelayed,
    "8": DeliveryDelayed,
}


class KannelRow(Row):
    """`secret_file` holds the last part of the address."""

    secret_file: Path


ROW = KannelRow


def channel(row: KannelRow) -> "Kannel":
    """Raises BadChannels without a secret."""
    return Kannel(row.pack_code, secret=read_secret(row.secret_file))


@dataclass(frozen=True)
class Kannel(Plain):
    """One gateway, or several that know the same secret."""

    secret: str = field(default="", repr=False)

    def verify(self, delivery: Delivery) -> None:
        """The secret in the address is all there is; a report is believed only of letters that we sent."""
        if not hmac.compare_digest(delivery.path.encode("utf-8", "replace"), self.secret.encode()):
            raise Unverified

    def kept(self, delivery: Delivery) -> Delivery:
        """Without its path, which is the secret."""
        return replace(super().kept(delivery), path="")

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        told = dict(parse_qsl(delivery.query, keep_blank_values=True))
        letter, kind = told.get("letter", ""), told.get("type", "")
        cls = _SAYS.get(kind)
        if not _LETTER.fullmatch(letter) or cls is None:
            raise SetAside("a report without a letter of ours, or of a type that nobody knows")
        event_id = derived_id(NAMESPACE_URL, f"kannel/{letter}/{kind}")
        said = {"event_id": event_id, "at": delivery.at, "by": Actor(service="intake"), "way": "sms"}
        return [cls(reference=letter, letter=letter, status=f"type {kind}", **said)]
