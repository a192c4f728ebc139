"""Router's one reaction: read the case, decide, append what follows."""

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from libs.contracts.canary import CANARY
from libs.contracts.events import CaseFact, CaseOpened, CaseRouted, CaseTriaged
from libs.packs.knowledge import Knowledge
from libs.packs.model import Pack
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import Clock
from libs.runtime.delivery import Received
from libs.runtime.directory import Directory
from libs.runtime.logs import log
from services.router.case import Case, fold
from services.router.domain import day_of, decide
from services.router.metrics import BROKEN, SECONDS, SLIPS, WAITING


@dataclass
class Library:
    """The knowledge made from the pack in force on this day; made anew, in a thread, when either changes."""

    directory: Directory
    clock: Clock
    _known: tuple[str, date, Knowledge] | None = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def current(self) -> Knowledge:
        """What to read with now; a pack nothing can be learnt from leaves the last good one in use."""
        pack = self.directory.pack
        day = day_of(pack, self.clock.now())
        if self._known and self._known[:2] == (pack.version, day):
            return self._known[2]
        async with self._making:
            if not self._known or self._known[:2] != (pack.version, day):
                self._known = (pack.version, day, await self._learnt(pack, day))
        return self._known[2]

    async def _learnt(self, pack: Pack, day: date) -> Knowledge:
        try:
            made = await asyncio.to_thread(Knowledge.of, pack, day)
        except Exception as error:
            if not self._known:
                raise
            log("pack_not_learnt", version=pack.version, error=error)
            return self._known[2]
        log("pack_learnt", version=pack.version, questions=len(pack.questions))
        for route in pack.routes:
            BROKEN.labels(route.id)  # a counter that is not there yet cannot be seen to grow
        return made


@dataclass(frozen=True)
class Router:
    """Reacts to `opened`, `released`, `amended` and `returned`, each at most once."""

    cases: CaseLog
    library: Library
    clock: Clock

    async def react(self, received: Received) -> None:
        """Append the slip or the triage that follows; returns when it is durable or nothing follows."""
        with SECONDS.time():
            known, last = await self._case(received)
            knowledge = await self.library.current()
            done = await self.cases.append(
                received.ref, known, last, decide=self._decision(received.fact, knowledge), fold=fold
            )
        if done and not done.repeated:
            _count(done.fact)

    async def _case(self, received: Received) -> tuple[Case, int]:
        """The case up to the fact, or for what comes later in its life up to now, and the last sequence."""
        if isinstance(received.fact, CaseOpened):
            return fold(Case(), received.fact), received.seq
        stored = await self.cases.since(received.ref, 0)
        case = functools.reduce(fold, (one.fact for one in stored if one.fact), Case())
        return case, stored[-1].seq if stored else 0

    def _decision(self, cause: CaseFact, knowledge: Knowledge) -> Callable[[Case], CaseFact | None]:
        def decision(case: Case) -> CaseFact | None:
            reading = knowledge.read(case.text, case.person.address, case.where)
            return decide(case, cause=cause, reading=reading, pack=knowledge.pack, now=self.clock.now())

        return decision


def _count(fact: CaseFact) -> None:
    if isinstance(fact, CaseRouted) and fact.slip.rule == CANARY:
        return
    if isinstance(fact, CaseRouted):
        SLIPS.labels(fact.slip.lead, fact.slip.field).inc()
        _tell_broken(fact, fact.slip.inputs)
    elif isinstance(fact, CaseTriaged):
        for reason in fact.reasons:
            WAITING.labels(reason).inc()
        _tell_broken(fact, fact.inputs)


def _tell_broken(fact: CaseFact, inputs: dict[str, str]) -> None:
    """The alert on this counter pages an administrator; the case says the same to whoever opens it."""
    if broken := inputs["broken"]:
        BROKEN.labels(inputs["rule"]).inc()
        log("rule_broken", case_id=fact.case_id, rule=inputs["rule"], missing=broken)
