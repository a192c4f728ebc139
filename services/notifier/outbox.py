"""The letters to send, as the senders see them: claim one, settle it, give it back.

Every change names the claim it holds, so a sender that slept through its lease changes nothing any more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, Integer, Row, and_, bindparam, case, func, or_, select

from libs.contracts.sidefacts import Audience
from libs.runtime.database import reading, table, writing
from services.notifier.states import FAILED, OPEN, SENT, TRYING, UNCONFIRMED, WAITING, Backlog
from services.notifier.tables import LetterRow

LETTERS = table(LetterRow)
NO_OTHERS = "[]"


@dataclass(frozen=True, slots=True)
class Letter:
    """One row, as claimed; the columns are explained in `LetterRow`."""

    letter: str
    case_id: str
    case_seq: int
    cause: str
    template: str
    way: str
    audience: Audience
    agency: str
    recipient: str
    language: str
    about: str
    state: str
    attempt: int
    claim: str
    claimed: float
    reason: str
    reader: str = ""
    talk: str = ""
    others: str = NO_OTHERS
    gateway_id: str = ""
    arrival: str = ""
    status: str = ""
    next_way: str = ""
    next_letter: str = ""

    @property
    def content(self) -> dict[str, str]:
        """What is kept of it once it was sent: nothing, unless it may come back and go another way."""
        kept = {"gateway_id": self.gateway_id, "recipient": ""}
        return kept if self.others != NO_OTHERS else {**kept, "about": ""}


_C = LETTERS.c
_COLUMNS = [_C[one.name] for one in fields(Letter)]

# the statements of every letter, built once
_DUE = (
    select(*_COLUMNS)
    .where(_C.state == WAITING, _C.way == bindparam("on_way"), _C.due <= bindparam("now"), _C.about != "")
    .where(_C.opens <= bindparam("at"))
    .order_by(_C.due, _C.created)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_TAKEN = ("letter", "state", "attempt", "claim", "claimed")
_TAKE = (
    LETTERS.update()
    .where(_C.letter == bindparam("its_letter"))
    .values({name: bindparam(f"its_{name}") for name in _TAKEN[1:]})
)
_SENT = (
    LETTERS.update()
    .where(
        _C.letter == bindparam("its_letter"),
        _C.claim == bindparam("its_claim"),
        _C.state.in_((TRYING, UNCONFIRMED)),
    )
    .values(
        state=SENT,
        reason="",
        told=True,
        recipient="",
        about=case((_C.others == NO_OTHERS, ""), else_=_C.about),
        gateway_id=bindparam("its_gateway_id"),
    )
)


class Outbox:
    """All SQL of the senders; `now` is real time in Unix seconds, `at` business time in Unix seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next_due(self, way: str, at: float = math.inf) -> float | None:
        """When the first letter on this way is due of those not held at this time; None when none waits."""
        c = LETTERS.c
        waiting = and_(c.state == WAITING, c.way == way, c.about != "", c.opens <= at)
        with reading(self._engine) as connection:
            return connection.execute(select(func.min(c.due)).where(waiting)).scalar()

    def claim(self, way: str, now: float, most: int = 1, *, at: float = math.inf) -> list[Letter]:
        """Take the letters that are due first, each for one attempt; nobody else gets them meanwhile."""
        with writing(self._engine) as connection:
            found = connection.execute(_DUE, {"on_way": way, "now": now, "most": most, "at": at}).all()
            taken = [
                replace(
                    _letter(row),
                    state=TRYING,
                    attempt=row.attempt + 1,
                    claim=row.claim or str(uuid4()),
                    claimed=now,
                )
                for row in found
            ]
            for letter in taken:
                connection.execute(_TAKE, {f"its_{name}": getattr(letter, name) for name in _TAKEN})
        return taken

    def give_back(self, letter: Letter, due: float, *, keep_claim: bool) -> None:
        """Nothing was handed over: the same attempt again.

        The claim is the id of the attempt's fact. The sender that could not get it confirmed keeps it, so
        that it recognises its own fact the next time; a letter taken from a silent sender gets a new one,
        so that the old sender finds the place taken.
        """
        claim = letter.claim if keep_claim else ""
        self._change(letter, state=WAITING, attempt=letter.attempt - 1, claim=claim, due=due)

    def keep_until(self, letter: Letter, opens: datetime) -> None:
        """Nothing was handed over, nor may it be before its reader's agency opens."""
        before = letter.attempt - 1
        self._change(letter, state=WAITING, attempt=before, claim="", opens=opens.timestamp())

    def put_off(self, letter: Letter, due: float, reason: str) -> None:
        """The gateway may take it later."""
        self._change(letter, state=WAITING, attempt=letter.attempt, claim="", due=due, reason=reason)

    def settle(self, letter: Letter, state: str, reason: str = "", *, told: bool = False) -> None:
        """The letter has come to its end; sent ones lose the content that nobody needs here any more."""
        emptied = letter.content if state == SENT else {}
        self._change(letter, state=state, reason=reason, told=told, **emptied)

    def close(self, sent: Sequence[Letter]) -> list[Letter]:
        """These were sent, and the stream knows it: all in one transaction; those that this call ended."""
        with writing(self._engine) as connection:
            return [letter for letter in sent if connection.execute(_SENT, _its(letter)).rowcount]

    def hold(self, letter: Letter, now: float) -> None:
        """Somebody else is at it: look again after the lease."""
        self._change(letter, claim="", claimed=now)

    def mark_told(self, letter: Letter) -> bool:
        """Whether it was this call that noted that the final state stands in the stream."""
        c = LETTERS.c
        with writing(self._engine) as connection:
            done = connection.execute(
                LETTERS.update()
                .where(c.letter == letter.letter, c.state == letter.state, c.told.is_(False))
                .values(told=True)
            )
        return done.rowcount == 1

    def abandoned(self, before: float, limit: int = 100) -> list[Letter]:
        """Letters being tried since before that time: their sender is gone, or stuck."""
        c = LETTERS.c
        return self.found(c.state == TRYING, c.claimed < before, limit=limit)

    def untold(self, limit: int = 100) -> list[Letter]:
        """Letters at their end of which the stream may not know yet."""
        c = LETTERS.c
        ended = and_(c.state.not_in(OPEN), c.told.is_(False))
        return self.found(ended, limit=limit)

    def backlog(self, at: float = math.inf) -> Backlog:
        """A reminder that was held has waited only since its reader's agency opened."""
        c = LETTERS.c
        to_go = and_(c.state.in_(OPEN), c.about != "")
        since = func.min(case((c.opens > c.created, c.opens), else_=c.created))
        with reading(self._engine) as connection:
            waiting, oldest = connection.execute(
                select(func.count(), since).where(to_go, c.opens <= at)
            ).one()
            held = connection.execute(select(func.count()).where(to_go, c.opens > at)).scalar_one()
            lost = connection.execute(select(func.count()).where(c.state == UNCONFIRMED)).scalar_one()
        return Backlog(waiting, oldest or 0.0, lost, held)

    def retry(self, letters: Sequence[str] = ()) -> int:
        """Failed letters go out again, or the named ones, failed or unconfirmed; returns how many."""
        c = LETTERS.c
        chosen = (
            and_(c.letter.in_(letters), or_(c.state == FAILED, c.state == UNCONFIRMED))
            if letters
            else c.state == FAILED
        )
        with writing(self._engine) as connection:
            again = connection.execute(
                LETTERS.update()
                .where(chosen, c.way != "none", c.about != "")
                .values(state=WAITING, due=0, claim="", told=False)
            )
        return again.rowcount

    def dismiss(self, letters: Sequence[str]) -> int:
        """A person looked at these unconfirmed letters: they count as sent; returns how many."""
        c = LETTERS.c
        with writing(self._engine) as connection:
            done = connection.execute(
                LETTERS.update()
                .where(c.letter.in_(letters), c.state == UNCONFIRMED)
                .values(state=SENT, told=True, recipient="", about="", reason="dismissed")
            )
        return done.rowcount

    def _change(self, letter: Letter, **columns: object) -> None:
        """As long as it is ours; that it was sent is said even after others gave it up as unconfirmed."""
        c = LETTERS.c
        before = (TRYING, UNCONFIRMED) if columns.get("state") == SENT else (TRYING,)
        ours = and_(c.letter == letter.letter, c.claim == letter.claim, c.state.in_(before))
        with writing(self._engine) as connection:
            connection.execute(LETTERS.update().where(ours).values(columns))

    def found(self, *which: "ColumnElement[bool]", limit: int) -> list[Letter]:
        """The oldest letters of which all this is true."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(*_COLUMNS).where(*which).order_by(_C.created).limit(limit))
            return [_letter(row) for row in rows]


def _letter(row: "Row[tuple[object, ...]]") -> Letter:
    return Letter(**row._asdict())


def _its(letter: Letter) -> dict[str, str]:
    return {"its_letter": letter.letter, "its_claim": letter.claim, "its_gateway_id": letter.gateway_id}
