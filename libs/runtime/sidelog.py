"""The one way to write a side fact or a dead letter: once for ever on its literal subject."""

from enum import Enum

from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from libs.contracts.sidefacts import Dead
from libs.contracts.subjects import OnceFact, dead_subject, side_subject
from libs.runtime.publishing import PATIENCE, Occupied, publish

_STREAM = {"clock": "CLOCKS", "letter": "LETTERS", "call": "CALLS", "delivery": "DELIVERIES"}


class Written(Enum):
    """What became of a side fact: stored now, stood by an earlier try, or another was first."""

    NOW = "now"
    BEFORE = "before"
    OTHER = "other"


class SideLog:
    """Writes the facts beside the cases, and dead letters, with expected sequence 0 on their own subject."""

    def __init__(self, js: JetStreamContext, *, patience: float = PATIENCE) -> None:
        self._js = js
        self._patience = patience

    async def write(self, fact: OnceFact) -> bool:
        """True when this very fact (by event id) stands in the stream, False when another one did first.

        Raises OutcomeUnknown when the server does not confirm within the patience (seconds).
        """
        return await self.put(fact) is not Written.OTHER

    async def put(self, fact: OnceFact) -> Written:
        """As `write`, but tells whether the fact is stored only now or stood already."""
        subject = side_subject(fact)
        body = fact.model_dump_json().encode()
        if await self._once(subject, body, str(fact.event_id)):
            return Written.NOW
        try:
            message = await self._js.get_last_msg(_STREAM[subject.split(".", 1)[0]], subject)
        except NotFoundError:
            return Written.OTHER
        mine = f'"event_id":"{fact.event_id}"'.encode() in (message.data or b"")
        return Written.BEFORE if mine else Written.OTHER

    async def bury(self, dead: Dead) -> None:
        """Leave a dead letter; a second one for the same fact changes nothing."""
        subject = dead_subject(dead.service, dead.stream, dead.seq)
        await self._once(subject, dead.model_dump_json().encode(), subject)

    async def _once(self, subject: str, body: bytes, message_id: str) -> bool:
        try:
            ack = await publish(
                self._js, subject, body, message_id=message_id, expected=0, patience=self._patience
            )
        except Occupied:
            return False
        return not ack.duplicate
