"""The proposals in SQL: kept for ever, found by agency, state and entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, func, insert, select, update

from libs.runtime.database import reading, table, writing
from services.desk.domain.questions import OPEN, Proposal, State
from services.desk.knowledge.tables import ProposalEntryRow, ProposalRow
from services.desk.store import seconds

PROPOSAL, ENTRY = table(ProposalRow), table(ProposalEntryRow)

MOST = 200
"""Proposals in a list, the newest first."""


@dataclass(frozen=True)
class Kept:
    """A proposal with its document and what became of it; `effective`: the first day it holds."""

    id: int
    proposal: Proposal
    state: State
    document: str
    effective: date
    note: str
    by_id: str
    by_name: str
    at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str
    version: str
    unread: bool


class Proposals:
    """All SQL of proposals."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, proposal: Proposal, command: str, **values: Any) -> int:
        """Keep a new one and give its number; the same command again gives the same number."""
        with writing(self._engine) as connection:
            known = connection.execute(select(PROPOSAL.c.id).where(PROPOSAL.c.command == command)).scalar()
            if known is not None:
                return int(known)
            row = {
                "command": command,
                "agency": proposal.agency,
                "state": "proposed",
                "content": proposal.model_dump_json(),
                "decided_by": "",
                "decided_at": None,
                "reason": "",
                "version": "",
                "read_at": None,
                **values,
            }
            number = int(
                connection.execute(insert(PROPOSAL).values(row).returning(PROPOSAL.c.id)).scalar_one()
            )
            entries = [{"proposal": number, "entry": entry} for entry in sorted(proposal.entries)]
            if entries:
                connection.execute(insert(ENTRY), entries)
        return number

    def move(self, number: int, state: State, *, was: State, **values: Any) -> bool:
        """From one state to the next; False when somebody else was faster."""
        mine = (PROPOSAL.c.id == number) & (PROPOSAL.c.state == was)
        with writing(self._engine) as connection:
            done = connection.execute(update(PROPOSAL).where(mine).values(state=state, **values))
        return done.rowcount == 1

    def read(self, number: int, at: datetime) -> None:
        """The arbiter has seen the copy."""
        unread = (PROPOSAL.c.id == number) & PROPOSAL.c.read_at.is_(None)
        with writing(self._engine) as connection:
            connection.execute(update(PROPOSAL).where(unread).values(read_at=seconds(at)))

    def one(self, number: int) -> Kept | None:
        found = self._found(select(PROPOSAL).where(PROPOSAL.c.id == number))
        return found[0] if found else None

    def listed(self, agency: str = "") -> list[Kept]:
        """The newest first, of one agency or of all."""
        query = select(PROPOSAL).order_by(PROPOSAL.c.id.desc()).limit(MOST)
        return self._found(query.where(PROPOSAL.c.agency == agency) if agency else query)

    def due(self, day: date) -> list[Kept]:
        """Accepted ones whose day has come, the oldest first."""
        ready = (PROPOSAL.c.state == "accepted") & (PROPOSAL.c.effective <= day.isoformat())
        return self._found(select(PROPOSAL).where(ready).order_by(PROPOSAL.c.effective, PROPOSAL.c.id))

    def about(self, entries: Iterable[str], *, only_open: bool) -> list[Kept]:
        """Those about one of these entries, the newest first."""
        numbers = select(ENTRY.c.proposal).where(ENTRY.c.entry.in_(list(entries)[:1_000]))
        query = select(PROPOSAL).where(PROPOSAL.c.id.in_(numbers)).order_by(PROPOSAL.c.id.desc()).limit(MOST)
        return self._found(query.where(PROPOSAL.c.state.in_(OPEN)) if only_open else query)

    def counted(self) -> tuple[int, int]:
        """How many wait for a decision, and how many copies the arbiter has not read."""
        waiting = select(func.count()).where(PROPOSAL.c.state == "proposed")
        unread = select(func.count()).where(PROPOSAL.c.read_at.is_(None))
        with reading(self._engine) as connection:
            return int(connection.execute(waiting).scalar_one()), int(connection.execute(unread).scalar_one())

    def _found(self, query: Select[Any]) -> list[Kept]:
        with reading(self._engine) as connection:
            return [_kept(row) for row in connection.execute(query)]


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        proposal=Proposal.model_validate_json(row.content),
        state=row.state,
        document=row.document,
        effective=date.fromisoformat(row.effective),
        note=row.note,
        by_id=row.by_id,
        by_name=row.by_name,
        at=datetime.fromtimestamp(row.at, UTC),
        decided_by=row.decided_by,
        decided_at=datetime.fromtimestamp(row.decided_at, UTC) if row.decided_at is not None else None,
        reason=row.reason,
        version=row.version,
        unread=row.read_at is None,
    )
