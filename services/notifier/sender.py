"""Sends the letters of one way, one after the other, through one gateway."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from libs.contracts.errors import HotlineError
from libs.packs.gsm import parts
from libs.packs.model import Pack
from libs.runtime.clock import Clock
from libs.runtime.database import in_thread
from libs.runtime.logs import log
from libs.runtime.tasks import to_its_end
from services.notifier import metrics
from services.notifier.fallbacks import Fallbacks
from services.notifier.gateways.gateway import Gateway, GatewayDown, Message, Outcome, Reply, Send
from services.notifier.keeper import TROUBLE, Keeper
from services.notifier.letterlog import LetterLog
from services.notifier.outbox import Letter, Outbox
from services.notifier.states import FAILED, SPARED, UNCONFIRMED
from services.notifier.texts import Composer, Hopeless, Reminder, Unreachable

PAGES = 8
"""Pages to one connection."""

PAGE = 8
"""Letters claimed, and noted as sent, in one transaction; each is told to the stream by itself."""


@dataclass(frozen=True)
class Pace:
    """Seconds of real time. `retries`: the pause after each attempt that was put off; then given up.

    `handover` is the longest a gateway may take for one letter, `poll` how often the outbox is looked at
    unasked, `begin` how long after its claim a letter may still be begun, `goodbye` how long a letter in
    hand may take when the service stops (less than STOP_WITHIN), `divert` how long letters wait for a
    gateway that is away before they go another way.
    """

    retries: tuple[float, ...]
    handover: float
    poll: float = 5.0
    begin: float = 180.0
    goodbye: float = 8.0
    divert: float = 900.0


@dataclass
class Sender:
    """One loop per way: a slow mail server holds up no text message."""

    way: str
    gateway: Gateway
    composer: Composer
    pack: Callable[[], Pack]
    clock: Clock
    outbox: Outbox
    fallbacks: Fallbacks
    letters: LetterLog
    keeper: Keeper
    pace: Pace
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False

    async def run(self) -> None:
        """Send until cancelled; outages of the gateway, the stream and the database are waited out."""
        while True:
            self.woken.clear()
            try:
                idle = await self._until_due()
                if idle <= 0:
                    await self.batch()
                    metrics.GATEWAY_UP.labels(self.way).set(1)
                    continue
            except GatewayDown as error:
                metrics.GATEWAY_UP.labels(self.way).set(0)
                log("gateway_awaited", way=self.way, reason=str(error))
                idle = self.pace.poll
                await self._divert()
            except TROUBLE as error:
                log("sending_interrupted", way=self.way, kind=type(error).__name__)
                idle = min(1.0, self.pace.poll)
            await self._rest(idle)

    async def batch(self) -> None:
        """One connection, and the letters due, until one is not taken. Raises GatewayDown and TROUBLE."""
        async with self.gateway.open() as send:
            for _ in range(PAGES):
                page = await in_thread(self.outbox.claim, self.way, time.time(), PAGE, at=self._at())
                if not page or not await self._to_its_end(page, send):
                    return

    async def _divert(self) -> None:
        """A provider that stays away keeps no letter that has another way to go; mail servers come back."""
        before = time.time() - self.pace.divert
        with suppress(*TROUBLE):
            for letter in await in_thread(self.fallbacks.stranded, self.way, before, time.time(), PAGE):
                await self.keeper.give_up(letter, "gateway away")

    async def _until_due(self) -> float:
        due = await in_thread(self.outbox.next_due, self.way, self._at())
        return self.pace.poll if due is None else min(self.pace.poll, due - time.time())

    def _at(self) -> float:
        return self.clock.now().timestamp()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return

    async def _to_its_end(self, page: list[Letter], send: Send) -> bool:
        """A letter in hand is finished also when the service is stopped meanwhile: no needless doubt."""
        work = asyncio.ensure_future(self._page(page, send))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self.stopping = True
            await self._said_goodbye(work)
            raise

    async def _page(self, page: list[Letter], send: Send) -> bool:
        """Whether the connection is good for another page; what was not begun is given back."""
        left, sent, good = deque(page), list[Letter](), True
        until = page[0].claimed + self.pace.begin
        try:
            while left and good and not self.stopping and time.time() < until:
                good = await self._one(left.popleft(), send, sent)
        finally:
            await self.keeper.close(sent)
            for letter in left:
                await in_thread(self.outbox.give_back, letter, time.time(), keep_claim=True)
        return good and not left

    async def _said_goodbye(self, work: asyncio.Future[bool]) -> None:
        """Wait for a letter in hand, however often the loop is told to stop meanwhile."""
        with suppress(asyncio.CancelledError):
            await to_its_end(asyncio.wait({work}, timeout=self.pace.goodbye))
        work.cancel()
        with suppress(asyncio.CancelledError):
            await to_its_end(asyncio.wait({work}))  # it gives back what it has not begun

    async def _one(self, letter: Letter, send: Send, sent: list[Letter]) -> bool:
        """Whether the connection is good for another letter; one that went is told, and noted in `sent`."""
        composed = await self._composed(letter)
        if composed is None:
            return True
        message, reminder = composed
        if reminder and await self._rests(letter, reminder):
            return True
        if not await self._may_talk(letter):
            return True
        if not await self._ours(letter):
            await self.keeper.learn(letter)
            return True
        reply = await self._hand_over(message, send)
        if reply.outcome is not Outcome.ACCEPTED:
            await self._note(letter, reply)
            return False
        if self.way == "sms":
            metrics.SMS_PARTS.inc(parts(message.sms))
        gone = replace(letter, gateway_id=reply.gateway_id)
        await self.keeper.sent(gone)
        sent.append(gone)
        return True

    async def _may_talk(self, letter: Letter) -> bool:
        """A conversation is answered while its window is open, and only so often; else another way is due."""
        if not letter.talk:
            return True
        async with self._or_given_back(letter):
            is_open = await in_thread(self.fallbacks.spend, letter.talk, self._at())
        if not is_open:
            await self.keeper.give_up(letter, "window closed")
        return is_open

    async def _composed(self, letter: Letter) -> tuple[Message, Reminder | None] | None:
        """None when the letter cannot be written out: it has failed, for a person to mend."""
        try:
            pack = self.pack()
            return self.composer.compose(letter, pack), self.composer.reminder(letter, pack, self.clock.now())
        except Unreachable as error:
            await self.keeper.give_up(letter, str(error))
        except Hopeless as error:
            await self.keeper.end(letter, FAILED, str(error))
        except Exception as error:
            log("letter_not_composed", error=error, letter=letter.letter)
            await self.keeper.end(letter, FAILED, type(error).__name__)
        return None

    async def _rests(self, letter: Letter, reminder: Reminder) -> bool:
        """A reminder does not go out of hours, nor once what it reminds of is owed no longer."""
        async with self._or_given_back(letter):
            owed = await self.letters.owed(letter.case_id, reminder.clock)
        if not owed:
            await self.keeper.end(letter, SPARED, "no-longer-owed")
        elif reminder.opens > self.clock.now():
            await in_thread(self.outbox.keep_until, letter, reminder.opens)
        else:
            return False
        return True

    async def _ours(self, letter: Letter) -> bool:
        async with self._or_given_back(letter):
            return await self.letters.tried(letter)

    @asynccontextmanager
    async def _or_given_back(self, letter: Letter) -> AsyncIterator[None]:
        """Should the stream be away, the same attempt is made again."""
        try:
            yield
        except Exception:
            due = time.time() + min(1.0, self.pace.poll)
            await in_thread(self.outbox.give_back, letter, due, keep_claim=True)
            raise

    async def _hand_over(self, message: Message, send: Send) -> Reply:
        """The answer; whatever goes wrong from here on, the letter may have gone."""
        try:
            async with asyncio.timeout(self.pace.handover):
                return await send(message)
        except Exception as error:
            return Reply(Outcome.UNKNOWN, type(error).__name__)

    async def _note(self, letter: Letter, reply: Reply) -> None:
        if letter.talk and reply.outcome is not Outcome.UNKNOWN:
            await in_thread(self.fallbacks.refund, letter.talk)
        if reply.outcome is Outcome.UNKNOWN:
            await self.keeper.end(letter, UNCONFIRMED, reply.reason)
        elif reply.outcome is Outcome.REFUSED:
            await self.keeper.give_up(letter, f"refused: {reply.reason}")
        elif letter.attempt > len(self.pace.retries):
            await self.keeper.give_up(letter, f"tried {letter.attempt} times: {reply.reason}")
        else:
            await self._put_off(letter, reply.reason)

    async def _put_off(self, letter: Letter, reason: str) -> None:
        due = time.time() + self.pace.retries[letter.attempt - 1]
        await in_thread(self.outbox.put_off, letter, due, reason)
        metrics.LETTERS.labels(letter.template, letter.way, "deferred").inc()
        try:
            await self.letters.deferred(letter, reason)
        except HotlineError:  # only a rebuild would miss it, and then take the letter for unconfirmed
            log("deferral_not_told", letter=letter.letter, attempt=letter.attempt)
