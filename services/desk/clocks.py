"""The clocks of a case with how each deadline came about, and whose working time it was."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Row

from libs.packs.entries import PROVINCE
from libs.packs.model import NotInPack, Pack
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from libs.runtime.errors import NotProvisioned
from libs.worktime.calendar import CalendarError
from libs.worktime.explain import Explanation, explain
from libs.worktime.shares import shares
from services.desk import reads
from services.desk.clockrows import STOPPED
from services.desk.domain.clocks import owes, resting
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.holding import ARBITER, DESK, NOBODY
from services.desk.domain.people import Account
from services.desk.domain.rights import may_see
from services.desk.domain.state import FINAL, CaseState
from services.desk.domain.values import Pause
from services.desk.province import running


@dataclass(frozen=True)
class ClockStory:
    """A clock, what was said of it, and how its deadline was counted; instants in the province's zone.

    `state`: running, paused, missed (nothing came yet), met, ended (came late) or cancelled. `limit`: the
    name of the kind within whose time this one had to stay, when that was shorter. `doubt`: recomputing
    gives another deadline than the one that was told. `main`: of the law, of whoever has to act now,
    or of the reader.
    """

    clock: str
    kind: str
    name_vi: str
    name_en: str
    agency: str
    basis: str
    clause: str
    cycle: int
    state: str
    missed: bool
    promised: bool
    start: datetime
    due: datetime
    stopped_at: datetime | None
    budget_seconds: int | None
    hours: str
    pauses: tuple[Pause, ...]
    news: tuple[Mapping[str, Any], ...]
    may: frozenset[str]
    reasons: tuple[str, ...] = ()
    limit: tuple[str, str] = ("", "")
    doubt: bool = False
    main: bool = False
    explanation: Explanation | None = None


@dataclass(frozen=True)
class Share:
    """Working seconds, by the province's hours, for which this agency had the case."""

    agency: str
    seconds: int


@dataclass(frozen=True)
class CaseTime:
    """The clocks in the order they started; the shares add up to `total`, closed times left out."""

    clocks: tuple[ClockStory, ...]
    shares: tuple[Share, ...]
    total: int


