"""The audit: every open case is folded again from its facts, and must give the clocks that are stored."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nats.js.errors import NotFoundError
from sqlalchemy import Engine

from libs.runtime.caselog import CaseLog, Stored
from libs.runtime.clock import Clock as Time
from libs.runtime.database import in_thread
from libs.runtime.logs import log
from services.sla.domain.book import Book
from services.sla.domain.case import Case
from services.sla.domain.clock import Clock
from services.sla.domain.following import follow
from services.sla.domain.passing import advance
from services.sla.metrics import AUDITED, MISMATCHES
from services.sla.store import Known, Store

PAGE = 200
"""Cases read from the database together."""

TOGETHER = 8
"""Cases read from the stream at the same time."""


@dataclass(frozen=True)
class Outcome:
    """How many open cases were compared, and how many clocks differ."""

    cases: int
    mismatches: int


def differing(known: Case, again: Case, now: datetime, book: Book) -> list[str]:
    """The ids of the clocks that differ from what the facts make; both are brought to one instant first."""
    ids = sorted({*known.clocks, *again.clocks})
    return [
        id_ for id_ in ids if _at(known.clocks.get(id_), now, book) != _at(again.clocks.get(id_), now, book)
    ]


def _at(clock: Clock | None, now: datetime, book: Book) -> Clock | None:
    return None if clock is None or clock.state == "broken" else advance(clock, book, now)[0]


def folded(case_id: str, facts: Iterable[Stored], book: Book) -> Case:
    """The case as these facts make it. Raises ValueError when one of them cannot be read."""
    case = Case(case_id=case_id)
    for stored in facts:
        if stored.fact is not None:
            case, _ = follow(case, stored.fact, stored.seq, book)
    return case


class Audit:
    """Compares every open case with its facts, along its links, with the functions that made it."""

    def __init__(self, engine: Engine, book: Book, cases: CaseLog, clock: Time) -> None:
        self._engine = engine
        self._book = book
        self._cases = cases
        self._clock = clock
        self._store = Store(engine, book)

    async def run(self) -> Outcome:
        """Once over all open cases; parked ones are another alarm."""
        cases = mismatches = 0
        after = ""
        while page := await in_thread(self._store.open_cases, after, PAGE):
            for begin in range(0, len(page), TOGETHER):
                some = page[begin : begin + TOGETHER]
                mismatches += sum(await asyncio.gather(*(self._compare(one) for one in some)))
            cases, after = cases + len(page), page[-1].ref.case_id
        AUDITED.set(cases)
        log("audit_ended", cases=cases, mismatches=mismatches)
        return Outcome(cases, mismatches)

    async def _compare(self, known: Known) -> int:
        if known.case is None:
            MISMATCHES.inc()
            log("case_unreadable", case_id=known.ref.case_id)
            return 1
        try:
            stored = await self._cases.since(known.ref, 0)
        except NotFoundError:  # a fact that others follow from is gone: nothing to compare with
            stored = []
        facts = [one for one in stored if one.seq <= known.last_seq]
        wrong = await in_thread(self._differing, known.case, facts)
        if wrong:
            MISMATCHES.inc(len(wrong))
            log("clocks_differ", case_id=known.ref.case_id, clocks=wrong)
        return len(wrong)

    def _differing(self, known: Case, facts: list[Stored]) -> list[str]:
        try:
            again = folded(known.case_id, facts, self._book)
            return differing(known, again, self._clock.now(), self._book)
        except (ValueError, LookupError) as error:
            log("case_not_folded", error=error, case_id=known.case_id)
            return sorted(known.clocks)
