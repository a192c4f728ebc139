"""Whether published texts helped their readers: two numbers for each version of a text, and no person."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row, select, update

from libs.contracts.requests import Helped
from libs.runtime.database import reading, table, upsert, writing
from services.desk.tables import HelpfulRow

HELPFUL = table(HelpfulRow)
MOST = 200


class Helpful:
    """Kept beside the people, since no stream knows it: a rebuild leaves it alone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def count(self, one: Helped) -> None:
        """One more reader said so."""
        await asyncio.to_thread(self._count, one)

    async def worst(self) -> Sequence[Row[Any]]:
        """(kind, entry, version, yes, no), those that helped least often at the head."""
        return await asyncio.to_thread(self._worst)

    def _count(self, one: Helped) -> None:
        key = {"kind": one.kind, "entry": one.entry, "version": one.version}
        column = HELPFUL.c.yes if one.helped else HELPFUL.c.no
        mine = [HELPFUL.c[name] == value for name, value in key.items()]
        with writing(self._engine) as connection:
            upsert(connection, HELPFUL, [key | {"yes": 0, "no": 0}], key=list(key), keep=True)
            connection.execute(update(HELPFUL).where(*mine).values({column.name: column + 1}))

    def _worst(self) -> Sequence[Row[Any]]:
        order = ((HELPFUL.c.yes - HELPFUL.c.no), HELPFUL.c.kind, HELPFUL.c.entry, HELPFUL.c.version)
        with reading(self._engine) as connection:
            return connection.execute(select(HELPFUL).order_by(*order).limit(MOST)).all()
