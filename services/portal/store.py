"""The portal's projection, and finding one's own case; published answers are in published.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, select

from libs.contracts.events import CaseOpened
from libs.contracts.sidefacts import ClockFact, SideFact
from libs.runtime.database import reading, table, upsert
from libs.runtime.projection import Applied
from services.portal.case import (
    Proof,
    PublicCase,
    following,
    open_case,
    published_answer,
)
from services.portal.domain import fold
from services.portal.published import ANSWER, aware, keep_answers
from services.portal.register import REQUEST, register
from services.portal.tables import CaseRow, ClockRow, Link
from services.portal.words import settle

LINK, CASE, CLOCK = (table(model) for model in (Link, CaseRow, ClockRow))
PROJECTION = (LINK, CASE, ANSWER, CLOCK, REQUEST)


class NotOpened(ValueError):
    """A case begins with `opened`; this one does not."""


class Store:
    """The public read model, on SQLite (one process) or PostgreSQL (any number)."""

    def __init__(self, engine: Engine, proof: Proof) -> None:
        self.engine = engine
        self.proof = proof

    # --- projection ---------------------------------------------------------------------------

    def apply(self, connection: Connection, facts: Sequence[Applied]) -> None:
        """Fold the facts into their cases, in this transaction."""
        cases = self._cases(connection, {one.ref.case_id for one in facts})
        for one in facts:
            known = cases.get(one.ref.case_id)
            if isinstance(one.fact, CaseOpened):
                cases[one.ref.case_id] = open_case(one.fact, one.ref.year, self.proof)
            elif known is None:
                raise NotOpened
            else:
                cases[one.ref.case_id] = fold(known, one.fact, self.proof)
        upsert(connection, CASE, [case_row(case) for case in cases.values()], key=["case_id"])
        shown = [(case.case_id, answer) for case in cases.values() if (answer := published_answer(case))]
        keep_answers(connection, shown)
        register(connection, cases.values())

    def apply_clocks(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        """Note when answers are due, and which clocks no longer run."""
        rows = [
            {"case_id": fact.case_id, "clock": fact.clock, "fact": fact.token, "due": fact.due}
            for _, fact in facts
            if isinstance(fact, ClockFact)
        ]
        upsert(connection, CLOCK, rows, key=["case_id", "clock", "fact"], keep=True)

    def forget(self, connection: Connection, case_ids: Sequence[str]) -> None:
        """Delete what came from CASES about these cases."""
        for each in (CASE, ANSWER, REQUEST):
            connection.execute(delete(each).where(each.c.case_id.in_(case_ids)))
        settle(connection)

    def _cases(self, connection: Connection, ids: set[str]) -> dict[str, PublicCase]:
        rows = connection.execute(select(CASE.c.case_id, CASE.c.data).where(CASE.c.case_id.in_(ids)))
        return {row.case_id: PublicCase.model_validate_json(row.data) for row in rows}

    # --- one's own case -----------------------------------------------------------------------

    def by_code(self, code: str, digits: str) -> PublicCase | None:
        """The case with this code whose sender's phone ends with these digits."""
        lookup = self.proof.of_code(code, digits)
        return self._one(CASE.c.lookup == lookup) if lookup else None

    def by_token(self, token: str) -> PublicCase | None:
        """The case of this tracking link."""
        link = self.proof.of_token(token)
        return self._one(CASE.c.link == link) if link else None

    def by_id(self, case_id: str) -> PublicCase | None:
        return self._one(CASE.c.case_id == case_id)

    def root(self, case: PublicCase) -> PublicCase:
        """The case that this one follows in the end, itself when it follows none; always an older one."""
        while case.follows and (followed := self.by_id(case.follows)):
            case = followed
        return case

    def shown(self, case_id: str) -> PublicCase:
        """The case of this id as its sender sees it, with the matter that it follows. Raises KeyError."""
        case = self.by_id(case_id)
        if case is None:
            raise KeyError(case_id)
        root = self.root(case)
        return following(case, root) if root is not case else case

    def due(self, case_id: str, slip: int) -> datetime | None:
        """When the answer to this slip is due, while that clock runs or was missed."""
        return self.dues({case_id: slip}).get(case_id)

    def dues(self, slips: Mapping[str, int]) -> dict[str, datetime]:
        """The same for many cases, case → number of its slip; those without such a clock are left out."""
        facts: dict[str, list[Row[tuple[str, str, str, datetime]]]] = {}
        with reading(self.engine) as connection:
            for row in connection.execute(select(CLOCK).where(CLOCK.c.case_id.in_(slips))):
                if row.clock == f"answer-{slips[row.case_id]}":
                    facts.setdefault(row.case_id, []).append(row)
        return {
            case_id: aware(max(rows, key=lambda row: _moves(row.fact)).due)
            for case_id, rows in facts.items()
            if not {row.fact for row in rows} & {"met", "ended", "cancelled"}
        }

    def _one(self, which: ColumnElement[bool]) -> PublicCase | None:
        with reading(self.engine) as connection:
            data = connection.execute(select(CASE.c.data).where(which).limit(1)).scalar()
        return PublicCase.model_validate_json(data) if data else None


def case_row(case: PublicCase) -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "lookup": case.lookup,
        "link": case.link,
        "data": case.model_dump_json(),
    }


def _moves(fact: str) -> int:
    """The number in moved-<n>: a later change of the calendar says the limit that holds; 0 for the others."""
    name, _, number = fact.rpartition("-")
    return int(number) if name == "moved" else 0
