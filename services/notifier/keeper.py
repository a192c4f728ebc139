"""Keeps the outbox and the stream of the same mind: lost letters found, ends told, the backlog measured."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from nats.errors import Error as NatsError
from sqlalchemy import Engine

from libs.contracts.canary import CANARY
from libs.contracts.errors import HotlineError
from libs.contracts.sidefacts import LetterDeferred, LetterFact
from libs.runtime.clock import Clock
from libs.runtime.database import in_thread
from libs.runtime.logs import log
from libs.runtime.projection import DatabaseDown
from services.notifier import metrics
from services.notifier.fallbacks import Fallbacks
from services.notifier.letterlog import LetterLog
from services.notifier.outbox import Letter, Outbox
from services.notifier.reports import Reports
from services.notifier.states import FAILED, FALLEN, SENT, STATE_AFTER, TRYING, UNCONFIRMED

TROUBLE = (HotlineError, NatsError, OSError, TimeoutError, *DatabaseDown)
"""What passes by itself: the loops wait and go on."""


class Keeper:
    """`lease` and `every` in seconds; the lease must outlast the longest hand-over to a gateway."""

    def __init__(self, engine: Engine, log_: LetterLog, clock: Clock, *, lease: float, every: float) -> None:
        self._outbox = Outbox(engine)
        self._fallbacks = Fallbacks(engine)
        self._reports = Reports(engine)
        self._log = log_
        self._clock = clock
        self._lease = lease
        self._every = every

    async def run(self) -> None:
        """Look after the outbox until cancelled."""
        while True:
            try:
                await self.look()
            except TROUBLE as error:
                log("outbox_not_kept", kind=type(error).__name__)
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """One round."""
        for letter in await in_thread(self._outbox.abandoned, time.time() - self._lease):
            await self.learn(letter, abandoned=True)
        for letter in await in_thread(self._outbox.untold):
            await self.tell(letter)
        await self._hear_reports()
        backlog = await in_thread(self._outbox.backlog, self._clock.now().timestamp())
        metrics.WAITING.set(backlog.waiting)
        metrics.HELD.set(backlog.held)
        metrics.OLDEST.set(max(0.0, time.time() - backlog.oldest) if backlog.oldest else 0)
        metrics.UNCONFIRMED.set(backlog.unconfirmed)

    async def _hear_reports(self) -> None:
        """What gateways reported becomes facts, and what came back goes another way."""
        await in_thread(self._reports.match, time.time())
        await in_thread(self._reports.confirm)
        for letter in await in_thread(self._reports.unreported):
            await self._log.reported(letter)
            if await in_thread(self._reports.mark, letter):
                metrics.REPORTED.labels(letter.way, letter.arrival).inc()
        for letter in await in_thread(self._fallbacks.returned):
            await self.give_up(letter, f"bounced: {letter.status}".rstrip(": "))
        await in_thread(self._fallbacks.empty, time.time())

    async def give_up(self, letter: Letter, reason: str) -> None:
        """Its way does not carry the letter: the next one has to, or it has failed."""
        fallen = await in_thread(self._fallbacks.fall, letter, reason, time.time())
        if fallen is not None:
            await self.tell(fallen)
        elif letter.state == TRYING:
            await self.end(letter, FAILED, reason)

    async def learn(self, letter: Letter, *, abandoned: bool = False) -> None:
        """Find out from the stream what became of a letter that another sender had, or has, in hand."""
        last = await self._log.last(letter)
        if last is None or _precedes(last, letter):  # this attempt was never begun
            await in_thread(self._outbox.give_back, letter, time.time(), keep_claim=False)
            return
        state = STATE_AFTER.get(type(last), SENT)  # a report of its arrival: it was sent
        if isinstance(last, LetterDeferred):
            known = replace(letter, attempt=last.attempt)
            await in_thread(self._outbox.put_off, known, time.time(), last.reason)
        elif state == FALLEN:
            await self.give_up(letter, getattr(last, "reason", ""))
        elif state != TRYING:
            known = replace(letter, gateway_id=getattr(last, "gateway_id", ""))
            await in_thread(self._outbox.settle, known, state, getattr(last, "reason", ""), told=True)
        elif abandoned:
            await self.end(letter, UNCONFIRMED, "outcome lost")
        else:
            await in_thread(self._outbox.hold, letter, time.time())

    async def end(self, letter: Letter, state: str, reason: str = "") -> None:
        """Note the end of a letter, and then tell it; should the stream be away, `look` tells it later."""
        ended = replace(letter, state=state, reason=reason)
        try:
            await in_thread(self._outbox.settle, letter, state, reason)
        except DatabaseDown:
            await self._log.ended(ended)  # then `learn` finds it in the stream
            raise
        await self.tell(ended)

    async def sent(self, letter: Letter) -> None:
        """Tell at once that a letter was sent; `close` notes it, should the stream be away it is noted here.

        A crash in between is healed by `learn`, which finds the fact in the stream. Raises OutcomeUnknown.
        """
        try:
            await self._log.ended(replace(letter, state=SENT))
        except Exception:
            await in_thread(self._outbox.settle, letter, SENT)
            raise

    async def close(self, sent: Sequence[Letter]) -> None:
        """Note the letters of which `sent` has told, and count each once."""
        if sent:
            for letter in await in_thread(self._outbox.close, sent):
                metrics.LETTERS.labels(letter.template, letter.way, SENT).inc()
                log("letter_sent", letter=letter.letter, case_id=letter.case_id)

    async def tell(self, letter: Letter) -> None:
        """Write the fact about a letter's end, and count it once. Raises OutcomeUnknown."""
        await self._log.ended(letter)
        if not await in_thread(self._outbox.mark_told, letter) or letter.template == CANARY:
            return
        metrics.LETTERS.labels(letter.template, letter.way, letter.state).inc()
        if letter.state == FAILED and letter.way == "none":
            metrics.UNREACHABLE.labels(letter.agency).inc()
        log(f"letter_{letter.state}", letter=letter.letter, case_id=letter.case_id, reason=letter.reason)


def _precedes(last: LetterFact, letter: Letter) -> bool:
    """Whether the newest fact is about an earlier attempt than the one this letter is at."""
    return getattr(last, "attempt", 0) < letter.attempt
