"""Answers of districts and communes, for the departments whose field they are in (Đồng Nai 4)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from services.desk import reads
from services.desk.domain.errors import NotAllowed
from services.desk.domain.masking import masked_state
from services.desk.domain.parts import reviewer
from services.desk.domain.people import Account
from services.desk.domain.state import CaseState
from services.desk.domain.values_of_oversight import Review
from services.desk.oversight.store import ANSWERED
from services.desk.province import local_agencies, public_words, reviewed_fields
from services.desk.store import CASE, seconds

PAST = timedelta(days=30)
"""How far back answers are listed."""


@dataclass(frozen=True)
class Answer:
    """An answer as a department reads it: never the citizen. `mine`: what this department thought of it."""

    case_id: str
    code: str
    agency: str
    field: str
    place: str
    status: str
    question: str
    answer: str
    at: datetime
    mine: Review | None


@dataclass(frozen=True)
class Answers:
    """A page of them, the newest first."""

    rows: tuple[Answer, ...]
    next: str = ""


class Reviews:
    """For officers of a department whose field it is. Raises NotAllowed."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock

    def fields(self, account: Account) -> tuple[str, ...]:
        """The fields whose answers this person may review; none for most. The arbiter is a department too."""
        if not reviewer(CaseState(), account) or not account.active:
            return ()
        return reviewed_fields(self._directory.pack, account.agency)

    async def require(self, account: Account, case_id: str) -> None:
        """Whatever was typed: raises NotAllowed where the answer is not this person's to review."""
        if not self.fields(account):
            raise _not_theirs()
        field, agency = await asyncio.to_thread(self._answered, case_id)
        if field not in self.fields(account) or agency not in local_agencies(self._directory.pack):
            raise _not_theirs()

    def _answered(self, case_id: str) -> tuple[str, str]:
        """Field and agency of the answer in force; empty without one."""
        query = select(ANSWERED.c.field, ANSWERED.c.agency).where(ANSWERED.c.case_id == case_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return (row.field, row.agency) if row else ("", "")

    async def answers(self, account: Account, *, seen: bool = False, after: str = "") -> Answers:
        """Answers of the last 30 days in the person's fields: not reviewed by their agency yet, or all."""
        if not (fields := self.fields(account)):
            raise _not_theirs()
        return await asyncio.to_thread(self._answers, account.agency, fields, seen, after)

    def _answers(self, agency: str, fields: tuple[str, ...], seen: bool, after: str) -> Answers:
        c, since = ANSWERED.c, seconds(self._clock.now() - PAST)
        query = select(c.case_id, c.answered_at, CASE.c.state).join(CASE, CASE.c.case_id == c.case_id)
        query = query.where(c.field.in_(fields), c.answered_at >= since)
        query = query.where(c.agency.in_(local_agencies(self._directory.pack)))
        if not seen:
            query = query.where(c.reviewed.not_like(f"%|{agency}|%"))
        with reading(self._engine) as connection:
            page = reads.page_of(connection, query, (c.answered_at, c.case_id), after, newest=True)
        states = (CaseState.model_validate_json(row.state) for row in page.rows)
        public = public_words(self._directory.pack)
        return Answers(tuple(_answer(masked_state(state, public), agency) for state in states), page.next)


def _not_theirs() -> NotAllowed:
    return NotAllowed(
        "Chỉ sở, ngành phụ trách lĩnh vực rà soát câu trả lời của huyện, xã",
        "only a department of this field reviews answers of districts and communes",
    )


def _answer(state: CaseState, agency: str) -> Answer:
    published, since = state.publication, state.answered_at
    assert since, "only answered cases are listed"
    mine = [one for one in state.reviews if one.agency == agency and one.at >= since]
    return Answer(
        case_id=state.case_id,
        code=state.code,
        agency=(state.answered_by.agency if state.answered_by else "") or "",
        field=state.field or "",
        place=state.place or "",
        status=state.status,
        question=published.question if published else state.text,
        answer=published.answer if published else state.answer,
        at=since,
        mine=mine[-1] if mine else None,
    )
