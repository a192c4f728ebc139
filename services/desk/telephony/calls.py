"""What operators see and do at the telephone: who rings, who is owed a call, that somebody called back."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine
from sqlalchemy import Row as SqlRow

from libs.contracts.calls import CallCalledBack
from libs.contracts.errors import Refused
from libs.contracts.facts import derived_id
from libs.contracts.requests import Words
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from libs.runtime.sidelog import SideLog
from services.desk.audit import record_look
from services.desk.domain.calls import Call
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.people import Account
from services.desk.domain.state import CaseState
from services.desk.live import CALLS, Live
from services.desk.province import public_words
from services.desk.showing import listed
from services.desk.telephony import queries
from services.desk.telephony.store import read_call
from services.desk.telephony.views import Caller, CallView, OwedView, Telephone

LONGEST_CALL = timedelta(hours=3)
"""An open call that began before that has ended, and nobody told us."""

PATIENCE = 2.0
CASES_SHOWN = 3
LOOKS_REMEMBERED = 5_000

T = TypeVar("T")


class Returned(BaseModel):
    """What became of calling back; `note` is required where it was settled without a call."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    command_id: UUID
    result: Literal["reached", "not-reached", "settled"]
    note: Words = ""


class Calls:
    """All of it is async (SQL runs in threads), for operators only: others get NotAllowed."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock, side: SideLog, live: Live) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock
        self._side = side
        self._live = live
        self._looked: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def going(self, account: Account) -> tuple[tuple[CallView, ...], int]:
        """The calls this operator should see now, and how many people are owed a call back.

        Those of their own telephone, and those of no telephone that anybody has: the queue's.
        """
        _operators_only(account)
        found, count = await self._read(lambda each: (self._going(each, account), queries.owed(each)[0]))
        await self._record(account, found)
        return found, count

    async def telephone(self, account: Account) -> Telephone:
        """The page of calls: what goes on, who is owed a call, the newest."""
        _operators_only(account)

        def answer(connection: Connection) -> Telephone:
            rows = queries.recent(connection)
            cases = queries.cases_of_calls(connection, [row.call for row in rows])
            newest = (CallView(read_call(row.facts), Caller(), cases.get(row.call, "")) for row in rows)
            return Telephone(self._going(connection, account), self._owed(connection), tuple(newest))

        page = await self._read(answer)
        await self._record(account, page.going)
        return page

    async def owed(self, account: Account) -> int:
        """How many people are owed a call back."""
        _operators_only(account)
        return await self._read(lambda connection: queries.owed(connection)[0])

    async def call(self, account: Account, call: str) -> Call | None:
        """One call, for the form it is typed into; None when it is unknown or too old."""
        _operators_only(account)
        row = await self._read(lambda connection: queries.by_id(connection, call))
        return read_call(row.facts) if row and row.stage else None

    async def called_back(self, account: Account, call: str, said: Returned) -> None:
        """Write what became of calling back, once. Raises NotFound, Refused (stale: somebody else did)."""
        _operators_only(account)
        if said.result == "settled" and not said.note:
            raise Refused("Ghi rõ đã giải quyết thế nào", "say how it was settled", field="note")
        found = await self.call(account, call)
        if found is None:
            raise NotFound("Không có cuộc gọi này", "there is no such call", field="call")
        event_id = derived_id(said.command_id, f"{account.id}.{call}.called-back")
        fact = CallCalledBack(
            event_id=event_id,
            at=self._clock.now(),
            by=account.actor(),
            pack_version=self._directory.current,
            call=call,
            leg=_leg(found, said),
            system=found.system,
            direction=found.direction,
            result=said.result,
            note=said.note,
        )
        if not await self._side.write(fact):
            raise Refused("Người khác đã ghi rồi", "somebody else did", stale=True)
        await self._live.until_told(CALLS, lambda: self._stands(call, fact), PATIENCE)

    def _stands(self, call: str, fact: CallCalledBack) -> bool:
        with reading(self._engine) as connection:
            row = queries.by_id(connection, call)
        return row is not None and f'"{fact.leg}.{fact.token}"' in row.facts

    def _going(self, connection: Connection, account: Account) -> tuple[CallView, ...]:
        now = self._clock.now()
        calls = [
            read_call(row.facts)
            for row in queries.going_on(connection, int((now - LONGEST_CALL).timestamp()))
        ]
        given = queries.given_extensions(connection)
        calls = [one for one in calls if one.direction == "in" and _concerns(one, account, given)]
        calls = [one for one in calls if one.stage != "ringing" or one.rings_at(now)]
        cases = queries.cases_of_calls(connection, [one.call for one in calls])
        callers = self._callers(connection, {one.party for one in calls} - {""})
        return tuple(
            CallView(one, callers[one.party], cases.get(one.call, ""), account.extension in _own(one))
            for one in calls
        )

    def _owed(self, connection: Connection) -> tuple[OwedView, ...]:
        missed: dict[str, list[Call]] = defaultdict(list)
        for row in queries.unreturned(connection):
            missed[row.party].append(read_call(row.facts))
        callers = self._callers(connection, set(missed))
        found = (_owed_to(calls, callers[party].name) for party, calls in missed.items())
        return tuple(sorted(found, key=lambda one: one.since))

    def _callers(self, connection: Connection, parties: set[str]) -> dict[str, Caller]:
        rows: dict[str, list[SqlRow[Any]]] = defaultdict(list)
        for row in queries.cases_of(connection, sorted(parties)) if parties else ():
            rows[row.value].append(row)
        known = {party: self._caller(party, rows[party]) for party in parties}
        return {"": Caller(), **known}

    def _caller(self, party: str, rows: Sequence[SqlRow[Any]]) -> Caller:
        states = [(row.queue, CaseState.model_validate_json(row.state)) for row in rows]
        named = [one for _, one in states if one.person.name and one.person.phone == party and not one.secret]
        pack, now = self._directory.pack, self._clock.now()
        going = [one for queue, one in states if queue != "closed"][:CASES_SHOWN]
        cases = tuple(listed(one, [], pack, now, public_words(pack)) for one in going)
        known = named[0] if named else CaseState()
        return Caller(known.person.name, known.case_id, cases)

    async def _record(self, account: Account, found: Iterable[CallView]) -> None:
        """A name on the screen is a look at a person: written down once for each call and reader."""
        for one in found:
            key = (account.id, one.call.call)
            if one.caller.named_in and key not in self._looked:
                self._looked[key] = None
                await asyncio.to_thread(record_look, self._engine, account, one.caller.named_in, "call")
        while len(self._looked) > LOOKS_REMEMBERED:
            self._looked.popitem(last=False)

    async def _read(self, question: Callable[[Connection], T]) -> T:
        def answer() -> T:
            with reading(self._engine) as connection:
                return question(connection)

        return await asyncio.to_thread(answer)


def _own(call: Call) -> tuple[str, ...]:
    """The telephones of ours the call is at."""
    return (call.extension,) if call.extension else call.extensions


def _concerns(call: Call, account: Account, given: frozenset[str]) -> bool:
    own = frozenset(_own(call))
    return account.extension in own or not own & given


def _leg(call: Call, said: Returned) -> str:
    """One settles it; tries in vain before that are counted."""
    return f"try-{len(call.attempts) + 1}" if said.result == "not-reached" else "main"


def _owed_to(calls: Sequence[Call], name: str) -> OwedView:
    last = calls[-1]
    return OwedView(
        call=last.call,
        number=last.number,
        party=last.party,
        name=name,
        many=len(calls),
        since=calls[0].began,
        last=last.began,
        waited=max(one.waited_seconds for one in calls),
        attempts=tuple(sorted((back for one in calls for back in one.attempts), key=lambda one: one.at)),
    )


def _operators_only(account: Account) -> None:
    if account.role != "operator" or not account.active:
        raise NotAllowed("Chỉ cán bộ Trực xem được điện thoại", "operators only")
