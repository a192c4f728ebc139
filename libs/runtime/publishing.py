"""Publish one message until the server confirms it, refuses it, or patience ends."""

import asyncio
import random
from collections.abc import Mapping
from types import MappingProxyType

from nats.errors import OutboundBufferLimitError
from nats.js.api import PubAck
from nats.js.client import JetStreamContext
from nats.js.errors import APIError, NoStreamResponseError, ServiceUnavailableError

from libs.contracts.errors import HotlineError
from libs.runtime.errors import OutcomeUnknown

MSG_ID = "Nats-Msg-Id"
EXPECTED = "Nats-Expected-Last-Subject-Sequence"
EXPECTED_FILTER = "Nats-Expected-Last-Subject-Sequence-Subject"

PATIENCE = 9.0
"""Seconds; longer than the election of a new leader (measured: up to 6)."""

AWAY = (
    TimeoutError,
    ConnectionError,
    OutboundBufferLimitError,
    NoStreamResponseError,  # no leader at the moment: an election, or a server that has just started
    ServiceUnavailableError,
)
"""What a server that will be back says, or does not say: the outcome is unknown."""

_WRONG_LAST_SEQUENCE = 10071
_IN_PROCESS = {
    10158,  # our own earlier try is on its way through the cluster
    10164,  # somebody else's is
    10167,  # too many are
}


class Occupied(HotlineError):
    """Another message stands where this one expected to be the next."""


async def publish(
    js: JetStreamContext,
    subject: str,
    body: bytes,
    *,
    message_id: str,
    expected: int,
    expected_filter: str | None = None,
    patience: float = PATIENCE,
    also: Mapping[str, str] = MappingProxyType({}),
) -> PubAck:
    """Store `body` if the last sequence on the filter (default: the subject itself) is `expected`.

    `also`: further headers, ASCII.
    A lost acknowledgement is met by sending the same message id again. Raises Occupied when somebody
    else (or our own lost try) was first, OutcomeUnknown when nothing is confirmed within the patience.
    """
    headers = {MSG_ID: message_id, EXPECTED: str(expected), "content-type": "application/json", **also}
    if expected_filter:
        headers[EXPECTED_FILTER] = expected_filter
    deadline = asyncio.get_running_loop().time() + patience
    pause = 0.02
    while True:
        try:
            return await js.publish(subject, body, timeout=2, headers=headers)
        except AWAY:
            pass  # the same id goes again
        except APIError as error:
            if error.err_code == _WRONG_LAST_SEQUENCE:
                raise Occupied from error
            if error.err_code not in _IN_PROCESS:
                raise
        if asyncio.get_running_loop().time() > deadline:
            raise OutcomeUnknown
        await asyncio.sleep(pause * (0.5 + random.random()))
        pause = min(1.0, pause * 1.8)
