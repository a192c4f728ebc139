"""Tells browsers what changed: `/live`, server-sent events with topics only (`case:<id>`, `inbox`)."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from time import monotonic
from uuid import uuid4

from sqlalchemy import Connection

from libs.contracts.sidefacts import SideFact
from libs.runtime.projection import Applied, Apply
from libs.runtime.sides import ApplySide
from services.desk.metrics import LISTENERS
from services.desk.news import News

INBOX, CALLS = "inbox", "calls"
CHANGED = "changed"
"""The kind of news: topics."""

HEARTBEAT = 15.0
"""Seconds of silence after which a comment goes out, so that proxies keep the line and we notice its end."""

LOOK_AGAIN = 0.25
"""Seconds after which a waiting command looks for itself: another replica may have applied the fact."""

SETTLE = 0.2
"""Seconds in which the same topic is said once: a burst of facts is one event to a browser. A telephone
that rings waits for nothing."""

EVERYTHING = "*"
"""Said to a browser that may have missed anything: let it look at everything once."""

KEPT = 10_000
"""Topics told last that are kept for browsers whose page is a little older than their stream."""


def case_topic(case_id: str) -> str:
    """What is said when something happened to this case."""
    return f"case:{case_id}"


def here_topic(case_id: str) -> str:
    """What is said when somebody else opened this case."""
    return f"here:{case_id}"


class Listener:
    """Somebody who wants to hear of some topics; what was not picked up yet is heard once."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._heard: set[str] = set()
        self._event = asyncio.Event()
        self._ringing = asyncio.Event()

    def tell(self, topics: frozenset[str]) -> None:
        """On the event loop."""
        if news := self._wanted & topics:
            self._heard |= news
            self._event.set()
            if CALLS in news:
                self._ringing.set()

    async def news(self, within: float) -> frozenset[str]:
        """What was heard since the last call; waits for something at most so many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), within)
        heard, self._heard = frozenset(self._heard), set()
        self._event.clear()
        self._ringing.clear()
        return heard

    async def settle(self, within: float) -> None:
        """Let a burst gather for so many seconds, but not longer than until a telephone rings."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ringing.wait(), within)


class Live:
    """In-process fan-out from the projection to browsers and to commands waiting for their own effect.

    `spread`, once set, takes the topics to the other replicas, whose browsers want to hear of them too.
    """

    def __init__(self, heartbeat: float = HEARTBEAT) -> None:
        self.spread: Callable[[frozenset[str]], None] = lambda _topics: None
        self._heartbeat = heartbeat
        self._listeners: set[Listener] = set()
        self._me, self._count, self._forgotten = uuid4().hex[:8], 0, 0
        self._told: dict[str, int] = {}  # topic → the number of its last news, the newest at the end
        self.last = 0.0
        """When the inbox last changed, by the monotonic clock."""

    @property
    def mark(self) -> str:
        """How far the news have come. What a page that is read from now on may lack is told after it."""
        return f"{self._me}.{self._count}"

    def since(self, mark: str, topics: Iterable[str]) -> set[str]:
        """Those of the topics told after the mark; EVERYTHING when it is another replica's, or too old."""
        me, _, count = mark.partition(".")
        read = int(count) if count.isdecimal() and len(count) < 16 else -1
        if me != self._me or not self._forgotten <= read <= self._count:
            return {EVERYTHING}
        return {topic for topic in topics if self._told.get(topic, 0) > read}

    def among(self, news: News) -> None:
        """Tell the other replicas what changed, and hear it from them."""
        self.spread = lambda topics: news.tell(CHANGED, *sorted(topics))
        news.hear(CHANGED, lambda *topics: self.tell(frozenset(topics)))

    def announce(self, *topics: str) -> None:
        """Tell everybody, here and at the other replicas. On the event loop."""
        self.tell(frozenset(topics))
        self.spread(frozenset(topics))

    def tell(self, topics: frozenset[str]) -> None:
        """Everybody of this replica who listens."""
        self._count += 1
        if INBOX in topics:
            self.last = monotonic()
        for topic in topics:
            self._told.pop(topic, None)
            self._told[topic] = self._count
        while len(self._told) > KEPT:
            self._forgotten = self._told.pop(next(iter(self._told)))
        for listener in self._listeners:
            listener.tell(topics)

    @contextlib.contextmanager
    def listening(self, *topics: str) -> Iterator[Listener]:
        """Hears of these topics for as long as the block lasts."""
        listener = Listener(frozenset(topics))
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def until(self, case_id: str, reached: Callable[[], bool], within: float) -> bool:
        """Wait until `reached` (asked in a thread) holds for this case; False when it takes too long."""
        return await self.until_told(case_topic(case_id), reached, within)

    async def until_told(self, topic: str, reached: Callable[[], bool], within: float) -> bool:
        """The same for any topic."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        with self.listening(topic) as listener:
            while not await asyncio.to_thread(reached):
                if loop.time() >= end:
                    return False
                await listener.news(min(LOOK_AGAIN, end - loop.time()))
        return True

    async def stream(
        self, topics: Collection[str], alive: Callable[[], Awaitable[object]], since: Iterable[str] = ()
    ) -> AsyncIterator[str]:
        """Server-sent events, one a topic, until the session ends: `alive` is asked once a heartbeat.

        First what was told since any of these marks, then the event `mark`; the events' ids are marks too.
        """
        LISTENERS.inc()
        try:
            with self.listening(*topics) as listener:
                missed = {topic for mark in since for topic in self.since(mark, topics)}
                first = _events({EVERYTHING} & missed or missed)
                yield f"retry: 2000\n\n{first}event: mark\ndata: {self.mark}\nid: {self.mark}\n\n"
                asked = monotonic()
                while True:
                    heard, mark = await listener.news(self._heartbeat), self.mark
                    if not heard or monotonic() - asked >= self._heartbeat:
                        if not await alive():
                            return
                        asked = monotonic()
                    yield _events(heard, mark) if heard else f": still here\nid: {mark}\n\n"
                    await listener.settle(SETTLE)
        finally:
            LISTENERS.dec()


def _events(topics: Collection[str], mark: str = "") -> str:
    """An event for each; the last one bears the mark, since who heard it has heard all."""
    said = "".join(f"data: {topic}\n\n" for topic in sorted(topics))
    return f"{said[:-1]}id: {mark}\n\n" if mark else said


class Touched:
    """The cases that the transactions of one reader changed, told when it says that they are over.

    Each reader has its own: its work and its telling take turns, so nothing is told before it can be read.
    """

    def __init__(self, live: Live) -> None:
        self._live = live
        self._lock = threading.Lock()  # another reader's thread may heal a gap; what found it comes again
        self._cases: set[str] = set()

    def facts(self, apply: Apply) -> Apply:
        """The same `apply`, which also remembers whose cases it touched (it runs in threads)."""

        def applied(connection: Connection, facts: Sequence[Applied]) -> None:
            apply(connection, facts)
            self._touch(one.ref.case_id for one in facts)

        return applied

    def side_facts(self, apply: ApplySide) -> ApplySide:
        """The same for clocks and letters."""

        def applied(connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
            apply(connection, facts)
            self._touch(fact.case_id for _, fact in facts)

        return applied

    def _touch(self, case_ids: Iterable[str]) -> None:
        with self._lock:
            self._cases.update(case_ids)

    def announce(self) -> None:
        """The transaction is over. On the event loop."""
        with self._lock:
            cases, self._cases = self._cases, set()
        self._live.announce(INBOX, *map(case_topic, cases))
