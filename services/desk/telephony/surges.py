"""Surge mode: switched by hand, or by the desk itself when too much waits for too few operators."""

import asyncio
from datetime import timedelta

from nats.js.client import JetStreamContext
from nats.js.errors import KeyWrongLastSequenceError
from sqlalchemy import Engine

from libs.contracts.errors import Refused
from libs.contracts.surge import SURGE, Surge
from libs.runtime.clock import Clock, SystemClock
from libs.runtime.database import reading
from libs.runtime.directory import Directory, read_surge
from libs.runtime.logs import log
from services.desk.changes import record_change
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.surging import Load, switched
from services.desk.telephony import queries
from services.desk.telephony.calls import LONGEST_CALL
from services.desk.telephony.store import read_call

AT_WORK = timedelta(minutes=10)
"""An open page of the desk says so at least every minute."""

MAY_SWITCH = frozenset({"operator", "administrator"})


class Surges:
    """Keeps one entry of DIRECTORY, by compare-and-set: two replicas switch once."""

    def __init__(
        self, engine: Engine, directory: Directory, clock: Clock, js: JetStreamContext, limit: float
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock
        self._js = js
        self._limit = limit

    @property
    def limit(self) -> float:
        """Cases and calls for one operator above which it switches itself on; 0: never."""
        return self._limit

    @property
    def now(self) -> Surge:
        """As DIRECTORY says, a second old at most."""
        return self._directory.surge

    async def switch(self, account: Account, *, on: bool, reason: str) -> None:
        """By hand. Raises NotAllowed, Refused (no reason; somebody else switched in the same moment)."""
        if account.role not in MAY_SWITCH:
            raise NotAllowed("Tài khoản của bạn không bật tắt được", "your account may not switch this")
        if on and not reason.strip():
            raise Refused("Ghi lý do bật", "say why it is switched on", field="reason")
        wanted = Surge(on=on, since=self._clock.now(), by=account.name, reason=reason.strip()[:300])
        if not await self._put(wanted, self._directory.surge):
            raise Refused("Người khác vừa bật tắt", "somebody else switched it just now", stale=True)
        what = "surge-on" if on else "surge-off"
        await asyncio.to_thread(record_change, self._engine, account, what, detail=reason.strip())

    async def look(self) -> None:
        """Switch by itself where the limits say so."""
        load, surge = await self.load(), self._directory.surge
        wanted = switched(self._clock.now(), load, surge, self._limit)
        if wanted and await self._put(wanted, surge):
            log("surge_switched", on=wanted.on, waiting=load.waiting, operators=load.operators)

    async def load(self) -> Load:
        """What waits, and who is at work."""
        return await asyncio.to_thread(self._load)

    def _load(self) -> Load:
        now = self._clock.now()
        with reading(self._engine) as connection:
            rows = queries.going_on(connection, int((now - LONGEST_CALL).timestamp()))
            ringing = sum(read_call(row.facts).rings_at(now) for row in rows)
            since = int((SystemClock().now() - AT_WORK).timestamp())
            operators = queries.operators_at_work(connection, since)
            return Load(queries.waiting(connection), ringing, operators)

    async def _put(self, wanted: Surge, was: Surge) -> bool:
        bucket = await self._js.key_value("DIRECTORY")
        standing, revision = await read_surge(bucket)
        if standing != was:
            return False
        body = wanted.model_dump_json().encode()
        try:
            await (bucket.update(SURGE, body, last=revision) if revision else bucket.create(SURGE, body))
        except KeyWrongLastSequenceError:
            return False
        self._directory.surge = wanted
        return True
