"""Small news between the replicas of the desk, over plain NATS: what changed, who has a case open."""

import asyncio
import json
from collections.abc import Callable
from uuid import uuid4

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from libs.contracts.permissions import inbox
from libs.runtime.logs import log

SUBJECT = f"{inbox('desk')}.news"

Heard = Callable[..., None]


class News:
    """Nothing depends on it but courtesy: whoever misses a word sees the change at the next look."""

    def __init__(self, nc: Client) -> None:
        self._nc = nc
        self._me = uuid4().hex
        self._hearing: dict[str, Heard] = {}
        self._going: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Listen to the other replicas."""
        await self._nc.subscribe(SUBJECT, cb=self._heard)

    def hear(self, kind: str, heard: Heard) -> None:
        """Call `heard` with the words of every news of this kind that another replica tells."""
        self._hearing[kind] = heard

    def tell(self, kind: str, *words: str) -> None:
        """Tell the other replicas, and wait for nothing. On the event loop."""
        task = asyncio.get_running_loop().create_task(self._tell(kind, words))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _tell(self, kind: str, words: tuple[str, ...]) -> None:
        try:
            await self._nc.publish(SUBJECT, json.dumps([self._me, kind, *words]).encode())
        except (NatsError, OSError) as error:
            log("news_not_spread", news=kind, kind=type(error).__name__)

    async def _heard(self, message: Msg) -> None:
        who, kind, *words = json.loads(message.data)
        if who != self._me and (heard := self._hearing.get(kind)):
            heard(*words)
