"""What a channel is: it says whether a delivery is genuine, what its key is, and what it holds."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from libs.contracts.calls import CallFact
from libs.contracts.casevalues import Spot
from libs.contracts.deliveries import DeliveryFact
from libs.contracts.errors import HotlineError
from libs.contracts.subjects import CaseRef


class Unverified(HotlineError):
    """The signature, the key or the address is wrong: it does not come from whom it says."""


class SetAside(HotlineError):
    """Genuine, but nobody can make sense of it: it is kept and listed for a person."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in, untouched. Names of headers are in lower case; `query` is as it stood in the address.

    `path` is what followed the channel's own address; a mail has an empty one, and its envelope in `headers`.
    `peer` is the address that the connection came from: our own door's, where one stands before us.
    """

    body: bytes
    at: datetime
    method: str = "POST"
    path: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A photo, a document, a sound: its content, or the address where the provider keeps it for a while.

    `label` is what the sender called it, `type` what was announced; neither is believed.
    """

    content: bytes = b""
    url: str = ""
    label: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A person said something: the only thing that opens a case or is added to one.

    `key` is the channel's own id of the message, never used twice by it; `person` the provider's id of who
    spoke. What ties it to an older case, the surest first: `cases` (the channel read a token that we signed),
    `answers` (keys of older messages on this channel), `code` (a look-up code somebody typed); each counts
    only if the speaker belongs to that case. `aliases` are names under which later words may refer to these,
    where the key alone would not do. `spam` names what speaks for junk; `automatic`: a machine spoke;
    `doubted`: the speaker may be somebody else, so that nothing ties the words to an older case.
    """

    key: str
    person: str
    text: str
    at: datetime | None = None
    account: str = ""
    thread: str = ""
    public: bool = False
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    place: str = ""
    spot: Spot | None = None
    enclosed: tuple[Enclosed, ...] = ()
    cases: tuple[CaseRef, ...] = ()
    answers: tuple[str, ...] = ()
    code: str = ""
    spam: tuple[str, ...] = ()
    automatic: bool = False
    doubted: bool = False
    aliases: tuple[str, ...] = ()
    language: Literal["vi", "en"] = "vi"


@dataclass(frozen=True, slots=True)
class Passed:
    """Seen and not taken up: an echo of ours, a read receipt, a sticker. `why` is a label for counting."""

    why: str


Event = Said | CallFact | DeliveryFact | Passed


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side is told when an empty 200 is not enough."""

    body: bytes = b""
    type: str = "text/plain"
    status: int = 200


class Channel(Protocol):
    """One configured channel. `code` is the pack's, `headers` are those to keep of a delivery (lower case).

    `window`: how long after a person's last words they may be answered on this channel; None: always.
    """

    code: str
    headers: frozenset[str]
    window: timedelta | None

    def verify(self, delivery: Delivery) -> None:
        """Raises Unverified. Looks at the raw bytes, before anything is parsed."""

    def key(self, delivery: Delivery) -> str:
        """What is the same when the provider delivers the same thing again."""

    def kept(self, delivery: Delivery) -> Delivery:
        """What is stored of a genuine delivery: all that `parse` needs, and no secret that it came with."""

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        """What it holds, in order. Raises SetAside, and nothing else, whatever the bytes are; what was given
        before that counts: of a batch only the broken part is set aside.
        """

    def answer(self, delivery: Delivery) -> Answer | None:
        """An answer that is more than "taken": a challenge to return. Then nothing is stored."""


@dataclass(frozen=True)
class Plain:
    """The usual answers, for a channel to start from."""

    code: str
    headers: frozenset[str] = frozenset()
    window: timedelta | None = None

    def key(self, delivery: Delivery) -> str:
        """The same bytes under the same address are the same delivery."""
        return hashlib.sha256(delivery.query.encode() + b"\0" + delivery.body).hexdigest()

    def kept(self, delivery: Delivery) -> Delivery:
        """With those headers that are named."""
        return replace(
            delivery, headers={name: said for name, said in delivery.headers.items() if name in self.headers}
        )

    def answer(self, delivery: Delivery) -> Answer | None:
        del delivery
        return None
