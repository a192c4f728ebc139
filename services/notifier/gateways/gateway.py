"""What every gateway is: opened for a batch, handed one message at a time, answering one of four ways."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from libs.contracts.errors import HotlineError
from libs.contracts.subjects import CaseRef


class GatewayDown(HotlineError):
    """The gateway cannot be reached or does not let us in; no letter was tried."""


class Outcome(Enum):
    """What became of a message."""

    ACCEPTED = "accepted"
    PUT_OFF = "put off"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Message:
    """A letter to one recipient; `id` is the same at every attempt, `sms` is the short plain form.

    `template` and `said` are the pack's letter and the values of its variables, for gateways whose provider
    keeps templates of its own. `case` is the reader's own, `thread` the id of their last mail about it.
    """

    id: str
    to: str
    subject: str
    body: str
    sms: str
    template: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    case: CaseRef | None = None
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The gateway's answer. `reason` goes into the stream: codes, never an address or what was written.

    `gateway_id` is its own name for the letter, by which it may report of it later.
    """

    outcome: Outcome
    reason: str = ""
    gateway_id: str = ""


Send = Callable[[Message], Awaitable[Reply]]
"""Hands over one message; answers, and does not raise, whatever the other side does."""


class Gateway(Protocol):
    """One way to send."""

    def open(self) -> AbstractAsyncContextManager[Send]:
        """A connection for one batch of messages, closed at its end. Raises GatewayDown."""
        ...
