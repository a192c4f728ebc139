"""The letters' own stream, LETTERS: what is written there, and how a letter's last fact is found."""

import asyncio
from typing import Any
from uuid import UUID

from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from libs.contracts.facts import Actor, derived_id
from libs.contracts.sidefacts import (
    LetterDeferred,
    LetterFact,
    LetterFailed,
    LetterFallenBack,
    LetterSent,
    LetterSpared,
    LetterTried,
    LetterUnconfirmed,
)
from libs.contracts.subjects import UnknownFact, decode
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from libs.runtime.sidelog import SideLog
from services.notifier.outbox import Letter
from services.notifier.states import FAILED, FALLEN, REPORTS, SENT, SPARED, UNCONFIRMED

NOTIFIER = Actor(service="notifier")
ENDS = ("met", "ended", "cancelled")
"""After one of these facts its clock waits for nothing any more."""


class LetterLog:
    """Writes the facts about letters; each stands once for ever."""

    def __init__(self, js: JetStreamContext, side: SideLog, clock: Clock, directory: Directory) -> None:
        self._js = js
        self._side = side
        self._clock = clock
        self._directory = directory

    async def tried(self, letter: Letter) -> bool:
        """Whether this attempt is ours. Its id is the claim: two senders never have the same one.

        Raises OutcomeUnknown when the server does not confirm.
        """
        common = self._common(letter, UUID(letter.claim))
        return await self._side.write(LetterTried(attempt=letter.attempt, **common))

    async def deferred(self, letter: Letter, reason: str) -> None:
        """The gateway put the attempt off. Raises OutcomeUnknown."""
        event_id = self._derived(letter, f"deferred-{letter.attempt}")
        await self._side.write(
            LetterDeferred(attempt=letter.attempt, reason=reason, **self._common(letter, event_id))
        )

    async def ended(self, letter: Letter) -> None:
        """The state the letter has come to its end in, unless it is only counted. Raises OutcomeUnknown."""
        common = self._common(letter, self._derived(letter, letter.state))
        if letter.state == SENT:
            await self._side.write(LetterSent(attempt=letter.attempt, gateway_id=letter.gateway_id, **common))
        elif letter.state == FAILED:
            await self._side.write(LetterFailed(attempt=letter.attempt, reason=letter.reason, **common))
        elif letter.state == SPARED:
            await self._side.write(LetterSpared(reason=letter.reason, **common))
        elif letter.state == UNCONFIRMED:
            await self._side.write(LetterUnconfirmed(attempt=letter.attempt, **common))
        elif letter.state == FALLEN:
            await self._side.write(_fallen_back(letter, common))

    async def reported(self, letter: Letter) -> None:
        """What a gateway said of its arrival. Raises OutcomeUnknown."""
        common = self._common(letter, self._derived(letter, letter.arrival))
        await self._side.write(REPORTS[letter.arrival](status=letter.status, **common))

    async def last(self, letter: Letter) -> LetterFact | None:
        """The newest fact about this letter that this version knows."""
        try:
            message = await self._js.get_last_msg("LETTERS", f"letter.{letter.case_id}.{letter.letter}.>")
            fact = decode(message.subject or "", message.data or b"")
        except (NotFoundError, UnknownFact):
            return None
        return fact if isinstance(fact, LetterFact) else None

    async def owed(self, case_id: str, clock: str) -> bool:
        """Whether what this clock waits for is still owed, as far as CLOCKS knows at this moment."""
        subjects = (f"clock.{case_id}.{clock}.{end}" for end in ENDS)
        return not any(await asyncio.gather(*map(self._stands, subjects)))

    async def _stands(self, subject: str) -> bool:
        try:
            await self._js.get_last_msg("CLOCKS", subject, direct=True)
        except NotFoundError:
            return False
        return True

    def _derived(self, letter: Letter, token: str) -> UUID:
        return derived_id(UUID(letter.cause), f"{letter.letter}/{token}")

    def _common(self, letter: Letter, event_id: UUID) -> dict[str, Any]:
        return {
            "event_id": event_id,
            "case_id": letter.case_id,
            "at": self._clock.now(),
            "by": NOTIFIER,
            "cause": UUID(letter.cause),
            "pack_version": self._directory.current,
            "case_seq": letter.case_seq,
            "letter": letter.letter,
            "template": letter.template,
            "way": letter.way,
            "audience": letter.audience,
            "agency": letter.agency,
        }


def _fallen_back(letter: Letter, common: dict[str, Any]) -> LetterFact:
    more = {"attempt": letter.attempt, "reason": letter.reason}
    return LetterFallenBack.model_validate(
        {**common, **more, "to": letter.next_way, "next": letter.next_letter}
    )
