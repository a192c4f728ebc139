"""Who else has a case open: kept in memory for less than a minute, told to the other replicas like news."""

import asyncio
import json
from collections.abc import Callable
from time import monotonic
from uuid import uuid4

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from libs.contracts.permissions import inbox
from libs.runtime.logs import log
from services.desk.domain.people import Account
from services.desk.live import Live, here_topic

SUBJECT = f"{inbox('desk')}.here"

LASTS = 45.0
"""Seconds after which nobody is taken to be there any more; an open page says so every 20 s."""


class Presence:
    """`here` says that somebody has the case open and gives the others' names; a newcomer is told of at once.

    Whoever misses a message learns it from the next one: nothing depends on it but courtesy.
    """

    def __init__(self, nc: Client | None, live: Live, clock: Callable[[], float] = monotonic) -> None:
        self._nc = nc
        self._live = live
        self._clock = clock
        self._me = uuid4().hex
        self._there: dict[str, dict[str, tuple[str, float]]] = {}
        self._going: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Listen to the other replicas."""
        if self._nc is not None:
            await self._nc.subscribe(SUBJECT, cb=self._heard)

    def here(self, account: Account, case_id: str) -> tuple[str, ...]:
        """The names of the others who have it open. On the event loop."""
        self._seen(case_id, account.id, account.name)
        if self._nc is not None:
            task = asyncio.get_running_loop().create_task(self._tell(self._nc, case_id, account))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
        people = self._there[case_id]
        return tuple(sorted(name for one, (name, _) in people.items() if one != account.id))

    def _seen(self, case_id: str, person: str, name: str) -> None:
        now = self._clock()
        self._there = {
            case: left
            for case, people in self._there.items()
            if (left := {one: seen for one, seen in people.items() if seen[1] > now})
        }
        people = self._there.setdefault(case_id, {})
        newcomer = person not in people
        people[person] = (name, now + LASTS)
        if newcomer and len(people) > 1:
            self._live.tell(frozenset({here_topic(case_id)}))

    async def _tell(self, nc: Client, case_id: str, account: Account) -> None:
        try:
            await nc.publish(SUBJECT, json.dumps([self._me, case_id, account.id, account.name]).encode())
        except (NatsError, OSError) as error:
            log("presence_not_spread", kind=type(error).__name__)

    async def _heard(self, message: Msg) -> None:
        who, case_id, person, name = json.loads(message.data)
        if who != self._me:
            self._seen(case_id, person, name)