class Clocks:
    """Reads the projection, and the packs in whose calendars the clocks count."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock

    async def of(self, account: Account, case_id: str) -> CaseTime:
        """Raises NotFound, NotAllowed. Holds no personal data of the citizen."""
        found, rows = await asyncio.to_thread(self._load, case_id)
        if found is None:
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        if not may_see(found.state, account):
            raise NotAllowed("Hồ sơ này không thuộc cơ quan bạn", "this case is not with your agency")
        now, pack = self._clock.now(), self._directory.pack
        packs = {row.hours: await self._pack_of(row.hours) for row in rows}
        stories = tuple(_story(row, found.state, account, pack, packs[row.hours], now) for row in rows)
        parts = _shares(found.state, pack, now)
        return CaseTime(stories, parts, sum(part.seconds for part in parts))

    def _load(self, case_id: str) -> tuple[reads.Loaded | None, Sequence[Row[Any]]]:
        with reading(self._engine) as connection:
            return reads.load(connection, case_id), reads.clocks(connection, [case_id])

    async def _pack_of(self, hours: str) -> Pack:
        """The pack in whose hours a clock counts; the one in force for a promise or a pack nobody has."""
        version = hours.rpartition("/")[0]
        try:
            return await self._directory.version(version) if version else self._directory.pack
        except NotProvisioned:
            return self._directory.pack


def _story(
    row: Row[Any], state: CaseState, account: Account, pack: Pack, counted: Pack, now: datetime
) -> ClockStory:
    zone, kinds = ZoneInfo(pack.zone), {kind.code: kind for kind in pack.clocks}
    kind = kinds.get(row.kind)
    explained, limited, doubt = _explained(row, counted)
    within = kinds.get(kind.within) if kind and kind.within and limited else None
    may, reasons = _may(row, state, account, pack, now)
    return ClockStory(
        clock=row.clock,
        kind=row.kind,
        name_vi=kind.name_vi if kind else row.kind,
        name_en=kind.name_en if kind else row.kind,
        agency=row.agency,
        basis=row.basis,
        clause=row.clause,
        cycle=row.cycle,
        state=_state(row, state, now),
        missed=row.missed,
        promised=row.promised,
        start=_local(row.start, zone),
        due=_local(row.due, zone),
        stopped_at=None if row.stopped_at is None else _local(row.stopped_at, zone),
        budget_seconds=row.budget,
        hours=row.hours,
        pauses=tuple(one for one in state.pauses if one.clock == row.clock),
        news=tuple(sorted(json.loads(row.news).values(), key=lambda one: str(one["at"]))),
        may=may,
        reasons=reasons,
        limit=(within.name_vi, within.name_en) if within else ("", ""),
        doubt=doubt and not within,
        main=_main(row, state, pack, account),
        explanation=explained,
    )


def _state(row: Row[Any], state: CaseState, now: datetime) -> str:
    if row.token in STOPPED:
        return str(row.token)
    if row.missed:
        return "missed"
    return "paused" if resting(state, row.clock, now) else "running"


def _main(row: Row[Any], state: CaseState, pack: Pack, account: Account) -> bool:
    if row.basis == "law":
        return bool(row.missed or row.token not in STOPPED)
    acts = state.holders[-1][0] if state.holders else DESK
    acts = {DESK: pack.desk, ARBITER: pack.arbiter}.get(acts, acts)
    return row.token not in STOPPED and row.agency in {acts, account.agency}


def _may(
    row: Row[Any], state: CaseState, account: Account, pack: Pack, now: datetime
) -> tuple[frozenset[str], tuple[str, ...]]:
    """What this person may do to the clock now, and the grounds on which it pauses."""
    owed = dict(running(pack, [row])).get(row.clock)
    if not owed or not owed.reasons or state.status in FINAL or not account.active:
        return frozenset(), ()
    foreign = account.role == "arbiter" and account.agency != pack.arbiter
    if foreign or not owes(account, owed):
        return frozenset(), ()
    if resting(state, row.clock, now):
        return frozenset({"resume-clock"}), ()
    return (frozenset({"pause-clock"}), tuple(sorted(owed.reasons))) if now < owed.due else (frozenset(), ())


def _explained(row: Row[Any], counted: Pack) -> tuple[Explanation | None, bool, bool]:
    """The stretches until the deadline; whether it came earlier, and whether it came at another time.

    A promised instant has no stretches. What another clock cut short is explained up to that instant.
    """
    if row.budget is None:
        return None, False, False
    spans = [(_instant(begin), _instant(end)) for begin, end in json.loads(row.pauses)]
    start, due = _instant(row.start), _instant(row.due)
    try:
        kind = counted.clock(row.kind)
        profile = row.hours.rpartition("/")[2] or counted.hours_of(kind, row.agency)
        calendar = counted.calendar(profile)
        whole = explain(calendar, start, row.budget, spans, kind.pause_seconds if spans else None)
        if whole.due <= due:
            return whole, False, whole.due != due
        before = [(begin, min(end, due)) for begin, end in spans if begin < due]
        paused = sum(one.held for one in whole.stretches if one.end <= due)
        ran = max(0, calendar.between(start, due) - paused)
        return explain(calendar, start, ran, before, kind.pause_seconds if spans else None), True, True
    except (CalendarError, NotInPack):
        return None, False, False


def _shares(state: CaseState, pack: Pack, now: datetime) -> tuple[Share, ...]:
    """Whose time it was, the longest first; while a case is closed it is nobody's."""
    if not state.holders:
        return ()
    names = {DESK: pack.desk, ARBITER: pack.arbiter}
    holdings = [(names.get(holder, holder), since) for holder, since in state.holders]
    try:
        found = shares(pack.calendar(PROVINCE), holdings, max(now, holdings[-1][1]))
    except (CalendarError, NotInPack):
        return ()
    parts = (Share(agency, seconds) for agency, seconds in found.items() if agency != NOBODY)
    return tuple(sorted(parts, key=lambda one: -one.seconds))


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, zone)
