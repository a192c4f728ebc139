"""A call as events of Asterisk have told of it so far."""

import re
from dataclasses import dataclass, field

from pydantic import Field

from libs.contracts.facts import Instant, Value
from services.intake.channels.ami import Message
from services.intake.channels.telephony import Direction

_PEER = re.compile(r"^[A-Za-z0-9]+/(.+?)(?:-[0-9a-fA-F]+)?(?:;[12])?$")


def peer(channel: str) -> str:
    """`PJSIP/201-0000001a` → `201`."""
    found = _PEER.match(channel)
    return found[1] if found else ""


class Context(Value):
    """What went before an event, as its parser needs it."""

    top: str
    direction: Direction
    caller: str = ""
    dialled: str = ""
    queue: str = ""
    began: Instant | None = None
    answered: Instant | None = None
    extension: str = ""
    number: str = Field("", description="that a call was put through to")
    leg: str = Field("", description="of the transfer, the operator's telephone, the recording")
    status: str = Field("", description="the transfer ended so")
    file: str = ""
    whole: bool = True


@dataclass
class Transfer:
    """Put through, and not yet answered. `targets`: the channels that ring."""

    number: str
    leg: str
    targets: set[str] = field(default_factory=set)


@dataclass
class Known:
    """A call. `dials`: channels that rang before it was put through; `files`: what each channel records."""

    context: Context
    dials: set[str] = field(default_factory=set)
    files: dict[str, str] = field(default_factory=dict)
    transfer: Transfer | None = None
    stopped: list[tuple[Message, Context]] = field(default_factory=list)
    over: bool = False

    def known(self, **more: object) -> Context:
        """Its context with more that belongs to one event."""
        return self.context.model_copy(update=more)

    def learn(self, **more: object) -> None:
        """What holds for all events from now on."""
        self.context = self.known(**more)
