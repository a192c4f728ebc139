"""The week's shifts: read, written down, copied; and the watch over how many are on duty now."""

import asyncio
import math
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, Row, delete, exists, insert, select

from libs.contracts.errors import Refused
from libs.runtime.clock import Clock
from libs.runtime.database import reading, table, writing
from libs.runtime.logs import log
from services.desk.changes import record_change
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.roster import Shift, check, gaps, on_duty
from services.desk.metrics import ON_DUTY, ROSTER_GAP
from services.desk.people import ACCOUNT
from services.desk.roster.tables import ShiftRow

SHIFT = table(ShiftRow)
WEEK = timedelta(days=7)
MAY_WRITE = frozenset({"administrator"})
MAY_READ = MAY_WRITE | {"operator"}
EVERY = 15.0
"""Seconds between two looks at who is on duty."""


class Roster:
    """All of it is async (SQL runs in threads); instants are aware."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def between(self, account: Account, start: datetime, end: datetime) -> tuple[Shift, ...]:
        """The shifts that touch this time, the earliest first. Raises NotAllowed."""
        _only(account, MAY_READ)
        return await asyncio.to_thread(self._between, start, end)

    async def now(self) -> tuple[str, ...] | None:
        """The names of those on duty; None where no roster is kept."""
        now = self._clock.now()
        shifts = await asyncio.to_thread(self._between, now, now + timedelta(seconds=1))
        kept = bool(shifts) or await asyncio.to_thread(self._kept)
        return on_duty(shifts, now) if kept else None

    async def operators(self) -> tuple[tuple[str, str], ...]:
        """Who may be put down for a shift: (account, name)."""
        return await asyncio.to_thread(self._operators)

    async def add(self, account: Account, person: str, begins: datetime, ends: datetime) -> None:
        """Raises NotAllowed, or Refused naming the input."""
        _only(account, MAY_WRITE)
        if person not in dict(await self.operators()):
            raise Refused("Chọn một cán bộ Trực", "choose an operator", field="account")
        await asyncio.to_thread(self._add, account, person, begins, ends)

    async def drop(self, account: Account, shift: str) -> None:
        """A shift that is not there any more is gone already."""
        _only(account, MAY_WRITE)
        await asyncio.to_thread(self._drop, account, shift)

    async def copy(self, account: Account, week: datetime) -> int:
        """The week before once more; who has a shift then already keeps theirs. How many were written."""
        _only(account, MAY_WRITE)
        copied = 0
        for one in await self.between(account, week - WEEK, week):
            if one.begins < week - WEEK:
                continue
            try:
                await self.add(account, one.account, one.begins + WEEK, one.ends + WEEK)
            except Refused:
                continue
            copied += 1
        return copied

    async def run(self) -> None:
        """Count those on duty, for ever; no number where no roster is kept."""
        while True:
            try:
                await asyncio.to_thread(self.count)
            except Exception as error:
                log("roster_postponed", error=error)
            await asyncio.sleep(EVERY)

    def count(self) -> None:
        """Set the gauges."""
        now = self._clock.now()
        shifts = self._between(now, now + WEEK)
        if not shifts and not self._kept():
            ON_DUTY.set(math.nan)
            ROSTER_GAP.set(math.nan)
            return
        first = next(iter(gaps(shifts, now, now + WEEK)), None)
        ON_DUTY.set(len({one.account for one in shifts if one.begins <= now < one.ends}))
        ROSTER_GAP.set((first.begins - now if first else WEEK).total_seconds())

    def _between(self, start: datetime, end: datetime) -> tuple[Shift, ...]:
        query = (
            select(SHIFT, ACCOUNT.c.name)
            .join(ACCOUNT, ACCOUNT.c.id == SHIFT.c.account)
            .where(SHIFT.c.begins < int(end.timestamp()), SHIFT.c.ends > int(start.timestamp()))
            .where(ACCOUNT.c.active.is_(True))
            .order_by(SHIFT.c.begins, ACCOUNT.c.name)
        )
        with reading(self._engine) as connection:
            return tuple(_shift(row) for row in connection.execute(query))

    def _kept(self) -> bool:
        with reading(self._engine) as connection:
            return bool(connection.execute(select(exists().select_from(SHIFT))).scalar())

    def _operators(self) -> tuple[tuple[str, str], ...]:
        query = (
            select(ACCOUNT.c.id, ACCOUNT.c.name)
            .where(ACCOUNT.c.role == "operator", ACCOUNT.c.active.is_(True))
            .order_by(ACCOUNT.c.name)
        )
        with reading(self._engine) as connection:
            return tuple((row.id, row.name) for row in connection.execute(query))

    def _add(self, account: Account, person: str, begins: datetime, ends: datetime) -> None:
        check(begins, ends, [one for one in self._between(begins, ends) if one.account == person])
        row = {"id": uuid4().hex, "account": person, "by": account.id}
        spans = {"begins": int(begins.timestamp()), "ends": int(ends.timestamp())}
        with writing(self._engine) as connection:
            connection.execute(insert(SHIFT).values(row | spans))
        self._record(account, "shift-added", person, spans["begins"], spans["ends"])

    def _drop(self, account: Account, shift: str) -> None:
        gone = delete(SHIFT).where(SHIFT.c.id == shift)
        with writing(self._engine) as connection:
            row = connection.execute(gone.returning(SHIFT.c.account, SHIFT.c.begins, SHIFT.c.ends)).first()
        if row:
            self._record(account, "shift-dropped", row.account, row.begins, row.ends)

    def _record(self, account: Account, what: str, person: str, begins: int, ends: int) -> None:
        """Whose shift, in whole minutes UTC."""
        with reading(self._engine) as connection:
            login = connection.execute(select(ACCOUNT.c.login).where(ACCOUNT.c.id == person)).scalar()
        first, last = (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%MZ}" for at in (begins, ends))
        record_change(self._engine, account, what, login or person, f"{first}/{last}")


def _shift(row: Row[Any]) -> Shift:
    begins, ends = (datetime.fromtimestamp(at, UTC) for at in (row.begins, row.ends))
    return Shift(id=row.id, account=row.account, name=row.name, begins=begins, ends=ends)


def _only(account: Account, roles: frozenset[str]) -> None:
    if account.role not in roles:
        raise NotAllowed("Tài khoản của bạn không dùng được lịch trực", "the roster is not yours to use")
