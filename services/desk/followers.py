"""Lets the followed case know of each that was joined to it: told until it stands there, exactly once."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from libs.contracts.events import CaseFact, CaseFollowerAdded
from libs.contracts.facts import Actor, derived_id
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import Clock
from libs.runtime.database import reading, writing
from libs.runtime.directory import Directory
from libs.runtime.logs import log
from services.desk import alike, reads
from services.desk.domain.fold import fold
from services.desk.domain.state import CaseState

EVERY = 2.0
"""Seconds between two looks; a join in this process is looked after at once."""


class Followers:
    """`joined` stands first; from it alone everything else follows, whenever this process was killed."""

    def __init__(self, engine: Engine, cases: CaseLog, directory: Directory, clock: Clock) -> None:
        self._engine = engine
        self._cases = cases
        self._directory = directory
        self._clock = clock
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """Somebody was just joined."""
        self._wanted.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), EVERY)
            self._wanted.clear()
            try:
                await self.sweep()
            except Exception as error:
                log("followers_postponed", error=error)

    async def sweep(self) -> int:
        """Add the followers that are missing; the number of facts that were made."""
        made = 0
        for row in await asyncio.to_thread(self._missing):
            try:
                made += await self._add(row)
            except Exception as error:  # one bad case keeps no other one waiting
                log("follower_postponed", case_id=row.case_id, error=error)
        return made

    def _missing(self) -> list[Row[Any]]:
        with reading(self._engine) as connection:
            found = alike.unknown_followers(connection)
        if not found:
            return []
        with writing(self._engine) as connection:
            alike.settle_roots(connection)
            return list(alike.unknown_followers(connection))

    async def _add(self, row: Row[Any]) -> int:
        root = await asyncio.to_thread(self._load, row.root)
        if root is None or root.parked:
            return 0

        def told(state: CaseState) -> CaseFact | None:
            if state.joined or any(one.case == row.case_id for one in state.followers):
                return None
            cause = UUID(row.event_id)
            return CaseFollowerAdded(
                event_id=derived_id(cause, f"followed.{row.root}"),
                case_id=row.root,
                at=self._clock.now(),
                by=Actor(service="desk"),
                cause=cause,
                pack_version=self._directory.current,
                case=row.case_id,
                year=row.year,
                code=row.code,
            )

        appended = await self._cases.append(root.ref, root.state, root.seq, decide=told, fold=fold)
        return int(appended is not None and not appended.repeated)

    def _load(self, case_id: str) -> reads.Loaded | None:
        with reading(self._engine) as connection:
            return reads.load(connection, case_id)
