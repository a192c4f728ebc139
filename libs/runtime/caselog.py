"""The one way to write a fact about a case: `append`, with a message id and the expected last sequence."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from libs.contracts.errors import HotlineError
from libs.contracts.events import CaseFact
from libs.contracts.subjects import CaseRef, decode, is_erasure
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.publishing import AWAY, EXPECTED, PATIENCE, Occupied, publish

STREAM = "CASES"

_NOTHING_NEW = 0.05
"""Seconds until the next look, when the place is taken by a fact that is not to be seen yet."""

S = TypeVar("S")


class EventIdUsed(HotlineError):
    """The event id belongs to a fact of another case; nothing was stored."""


@dataclass(frozen=True)
class Stored:
    """A fact as the stream holds it. `fact` is None for one that is damaged or of a newer version."""

    seq: int
    predecessor: int
    subject: str
    data: bytes
    fact: CaseFact | None


@dataclass(frozen=True)
class Appended:
    """What `append` achieved: the fact, its sequence, and whether an earlier try had stored it."""

    seq: int
    fact: CaseFact
    repeated: bool = False


class CaseLog:
    """Writes facts to CASES and reads one case back along its predecessor links."""

    def __init__(self, js: JetStreamContext, *, patience: float = PATIENCE) -> None:
        self._js = js
        self._patience = patience

    async def append(
        self,
        ref: CaseRef,
        known: S,
        last_seq: int,
        *,
        decide: Callable[[S], CaseFact | None],
        fold: Callable[[S, CaseFact], S],
    ) -> Appended | None:
        """Store the fact that `decide` makes of the case, exactly once, on top of all that happened.

        `known` is the case as the caller knows it after the fact `last_seq` (0: not opened). When others
        wrote meanwhile, their facts are folded in and `decide` is asked again: it may raise Refused, or
        return None for "nothing to do any more". A fact with the same id, or one that the same service
        made of the same cause, means that it was done already.

        Raises OutcomeUnknown when the server does not confirm within the patience (seconds), or when the
        case is not yet, or no more, as far as `last_seq` says.
        """
        state, expected = known, last_seq
        deadline = asyncio.get_running_loop().time() + self._patience
        while fact := decide(state):
            try:
                ack = await publish(
                    self._js,
                    ref.subject(fact),
                    fact.model_dump_json().encode(),
                    message_id=str(fact.event_id),
                    expected=expected,
                    expected_filter=ref.filter,
                    patience=self._patience,
                )
                if not ack.duplicate:
                    return Appended(ack.seq, fact)
            except Occupied:
                ack = None
            # a duplicate is answered with what is stored: in this case, or under another one's name
            tail = await self._news(ref, expected, deadline)
            if done := _already_done(tail, fact):
                return done
            if ack and not tail:
                raise EventIdUsed
            for stored in tail:
                state = fold(state, stored.fact) if stored.fact else state
                expected = stored.seq
        return None

    async def _news(self, ref: CaseRef, after: int, deadline: float) -> list[Stored]:
        """What stands in the way; empty when it is not to be seen (yet), after a short pause."""
        try:
            found = await self.since(ref, after)
        except AWAY as error:
            raise OutcomeUnknown from error
        if not found:
            if asyncio.get_running_loop().time() > deadline:
                raise OutcomeUnknown
            await asyncio.sleep(_NOTHING_NEW)
        return found

    async def since(self, ref: CaseRef, after: int) -> list[Stored]:
        """The facts of a case with a sequence above `after`, oldest first; walks the links back to its begin.

        An erased case begins with its erasure.
        """
        try:
            message = await self._js.get_last_msg(STREAM, ref.filter)
        except NotFoundError:
            return []
        found: list[Stored] = []
        while message.seq is not None and message.seq > after:
            predecessor = int((message.headers or {}).get(EXPECTED, 0))
            subject, data = message.subject or "", message.data or b""
            found.append(Stored(message.seq, predecessor, subject, data, _decode(subject, data)))
            if predecessor == 0 or is_erasure(subject):
                break
            message = await self._js.get_msg(STREAM, seq=predecessor)
        return found[::-1]


def _already_done(tail: list[Stored], fact: CaseFact) -> Appended | None:
    for stored in tail:
        known = stored.fact
        if known is None:
            continue
        same_reaction = fact.cause is not None and (known.cause, known.by.service) == (
            fact.cause,
            fact.by.service,
        )
        if known.event_id == fact.event_id or same_reaction:
            return Appended(stored.seq, known, repeated=True)
    return None


def _decode(subject: str, data: bytes) -> CaseFact | None:
    try:
        fact = decode(subject, data)
    except ValueError:  # unknown or damaged: who folds the case parks it, a replay must get past it
        return None
    return fact if isinstance(fact, CaseFact) else None
