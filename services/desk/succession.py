"""At midnight, and whenever another pack comes into force: the slips of agencies that ended move on.

Any number of replicas do it once: the fact's id follows from case, slip, agency and day.
"""

import asyncio
import functools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from libs.contracts.events import CaseFact, CaseSucceeded
from libs.contracts.facts import Actor, derived_id
from libs.packs.model import Pack
from libs.packs.takeover import Held, Takeover, takeover
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from libs.runtime.errors import NotProvisioned
from libs.runtime.logs import log
from services.desk import reads
from services.desk.beside import JOINED
from services.desk.domain.fold import fold
from services.desk.domain.state import CaseState
from services.desk.domain.succeeding import holding
from services.desk.metrics import SUCCEEDED, UNDECIDED
from services.desk.reads import Loaded
from services.desk.store import CASE

LOOK = 1.0
"""Seconds (real) between two looks at the day and the pack."""

EVERY = 60
"""Looks after which all is swept again: a slip may have gone out while the day changed."""


@dataclass(frozen=True)
class Ended:
    """An agency on the current slip of a case that is not in force any more; `heir` None: nobody says who."""

    agency: str
    heir: Takeover | None


class Successions:
    """Moves what the pack decides, and counts and lists what it leaves open."""

    def __init__(self, engine: Engine, cases: CaseLog, directory: Directory, clock: Clock) -> None:
        self._engine = engine
        self._cases = cases
        self._directory = directory
        self._clock = clock

    async def run(self) -> None:
        """For ever; a bad moment of server or database is tried again at the next look."""
        swept: tuple[str, date] | None = None
        looks = 0
        while True:
            now, looks = (self._directory.current, self._day()), looks + 1
            if now != swept or looks >= EVERY:
                try:
                    await self.sweep()
                    swept, looks = now, 0
                except Exception as error:
                    log("successions_postponed", error=error)
            await asyncio.sleep(LOOK)

    async def sweep(self) -> int:
        """Move every slip whose successor is known; the number of facts that were made."""
        made = 0
        while more := [await self._move(case_id) for case_id in await asyncio.to_thread(self._affected)]:
            made += sum(more)
            if not any(more):
                break
        await self.undecided()
        return made

    async def undecided(self) -> list[tuple[Loaded, str]]:
        """The open cases with an ended agency that nobody succeeds, and that agency; also their gauge."""
        cases = await asyncio.to_thread(self._candidates)
        given = [(case, await self._issued(case.state)) for case in cases]
        found = await asyncio.to_thread(_nobody_goes_on, given, self._directory.pack, self._day())
        counts = Counter(agency for _, agency in found)
        UNDECIDED.clear()
        for agency, number in counts.items():
            UNDECIDED.labels(agency).set(number)
        return found

    async def _move(self, case_id: str) -> bool:
        """Whether a fact was made: one for one agency; another one on the same slip has its turn after it."""
        try:
            found = await asyncio.to_thread(self._load, case_id)
            if found is None or found.parked:
                return False
            decide = functools.partial(self._fact, await self._issued(found.state))
            done = await self._cases.append(found.ref, found.state, found.seq, decide=decide, fold=fold)
        except Exception as error:  # one bad case keeps no other one waiting
            log("succession_postponed", case_id=case_id, error=error)
            return False
        if done is None or done.repeated or not isinstance(done.fact, CaseSucceeded):
            return False
        SUCCEEDED.labels(done.fact.to).inc()
        return True

    async def _issued(self, state: CaseState) -> Pack | None:
        """The pack by which the current slip was sent; one that the server does not have any more is none."""
        try:
            return await self._directory.version(state.current.pack) if state.current else None
        except NotProvisioned:
            return None

    def _fact(self, issued: Pack | None, state: CaseState) -> CaseFact | None:
        pack, day = self._directory.pack, self._day()
        for one in ended(state, pack, day, issued):
            if one.heir:
                slip = state.slips[-1].slip.number
                return CaseSucceeded(
                    event_id=derived_id(UUID(state.case_id), f"succeeded.{slip}.{one.agency}.{day}"),
                    case_id=state.case_id,
                    at=self._clock.now(),
                    by=Actor(service="desk"),
                    pack_version=pack.version,
                    slip=slip,
                    agency=one.agency,
                    to=one.heir.agency,
                    rule=one.heir.rule,
                )
        return None

    def _day(self) -> date:
        return _day(self._directory.pack, self._clock.now())

    def _load(self, case_id: str) -> Loaded | None:
        with reading(self._engine) as connection:
            return reads.load(connection, case_id)

    def _affected(self) -> list[str]:
        with reading(self._engine) as connection:
            return affected(connection, self._directory.pack, self._day())

    def _candidates(self) -> list[Loaded]:
        pack, day = self._directory.pack, self._day()
        with reading(self._engine) as connection:
            found = (reads.load(connection, case_id) for case_id in affected(connection, pack, day))
            return [case for case in found if case]


def ended(state: CaseState, pack: Pack, day: date, issued: Pack | None = None) -> Iterator[Ended]:
    """Who on the current slip does not stand any more on that day, with who goes on.

    `issued`: the pack the slip was sent by.
    """
    slip = state.current.slip if state.current else None
    place, field = (slip.place or state.place, slip.field) if slip else (None, "")
    for agency, since in holding(state):
        held = Held(agency, place, _day(pack, since), issued, field)
        heir = takeover(pack, held, day)
        if heir is None or heir.agency != agency:
            yield Ended(agency, heir)


def _nobody_goes_on(
    given: Iterable[tuple[Loaded, Pack | None]], pack: Pack, day: date
) -> list[tuple[Loaded, str]]:
    return [
        (case, one.agency)
        for case, issued in given
        for one in ended(case.state, pack, day, issued)
        if one.heir is None
    ]


def affected(connection: Connection, pack: Pack, day: date) -> list[str]:
    """The open cases on whose slip an agency stands that may have ended; codes may be given out again."""
    is_open = CASE.c.queue.in_(("agency", "publish"))
    beside = JOINED.join(CASE, CASE.c.case_id == JOINED.c.case_id)
    leads = connection.execute(select(CASE.c.agency).where(is_open).distinct()).scalars()
    others = connection.execute(
        select(JOINED.c.agency).select_from(beside).where(is_open).distinct()
    ).scalars()
    gone = [code for code in {*leads, *others} if code and not _stands(pack, code, day)]
    if not gone:
        return []
    led = select(CASE.c.case_id).where(is_open, CASE.c.agency.in_(gone))
    joined = select(JOINED.c.case_id).select_from(beside).where(is_open, JOINED.c.agency.in_(gone))
    return sorted(connection.execute(led.union(joined)).scalars())


def _stands(pack: Pack, code: str, day: date) -> bool:
    return pack.agency_on(code, day) is not None and len(pack.agencies_by_code[code]) == 1


def _day(pack: Pack, at: datetime) -> date:
    return at.astimezone(ZoneInfo(pack.zone)).date()
