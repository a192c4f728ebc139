"""The working calendar as administrators change it: a preview of what moves, then a new pack in force."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from nats.js.client import JetStreamContext
from sqlalchemy import Engine, Row, Select, select

from libs.contracts.packchanges import PackChange
from libs.packs.entries import PROVINCE
from libs.packs.model import NotInPack, Pack
from libs.packs.revise import revise
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory, put_pack
from libs.runtime.errors import NotProvisioned
from libs.runtime.logs import log
from libs.worktime.calendar import Calendar, CalendarError
from libs.worktime.changes import first_difference
from services.desk.clockrows import STOPPED
from services.desk.domain.calendars import Draft, changes
from services.desk.domain.errors import NotAllowed
from services.desk.domain.moves import Example, Move, Running, changed_from, examples, moves
from services.desk.domain.people import Account
from services.desk.store import CASE, CLOCK, seconds

SHOWN = 50
MOST = 200_000
"""Running clocks that a preview computes; the rest is said to be more."""

NOTE = 400


@dataclass(frozen=True)
class Preview:
    """What a draft would do. `changed`: profile → first instant that differs; `count`: clocks that move.

    `more`: beyond MOST clocks nothing was computed.
    """

    changed: dict[str, datetime]
    examples: tuple[Example, ...]
    moves: tuple[Move, ...]
    count: int
    more: bool


class Calendars:
    """For administrators only; `_only` is asked first."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock, js: JetStreamContext) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock
        self._js = js

    async def revised(self, draft: Draft) -> Pack:
        """The pack in force with this draft. Raises PackErrors; its lines count days and hours from 2."""
        return await asyncio.to_thread(_revised, self._directory.pack, draft)

    async def preview(self, new: Pack, chosen: datetime | None) -> Preview:
        """Raises CalendarError when the chosen instant lies outside the calendar."""
        pack, now = self._directory.pack, self._clock.now()
        changed = changed_from(_calendars(pack), _calendars(new))
        if not changed:
            return Preview({}, (), (), 0, more=False)
        profile = PROVINCE if PROVINCE in changed else next(iter(changed))
        shown = examples(
            pack.calendar(profile),
            new.calendar(profile),
            pack.clock("answer").budget_seconds or 0,
            now=now,
            changed=changed[profile],
            chosen=chosen,
        )
        packs = {hours: await self._pack_of(hours) for hours in await asyncio.to_thread(self._hours, now)}
        found, more = await asyncio.to_thread(self._moves, packs, new, frozenset(changed), now)
        return Preview(changed, shown, tuple(found[:SHOWN]), len(found), more)

    async def apply(
        self, account: Account, draft: Draft, *, number: str, signed: date, recompute: bool, instead_of: str
    ) -> PackChange:
        """Put the draft in force on the decision of that number and day.

        Raises PackErrors, PackChanged when meanwhile another pack is in force than `instead_of`.
        """
        _only(account)
        pack = await self._directory.version(instead_of)
        document = f"{number} ngày {signed:%d/%m/%Y}"
        new = await asyncio.to_thread(_revised, pack, draft.on(document))
        profiles = changed_from(_calendars(pack), _calendars(new)) if recompute else {}
        change = await put_pack(
            self._js,
            new,
            by=f"{account.name} ({account.login})",
            document=document,
            note="; ".join(one.text for one in changes(draft, pack))[:NOTE],
            recompute=sorted(profiles),
            instead_of=instead_of,
        )
        await self._directory.refresh()
        log("calendar_changed", person=account.id, version=change.version, recompute=list(change.recompute))
        return change

    async def since(self, version: str) -> tuple[tuple[PackChange, Pack, Pack], ...]:
        """What was put in force after that version: each change with the pack before it and its own."""
        history = self._directory.history
        numbers = [one.number for one in history if one.version == version]
        later = history[numbers[-1] :] if numbers else ()
        return tuple(
            [
                (one, await self._version(history[one.number - 2].version), await self._version(one.version))
                for one in later
            ]
        )

    def _hours(self, now: datetime) -> list[str]:
        with reading(self._engine) as connection:
            query = select(CLOCK.c.hours).where(*_open(now), CLOCK.c.hours != "").distinct()
            return list(connection.execute(query).scalars())

    def _moves(
        self, packs: dict[str, Pack], new: Pack, changed: frozenset[str], now: datetime
    ) -> tuple[list[Move], bool]:
        running: list[Running] = []
        for hours, pack in packs.items():
            profile = hours.rpartition("/")[2]
            if profile in changed and (begin := _differ(pack, new, profile)):
                running += self._running(hours, pack, max(begin, now), MOST + 1 - len(running))
        try:
            return moves(running[:MOST], new.calendar, now), len(running) > MOST
        except CalendarError:
            return [], True

    def _running(self, hours: str, pack: Pack, after: datetime, most: int) -> Iterator[Running]:
        query: Select[Any] = select(CLOCK, CASE.c.code).select_from(
            CLOCK.outerjoin(CASE, CASE.c.case_id == CLOCK.c.case_id)
        )
        query = query.where(*_open(after), CLOCK.c.hours == hours, CLOCK.c.budget.is_not(None))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(CLOCK.c.due).limit(most)).all()
        return (_running(row, pack) for row in rows)

    async def _pack_of(self, hours: str) -> Pack:
        return await self._version(hours.rpartition("/")[0])

    async def _version(self, version: str) -> Pack:
        try:
            return await self._directory.version(version)
        except NotProvisioned:
            return self._directory.pack


def _only(account: Account) -> None:
    if account.role != "administrator" or not account.active:
        raise NotAllowed("Chỉ quản trị viên được đổi lịch làm việc", "administrators only")


def _revised(pack: Pack, draft: Draft) -> Pack:
    return revise(pack, days=draft.days_of(pack), hours=draft.hours_of(pack))


def _calendars(pack: Pack) -> dict[str, Calendar]:
    return {name: pack.calendar(name) for name in dict.fromkeys(row.profile for row in pack.hours)}


def _differ(pack: Pack, new: Pack, profile: str) -> datetime | None:
    try:
        return first_difference(pack.calendar(profile), new.calendar(profile))
    except NotInPack:
        return None


def _open(after: datetime) -> tuple[Any, ...]:
    return (CLOCK.c.due > seconds(after), CLOCK.c.missed.is_(False), CLOCK.c.token.not_in(STOPPED))


def _running(row: Row[Any], pack: Pack) -> Running:
    kind = next((one for one in pack.clocks if one.code == row.kind), None)
    return Running(
        case_id=row.case_id,
        clock=row.clock,
        kind=row.kind,
        agency=row.agency,
        start=datetime.fromtimestamp(row.start, UTC),
        due=datetime.fromtimestamp(row.due, UTC),
        budget=row.budget,
        profile=row.hours.rpartition("/")[2],
        pauses=tuple(
            (datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC))
            for begin, end in json.loads(row.pauses)
        ),
        limit=kind.pause_seconds if kind else None,
        within=(kind.within or "") if kind else "",
        code=row.code or "",
    )
