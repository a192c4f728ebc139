"""The projection: facts become letters to send, in the transaction that notes how far we have read."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from libs.contracts.facts import Fact, derived_id
from libs.contracts.sidefacts import ClockFact, LetterFact, SideFact
from libs.packs.model import NotInPack, Pack
from libs.runtime.clock import Clock
from libs.runtime.database import table, upsert
from libs.runtime.projection import Applied
from libs.worktime.calendar import CalendarError
from services.notifier.domain.about import Draft
from services.notifier.domain.case import NOBODY as UNKNOWN
from services.notifier.domain.case import Case, fold
from services.notifier.domain.contacts import opening
from services.notifier.domain.letters import clock_letters, letters
from services.notifier.outbox import LETTERS, states_of
from services.notifier.states import FAILED, NOBODY, OPEN, STATE_AFTER, UNSENT
from services.notifier.tables import CaseRow, Link

CASES, LINK = table(CaseRow), table(Link)

TOO_OLD = timedelta(days=3)
"""A fact this old calls for no new letter: whoever reads it first today is a rebuild or a long outage."""


class Store:
    """Applies facts on a connection; asks for the pack in force and the time, changes nothing else."""

    def __init__(self, pack: Callable[[], Pack], clock: Clock) -> None:
        self._pack = pack
        self._clock = clock

    def apply(self, connection: Connection, facts: Sequence[Applied]) -> None:
        """Fold facts of CASES whose turn it is, and note the letters they call for."""
        cases = self._cases(connection, {one.ref.case_id for one in facts})
        pack, wanted = self._pack(), list[tuple[Fact, int, Draft]]()
        for one in facts:
            case = fold(cases.get(one.ref.case_id), one.fact)
            cases[one.ref.case_id] = case
            following = self._following(connection, case, cases)
            wanted += [(one.fact, one.seq, draft) for draft in letters(case, one.fact, pack, following)]
        rows = [{"case_id": case_id, "state": case.model_dump_json()} for case_id, case in cases.items()]
        upsert(connection, CASES, rows, key=["case_id"])
        self._write(connection, wanted)

    def apply_clocks(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        """What clocks say becomes letters to those they name; the same fact again changes nothing."""
        clocks = [fact for _, fact in facts if isinstance(fact, ClockFact)]
        cases, pack = self._cases(connection, {fact.case_id for fact in clocks}), self._pack()
        wanted = list[tuple[Fact, int, Draft]]()
        for fact in clocks:
            if case := cases.get(fact.case_id):
                following = self._following(connection, case, cases)
                wanted += [
                    (fact, fact.case_seq, draft) for draft in clock_letters(case, fact, pack, following)
                ]
        self._write(connection, wanted)

    def apply_letters(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        """In a rebuild: what became of each letter, from our own stream, before CASES is read.

        A letter that was only tried is not sent again: its outcome is looked for, or it is unconfirmed.
        """
        rows: dict[str, dict[str, Any]] = {}
        for _, fact in facts:
            if isinstance(fact, LetterFact):
                rows[fact.letter] = _fate(fact)
        upsert(connection, LETTERS, list(rows.values()), key=["letter"])

    def forget(self, connection: Connection, case_ids: Sequence[str]) -> None:
        """Drop the folded cases; their letters stay, since what was sent cannot be unsent."""
        connection.execute(CASES.delete().where(CASES.c.case_id.in_(case_ids)))

    def _cases(self, connection: Connection, ids: Iterable[str]) -> dict[str, Case]:
        found = connection.execute(select(CASES.c.case_id, CASES.c.state).where(CASES.c.case_id.in_(ids)))
        return {row.case_id: Case.model_validate_json(row.state) for row in found}

    def _following(self, connection: Connection, case: Case, known: Mapping[str, Case]) -> dict[str, Case]:
        """The cases of the citizens who follow this one, as they are now."""
        if not case.followers:
            return {}
        found = {**self._cases(connection, case.followers), **known}
        return {case_id: found.get(case_id, UNKNOWN) for case_id in case.followers}

    def _write(self, connection: Connection, wanted: Sequence[tuple[Fact, int, Draft]]) -> None:
        """Note letters that are new; those whose fate is known already only get their content back."""
        created, oldest, pack = time.time(), self._clock.now() - TOO_OLD, self._pack()
        rows = {letter_id(fact, draft): (fact, seq, draft) for fact, seq, draft in wanted}
        known = states_of(connection, list(rows))
        due = [
            _row(key, *one, created)
            for key, one in rows.items()
            if (known[key] in UNSENT if key in known else _callable(one[0], one[2], pack) >= oldest)
        ]
        reachable = [row for row in due if row["way"] != "none"]
        upsert(connection, LETTERS, reachable, key=["letter"])
        nobody = [row | _unreachable(row["audience"]) for row in due if row["way"] == "none"]
        upsert(connection, LETTERS, nobody, key=["letter"], keep=True)


def letter_id(fact: Fact, draft: Draft) -> str:
    """The same for the same fact, template, recipient and way, however often the fact is read."""
    recipient = draft.agency or "citizen"
    if draft.agency and draft.audience != "officer":
        recipient = f"{draft.agency}/{draft.audience}"
    elif draft.follower:
        recipient = f"citizen/{draft.follower}"
    return derived_id(fact.event_id, f"{draft.template}/{recipient}/{draft.way}").hex


def _callable(fact: Fact, draft: Draft, pack: Pack) -> datetime:
    """When the letter could first go: a reminder may wait for the end of Tết, and is not old for that."""
    if not draft.about.reminds or draft.about.urgent:
        return fact.at
    try:
        return opening(pack, draft.agency, fact.at)
    except (NotInPack, CalendarError):
        return fact.at


def _row(letter: str, fact: Fact, seq: int, draft: Draft, created: float) -> dict[str, Any]:
    return {
        "letter": letter,
        "case_id": fact.case_id,
        "case_seq": seq,
        "cause": str(fact.event_id),
        "template": draft.template,
        "way": draft.way,
        "audience": draft.audience,
        "agency": draft.agency,
        "recipient": draft.recipient,
        "language": draft.language,
        "about": draft.about.model_dump_json(),
        "created": created,
    }


def _unreachable(audience: str) -> dict[str, str]:
    """An agency without contacts is a failure that somebody must mend; a citizen without is a count."""
    return {"state": NOBODY if audience == "citizen" else FAILED, "reason": "no contact"}


def _fate(fact: LetterFact) -> dict[str, Any]:
    state = STATE_AFTER[type(fact)]
    return {
        "letter": fact.letter,
        "case_id": fact.case_id,
        "case_seq": fact.case_seq,
        "cause": str(fact.cause),
        "template": fact.template,
        "way": fact.way,
        "audience": fact.audience,
        "agency": fact.agency,
        "state": state,
        "attempt": getattr(fact, "attempt", 0),
        "reason": getattr(fact, "reason", ""),
        "claimed": time.time(),
        "told": state not in OPEN,
    }
