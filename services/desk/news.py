"""Takes what changed from the replica that applied a fact to the browsers of all the others."""

import asyncio
import json
from uuid import uuid4

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from libs.contracts.permissions import inbox
from libs.runtime.logs import log
from services.desk.live import Live

SUBJECT = f"{inbox('desk')}.news"


class News:
    """Topics only, over plain NATS: whoever misses them sees the change at the next page or resync."""

    def __init__(self, nc: Client, live: Live) -> None:
        self._nc = nc
        self._live = live
        self._me = uuid4().hex
        self._going: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Listen, and tell from now on."""
        await self._nc.subscribe(SUBJECT, cb=self._heard)
        self._live.spread = self._spread

    def _spread(self, topics: frozenset[str]) -> None:
        task = asyncio.get_running_loop().create_task(self._tell(topics))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _tell(self, topics: frozenset[str]) -> None:
        try:
            await self._nc.publish(SUBJECT, json.dumps([self._me, *sorted(topics)]).encode())
        except (NatsError, OSError) as error:
            log("news_not_spread", kind=type(error).__name__)

    async def _heard(self, message: Msg) -> None:
        who, *topics = json.loads(message.data)
        if who != self._me:
            self._live.tell(frozenset(topics))
