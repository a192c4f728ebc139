"""What operators and citizens looked for in vain: words without digits, counted, shown when several asked."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, or_, select, update

from libs.places.text import fold
from libs.runtime.clock import Clock
from libs.runtime.database import reading, table, upsert, writing
from services.desk.domain.people import Account
from services.desk.domain.questions import PLACES, covered
from services.desk.domain.questions_rights import require_act
from services.desk.knowledge.tables import SoughtPlaceRow, SoughtRow
from services.desk.metrics import SOUGHT, SOUGHT_OPEN
from services.desk.store import seconds

SOUGHT_TABLE, PLACE = table(SoughtRow), table(SoughtPlaceRow)

KEPT = timedelta(days=180)
UNSEEN = timedelta(days=30)
"""Words from fewer than three places are forgotten after so long: nobody ever saw them."""

MOST = 100
MOST_WORDS = 20_000
"""Different words kept; beyond that new ones are only counted by the metric."""

By = Literal["operator", "citizen"]


@dataclass(frozen=True)
class Vain:
    """Words, how often citizens and operators looked for them, and when last."""

    key: str
    words: str
    citizens: int
    operators: int
    at: datetime


class Sought:
    """Kept beside the people: no fact knows it."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def note(self, words: str, by: By, place: int = 0) -> None:
        """Somebody found no answer; `place` is one of 4,096 boxes of addresses, of citizens only."""
        shown = covered(words)
        if shown:
            await asyncio.to_thread(self._note, shown, by, place)
            SOUGHT.labels(by).inc()

    async def listed(self, account: Account) -> list[Vain]:
        """Those looked for by an operator or from several places, the most frequent first."""
        require_act(account, "sought")
        return await asyncio.to_thread(self._listed)

    async def done(self, account: Account, key: str) -> None:
        """An entry answers it now, or nobody ever will: it begins to count anew."""
        require_act(account, "sought")
        await asyncio.to_thread(self._forget, SOUGHT_TABLE.c.folded == key)

    async def tidy(self) -> None:
        """Forget what is old, and sooner what came from too few places; count what is left."""
        await asyncio.to_thread(self._tidy)

    def _note(self, shown: str, by: By, place: int) -> None:
        key, now = {"folded": fold(shown)[:160]}, seconds(self._clock.now())
        count = SOUGHT_TABLE.c.operators if by == "operator" else SOUGHT_TABLE.c.citizens
        mine = SOUGHT_TABLE.c.folded == key["folded"]
        with writing(self._engine) as connection:
            known = connection.execute(select(SOUGHT_TABLE.c.at).where(mine)).first()
            if known is None and _size(connection) >= MOST_WORDS:
                return
            row = key | {"shown": shown, "citizens": 0, "operators": 0, "at": now}
            upsert(connection, SOUGHT_TABLE, [row], key=["folded"], keep=True)
            marked = {"shown": shown} if not shown.isascii() else {}
            values = {count.name: count + 1, "at": now, **marked}
            connection.execute(update(SOUGHT_TABLE).where(mine).values(values))
            if by == "citizen":
                upsert(connection, PLACE, [key | {"place": place % 4096}], key=["folded", "place"], keep=True)

    def _listed(self) -> list[Vain]:
        order = (SOUGHT_TABLE.c.citizens + SOUGHT_TABLE.c.operators).desc()
        query = select(SOUGHT_TABLE).where(_shown()).order_by(order, SOUGHT_TABLE.c.folded).limit(MOST)
        with reading(self._engine) as connection:
            return [
                Vain(row.folded, row.shown, row.citizens, row.operators, datetime.fromtimestamp(row.at, UTC))
                for row in connection.execute(query)
            ]

    def _tidy(self) -> None:
        now = self._clock.now()
        old = SOUGHT_TABLE.c.at < seconds(now - KEPT)
        unseen = (SOUGHT_TABLE.c.at < seconds(now - UNSEEN)) & ~_shown()
        self._forget(or_(old, unseen))
        with reading(self._engine) as connection:
            query = select(func.count()).select_from(SOUGHT_TABLE).where(_shown())
            SOUGHT_OPEN.set(connection.execute(query).scalar_one())

    def _forget(self, which: ColumnElement[bool]) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(SOUGHT_TABLE).where(which))
            left = select(SOUGHT_TABLE.c.folded)
            connection.execute(delete(PLACE).where(PLACE.c.folded.not_in(left)))


def _shown() -> ColumnElement[bool]:
    several = select(PLACE.c.folded).group_by(PLACE.c.folded).having(func.count() >= PLACES)
    return or_(SOUGHT_TABLE.c.operators > 0, SOUGHT_TABLE.c.folded.in_(several))


def _size(connection: Connection) -> Any:
    return connection.execute(select(func.count()).select_from(SOUGHT_TABLE)).scalar_one()
