"""The projection: facts become letters to send, in the transaction that notes how far we have read."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from libs.contracts.events import CaseErased
from libs.contracts.facts import Fact
from libs.contracts.sidefacts import ClockFact, LetterFact, SideFact
from libs.packs.model import NotInPack, Pack
from libs.runtime.clock import Clock
from libs.runtime.database import table, upsert
from libs.runtime.projection import Applied
from libs.worktime.calendar import CalendarError
from services.notifier.domain.about import Draft
from services.notifier.domain.case import NOBODY as UNKNOWN
from services.notifier.domain.case import Case, fold, noted
from services.notifier.domain.contacts import opening
from services.notifier.domain.letters import Readers, clock_letters, letters
from services.notifier.domain.talks import Reach
from services.notifier.fallbacks import CASES, TALKS, shut_ways, still_shut
from services.notifier.fates import (
    after,
    came_back,
    fates_after,
    fates_of,
    heard,
    id_of,
    ids_of,
    kept,
    recall,
    row_of,
    to_write,
)
from services.notifier.outbox import LETTERS
from services.notifier.states import FAILED, NOBODY
from services.notifier.tables import Link

LINK = table(Link)

TOO_OLD = timedelta(days=3)
"""A fact this old calls for no new letter: whoever reads it first today is a rebuild or a long outage."""


class Store:
    """Applies facts on a connection; asks for the pack in force and the time, changes nothing else."""

    def __init__(self, pack: Callable[[], Pack], clock: Clock, reach: Reach | None = None) -> None:
        self._pack = pack
        self._clock = clock
        self._reach = reach or Reach()

    def apply(self, connection: Connection, facts: Sequence[Applied]) -> None:
        """Fold facts of CASES whose turn it is, and note the letters they call for."""
        cases = self._cases(connection, {one.ref.case_id for one in facts})
        pack, wanted = self._pack(), list[tuple[Fact, int, Draft]]()
        shut = shut_ways(connection, {one.ref.case_id for one in facts})
        heard(connection, [one.fact for one in facts])
        for one in facts:
            before = cases.get(one.ref.case_id)
            case = noted(before, fold(before, one.fact), one.seq, one.ref.year)
            cases[one.ref.case_id] = case
            readers = self._readers(connection, one.ref.case_id, case, cases, shut)
            wanted += [(one.fact, one.seq, draft) for draft in letters(case, one.fact, pack, readers)]
        rows = [{"case_id": case_id, "state": case.model_dump_json()} for case_id, case in cases.items()]
        upsert(connection, CASES, rows, key=["case_id"])
        self._write(connection, wanted)

    def apply_clocks(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        """What clocks say becomes letters to those they name; the same fact again changes nothing."""
        clocks = [fact for _, fact in facts if isinstance(fact, ClockFact)]
        cases, pack = self._cases(connection, {fact.case_id for fact in clocks}), self._pack()
        wanted, shut = list[tuple[Fact, int, Draft]](), shut_ways(connection, cases)
        for fact in clocks:
            if case := cases.get(fact.case_id):
                readers = self._readers(connection, fact.case_id, case, cases, shut)
                wanted += [(fact, fact.case_seq, draft) for draft in clock_letters(case, fact, pack, readers)]
        self._write(connection, wanted)

    def apply_letters(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        """In a rebuild: what became of each letter, from our own stream, before CASES is read.

        A letter that was only tried is not sent again: its outcome is looked for, or it is unconfirmed.
        """
        rows: dict[str, dict[str, Any]] = {}
        for _, fact in facts:
            if isinstance(fact, LetterFact):
                rows[fact.letter] = after(rows.get(fact.letter), fact, time.time())
                came_back(connection, fact)
        known = fates_of(connection, list(rows))
        upsert(connection, LETTERS, [kept(known.get(key), row) for key, row in rows.items()], key=["letter"])

    def forget(self, connection: Connection, case_ids: Sequence[str]) -> None:
        """Drop the folded cases; their letters stay, since what was sent cannot be unsent."""
        connection.execute(CASES.delete().where(CASES.c.case_id.in_(case_ids)))

    def erase(self, connection: Connection, fact: CaseErased) -> None:
        """Drop the case, its conversation, and what its letters say and to whom."""
        known = self._cases(connection, [fact.case_id]).get(fact.case_id)
        if known and known.talk:
            connection.execute(TALKS.delete().where(TALKS.c.talk == known.talk.key))
        mine = (LETTERS.c.case_id == fact.case_id) | (LETTERS.c.reader == fact.case_id)
        connection.execute(LETTERS.update().where(mine).values(recipient="", about="", talk="", others="[]"))
        self.forget(connection, [fact.case_id])

    def _cases(self, connection: Connection, ids: Iterable[str]) -> dict[str, Case]:
        found = connection.execute(select(CASES.c.case_id, CASES.c.state).where(CASES.c.case_id.in_(ids)))
        return {row.case_id: Case.model_validate_json(row.state) for row in found}

    def _readers(
        self,
        connection: Connection,
        case_id: str,
        case: Case,
        known: Mapping[str, Case],
        shut: Mapping[str, Mapping[str, int]],
    ) -> Readers:
        """Those who follow the case, as they are now, and the ways that did not carry earlier letters."""
        found = {**self._cases(connection, case.followers), **known} if case.followers else {}
        following = {one: found.get(one, UNKNOWN) for one in case.followers}
        if following:
            shut = shut_ways(connection, [case_id, *following])
        closed = {
            "" if one == case_id else one: still_shut(following.get(one, case), ways)
            for one, ways in shut.items()
            if one == case_id or one in following
        }
        return Readers(self._reach, following, closed)

    def _write(self, connection: Connection, wanted: Sequence[tuple[Fact, int, Draft]]) -> None:
        """Note letters that are new; those whose fate is known already only get their content back."""
        created, oldest, pack = time.time(), self._clock.now() - TOO_OLD, self._pack()
        tasks = {id_of(fact, draft): (fact, seq, draft) for fact, seq, draft in wanted}
        fates = fates_after(connection, [fact for fact, *_ in wanted]) if wanted else {}
        again = {row.cause for row in fates.values()}
        rows: list[dict[str, Any]] = []
        for letter, (fact, seq, draft) in tasks.items():
            ids = ids_of(fact, draft) if str(fact.event_id) in again else {draft.way: letter}
            recent = _callable(fact, draft, pack) >= oldest
            mine = {way: fates[one] for way, one in ids.items() if one in fates}
            if mine:
                recall(connection, fact, seq, draft, mine)
            rows += [
                row_of(ids[this.way], fact, seq, this, created)
                for this in to_write(draft, mine, recent=recent)
            ]
        reachable = [row for row in rows if row["way"] != "none"]
        upsert(connection, LETTERS, reachable, key=["letter"])
        nobody = [row | _unreachable(row["audience"]) for row in rows if row["way"] == "none"]
        upsert(connection, LETTERS, nobody, key=["letter"], keep=True)


def _callable(fact: Fact, draft: Draft, pack: Pack) -> datetime:
    """When the letter could first go: a reminder may wait for the end of Tết, and is not old for that."""
    if not draft.about.reminds or draft.about.urgent:
        return fact.at
    try:
        return opening(pack, draft.agency, fact.at)
    except (NotInPack, CalendarError):
        return fact.at


def _unreachable(audience: str) -> dict[str, str]:
    """An agency without contacts is a failure that somebody must mend; a citizen without is a count."""
    return {"state": NOBODY if audience == "citizen" else FAILED, "reason": "no contact"}
