"""How much work waits in the queues of a person's menu, asked once a second for everybody alike."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, false, func, or_, select

from libs.runtime.clock import Clock
from libs.runtime.database import reading
from services.desk.beside import JOINED
from services.desk.clockrows import STOPPED
from services.desk.domain.people import Account
from services.desk.store import CASE, CLOCK, seconds

FRESH = 1.0
"""Seconds for which a count is shown again without asking."""

DESK = {"triage": "/triage", "arbiter": "/arbiter"}
OWN = {"agency": "/inbox", "publish": "/inbox?group=publish"}
"""Queue → the page that lists it; of the second kind each agency has its own."""


@dataclass(frozen=True)
class Count:
    """Cases of a list, and how many of them are past a deadline that still runs."""

    number: int
    late: int = 0


Key = tuple[bool, str]
"""Whether somebody is of an agency, and of which."""

NEVER: tuple[float, dict[str, Count]] = (float("-inf"), {})


def _key(account: Account) -> Key:
    return account.of_agency, account.agency if account.of_agency else ""


class Waiting:
    """Page of the menu → what waits there; pages without any are missing."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._begun: dict[Key, float] = {}
        self._known: dict[Key, tuple[float, dict[str, Count]]] = {}
        self._next: dict[Key, asyncio.Task[dict[str, Count]]] = {}

    async def of(self, account: Account) -> dict[str, Count]:
        """For the menu of this person; an agency sees its own, the others the queues of the desk."""
        at, counts = self._known.get(_key(account), NEVER)
        return await self.renewed(account) if monotonic() - at >= FRESH else counts

    def counted(self, account: Account) -> float:
        """When what this person's menu shows was counted, by the monotonic clock."""
        return self._known.get(_key(account), NEVER)[0]

    async def renewed(self, account: Account) -> dict[str, Count]:
        """The same, counted after the asking: whoever asks too soon waits, and all share the next count."""
        key = _key(account)
        if key not in self._next:
            self._next[key] = asyncio.create_task(self._count(key))
        return await asyncio.shield(self._next[key])

    async def _count(self, key: Key) -> dict[str, Count]:
        await asyncio.sleep(self._begun.get(key, 0) + FRESH - monotonic())
        del self._next[key]  # who asks from now on is answered by a later count
        self._begun[key] = begun = monotonic()
        counts = await asyncio.to_thread(self._ask, *key, self._clock.now())
        self._known[key] = (begun, counts)
        return counts

    def _ask(self, of_agency: bool, agency: str, now: datetime) -> dict[str, Count]:
        with reading(self._engine) as connection:
            counts = _queues(connection, of_agency, agency, now)
            return counts | _parts(connection, agency) if of_agency else counts


def _queues(connection: Connection, of_agency: bool, agency: str, now: datetime) -> dict[str, Count]:
    shared: ColumnElement[bool] = false() if of_agency else CASE.c.queue.in_(DESK)
    mine = or_(shared, and_(CASE.c.agency == agency, CASE.c.queue.in_(OWN)))
    every = select(CASE.c.queue, func.count()).where(mine).group_by(CASE.c.queue)
    running = exists().where(CLOCK.c.case_id == CASE.c.case_id, CLOCK.c.token.not_in(STOPPED))
    over = dict(map(tuple, connection.execute(every.where(CASE.c.due <= seconds(now), running))))
    pages = DESK | OWN
    return {
        pages[queue]: Count(number, min(number, over.get(queue, 0)))
        for queue, number in connection.execute(every)
    }


def _parts(connection: Connection, agency: str) -> dict[str, Count]:
    query = select(func.count()).where(JOINED.c.agency == agency, JOINED.c.owed == 1)
    number = connection.execute(query.where(JOINED.c.part != "police")).scalar() or 0
    return {"/inbox?group=joined": Count(number)} if number else {}
