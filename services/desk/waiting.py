"""How much work waits in the queues of a person's menu, asked once a second for everybody alike."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, exists, false, func, or_, select

from libs.runtime.clock import Clock
from libs.runtime.database import reading
from services.desk.beside import JOINED
from services.desk.clockrows import STOPPED
from services.desk.domain.people import Account
from services.desk.store import CASE, CLOCK, seconds

FRESH = timedelta(seconds=1)
"""How long a count is shown again without asking."""

DESK = {"triage": "/triage", "arbiter": "/arbiter"}
OWN = {"agency": "/inbox", "publish": "/inbox?group=publish"}
"""Queue → the page that lists it; of the second kind each agency has its own."""


@dataclass(frozen=True)
class Count:
    """Cases of a list, and how many of them are past a deadline that still runs."""

    number: int
    late: int = 0


class Waiting:
    """Page of the menu → what waits there; pages without any are missing."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._known: dict[tuple[bool, str], tuple[datetime, dict[str, Count]]] = {}

    async def of(self, account: Account) -> dict[str, Count]:
        """For the menu of this person; an agency sees its own, the others the queues of the desk."""
        key, now = (account.of_agency, account.agency if account.of_agency else ""), self._clock.now()
        at, counts = self._known.get(key, (now - 2 * FRESH, {}))
        if not now - FRESH < at <= now:
            counts = await asyncio.to_thread(self._ask, *key, now)
            self._known[key] = (now, counts)
        return counts

    def _ask(self, of_agency: bool, agency: str, now: datetime) -> dict[str, Count]:
        with reading(self._engine) as connection:
            counts = _queues(connection, of_agency, agency, now)
            return counts | _parts(connection, agency) if of_agency else counts


def _queues(connection: Connection, of_agency: bool, agency: str, now: datetime) -> dict[str, Count]:
    running = exists().where(CLOCK.c.case_id == CASE.c.case_id, CLOCK.c.token.not_in(STOPPED))
    late = case((and_(CASE.c.due <= seconds(now), running), 1), else_=0)
    shared: ColumnElement[bool] = false() if of_agency else CASE.c.queue.in_(DESK)
    own = and_(CASE.c.agency == agency, CASE.c.queue.in_(OWN))
    query = select(CASE.c.queue, func.count(), func.sum(late)).where(or_(shared, own)).group_by(CASE.c.queue)
    pages = DESK | OWN
    return {pages[queue]: Count(number, int(over)) for queue, number, over in connection.execute(query)}


def _parts(connection: Connection, agency: str) -> dict[str, Count]:
    query = select(func.count()).where(JOINED.c.agency == agency, JOINED.c.owed == 1)
    number = connection.execute(query.where(JOINED.c.part != "police")).scalar() or 0
    return {"/inbox?group=joined": Count(number)} if number else {}
