"""What citizens say by the portal of how their case ended: a rating, or that nothing was solved."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.contracts.requests import Heard, NotSolved, Rating, Voice
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from services.desk import reads
from services.desk.domain.citizens import Terms, open_again, rate, voice_id
from services.desk.domain.errors import NotFound
from services.desk.domain.fold import fold
from services.desk.domain.state import CaseState
from services.desk.metrics import VOICES


@dataclass(frozen=True)
class Voices:
    """The portal has proved whose case it is; the desk decides against the state, as for everybody."""

    engine: Engine
    cases: CaseLog
    directory: Directory
    clock: Clock

    async def rate(self, rating: Rating) -> Heard:
        """Appends `rated` to the case that was tracked. Raises NotFound, Refused, OutcomeUnknown."""
        found = await self._found(rating, rating.case_id)
        root = await self._root(found)

        def rated(state: CaseState) -> CaseFact:
            of_root = state if root.ref == found.ref else root.state
            return rate(state, of_root, rating, self._terms())

        return await self._said("rating", found, rated)

    async def open_again(self, said: NotSolved) -> Heard:
        """Appends `reopened` to the case, or to the one it follows. Raises as `rate`."""
        first = await self._found(said, said.case_id)
        root = await self._root(first)
        found = root if root.ref == first.ref else await self._found(said, root.ref.case_id)
        return await self._said("reopening", found, lambda state: open_again(state, said, self._terms()))

    async def _said(self, kind: str, found: reads.Loaded, decide: Callable[[CaseState], CaseFact]) -> Heard:
        if found.done:
            VOICES.labels(kind, "repeated").inc()
            return Heard(repeated=True)
        try:
            appended = await self.cases.append(found.ref, found.state, found.seq, decide=decide, fold=fold)
        except Refused:
            VOICES.labels(kind, "refused").inc()
            raise
        assert appended is not None, "a voice is a fact or a refusal"
        VOICES.labels(kind, "repeated" if appended.repeated else "done").inc()
        return Heard(repeated=appended.repeated)

    async def _found(self, voice: Voice, case_id: str) -> reads.Loaded:
        def load() -> reads.Loaded | None:
            with reading(self.engine) as connection:
                return reads.load(connection, case_id, voice_id(voice))

        found = await asyncio.to_thread(load)
        if found is None:
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        if found.parked:
            vi, en = "Hồ sơ tạm dừng vì lỗi kỹ thuật; xin thử lại sau", "a technical fault: try again later"
            raise Refused(vi, en, stale=True)
        return found

    async def _root(self, found: reads.Loaded) -> reads.Loaded:
        """The case that this one follows in the end; always an older one."""

        def load() -> reads.Loaded:
            root = found
            with reading(self.engine) as connection:
                while root.state.joined:
                    above = reads.load(connection, root.state.joined.case)
                    if above is None:
                        break
                    root = above
            return root

        return await asyncio.to_thread(load) if found.state.joined else found

    def _terms(self) -> Terms:
        pack = self.directory.pack
        return Terms(
            self.clock.now(),
            pack.rating_days,
            pack.reopening_days,
            pack.reopenings,
            pack.hotline,
            self.directory.current,
        )
