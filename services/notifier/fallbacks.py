"""What becomes of a letter whose way does not carry it: another one says the same on the next way."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, Table, or_, select

from libs.runtime.database import reading, table, upsert, writing
from services.notifier.domain.about import letter_id
from services.notifier.domain.case import Case
from services.notifier.domain.talks import Address, window
from services.notifier.outbox import LETTERS, NO_OTHERS, Letter, Outbox
from services.notifier.states import BOUNCED, FALLEN, SENT, TRYING, UNCONFIRMED, WAITING
from services.notifier.tables import CaseRow, ShutRow, TalkRow

CASES: Table = table(CaseRow)
SHUT: Table = table(ShutRow)
TALKS: Table = table(TalkRow)

PROVIDERS = frozenset({"zalo", "zns", "facebook"})
"""Ways that may be closed to us until somebody gives a new consent; mail servers come back."""

KEPT = 3 * 86_400.0
"""Seconds for which a letter that was sent may still come back and go another way."""


class Fallbacks:
    """All SQL of ways that close; `now` is real time, `at` business time, both in Unix seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outbox = Outbox(engine)

    def fall(self, letter: Letter, reason: str, now: float) -> Letter | None:
        """The letter as it has fallen back, the next one being due; None when no way remains, or not ours."""
        with writing(self._engine) as connection:
            ways = _open_ways(connection, letter)
            if not ways:
                return None
            (first, *others) = ways
            next_letter = letter_id(
                UUID(letter.cause), letter.template, recipient_of(letter.reader, letter.case_id), first.way
            )
            fallen = replace(letter, state=FALLEN, reason=reason, next_way=first.way, next_letter=next_letter)
            if not _note(connection, letter, fallen):
                return None
            upsert(
                connection,
                LETTERS,
                [_next(fallen, letter.about, first, others, now)],
                key=["letter"],
                keep=True,
            )
        return fallen

    def returned(self, limit: int = 100) -> list[Letter]:
        """Letters that bounced, and may still go another way."""
        c = LETTERS.c
        sent = c.state.in_((SENT, UNCONFIRMED))
        return self._outbox.found(
            sent, c.arrival == BOUNCED, c.others != NO_OTHERS, c.about != "", limit=limit
        )

    def stranded(self, way: str, before: float, now: float, most: int) -> list[Letter]:
        """Claim letters that have waited since then for a gateway that is away, and have another way."""
        if way not in PROVIDERS:
            return []
        c = LETTERS.c
        due = (c.state == WAITING, c.way == way, c.created < before, c.others != NO_OTHERS, c.about != "")
        found = self._outbox.found(*due, limit=most)
        mine: dict[str, Any] = {"state": TRYING, "claimed": now, "claim": str(uuid4())}
        taken = [replace(letter, attempt=letter.attempt + 1, **mine) for letter in found]
        with writing(self._engine) as connection:
            return [
                letter
                for letter, before_it in zip(taken, found, strict=True)
                if connection.execute(
                    LETTERS.update()
                    .where(c.letter == letter.letter, c.state == WAITING, c.claim == before_it.claim)
                    .values(attempt=letter.attempt, **mine)
                ).rowcount
            ]

    def spend(self, talk: str, at: float) -> bool:
        """Whether this conversation may be answered once more at this time; counted if so."""
        c, lasts = TALKS.c, window(talk)
        is_open = (c.heard > at - lasts.lasts.total_seconds(), c.used < lasts.most)
        with writing(self._engine) as connection:
            spent = connection.execute(TALKS.update().where(c.talk == talk, *is_open).values(used=c.used + 1))
        return spent.rowcount == 1

    def refund(self, talk: str) -> None:
        """The answer was not taken."""
        c = TALKS.c
        with writing(self._engine) as connection:
            connection.execute(TALKS.update().where(c.talk == talk, c.used > 0).values(used=c.used - 1))

    def empty(self, now: float) -> None:
        """Letters that were sent so long ago that they will not come back lose what they said."""
        c = LETTERS.c
        over = (c.state == SENT, c.others != NO_OTHERS, or_(c.claimed < now - KEPT, c.arrival != ""))
        rest = c.arrival != BOUNCED  # `returned` comes first
        with reading(self._engine) as connection:
            if connection.execute(select(c.letter).where(*over, rest).limit(1)).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(LETTERS.update().where(*over, rest).values(about="", others=NO_OTHERS))


def recipient_of(reader: str, case_id: str) -> str:
    """How a citizen stands in the id of a letter: by name of their case only if they follow another one."""
    return f"citizen/{reader}" if reader and reader != case_id else "citizen"


def shut_ways(connection: Connection, cases: Iterable[str]) -> dict[str, dict[str, int]]:
    """Case → ways that did not carry a letter, with the sequence of the fact that it was about."""
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(select(SHUT).where(SHUT.c.case_id.in_(list(cases)))):
        found.setdefault(row.case_id, {})[row.way] = row.seq
    return found


def still_shut(case: Case, ways: Mapping[str, int]) -> set[str]:
    """Those of these ways whose address is still the one that was tried."""
    since = {"email": case.email_since, "sms": case.phone_since, "zns": case.phone_since}
    return {way for way, seq in ways.items() if seq >= since.get(way, 0)}


def shut(connection: Connection, case_id: str, way: str, seq: int) -> None:
    """Note that a way did not carry a letter about the fact with this sequence."""
    c = SHUT.c
    upsert(
        connection, SHUT, [{"case_id": case_id, "way": way, "seq": seq}], key=["case_id", "way"], keep=True
    )
    connection.execute(SHUT.update().where(c.case_id == case_id, c.way == way, c.seq < seq).values(seq=seq))


def as_json(ways: Sequence[Address]) -> str:
    return json.dumps([list(one) for one in ways], ensure_ascii=False)


def _open_ways(connection: Connection, letter: Letter) -> list[Address]:
    ways = [Address(*one) for one in json.loads(letter.others)]
    reader = letter.reader or letter.case_id
    row = connection.execute(select(CASES.c.state).where(CASES.c.case_id == reader)).scalar()
    found = shut_ways(connection, [reader]).get(reader, {})
    closed = still_shut(Case.model_validate_json(row), found) if row and found else set()
    return [one for one in ways if one.way not in closed]


def _note(connection: Connection, letter: Letter, fallen: Letter) -> bool:
    """Whether it was still ours, or had come back."""
    c = LETTERS.c
    changed = connection.execute(
        LETTERS.update()
        .where(c.letter == letter.letter, c.claim == letter.claim, c.state == letter.state)
        .values(
            state=FALLEN,
            reason=fallen.reason,
            told=False,
            recipient="",
            about="",
            others=NO_OTHERS,
            next_way=fallen.next_way,
            next_letter=fallen.next_letter,
        )
    )
    return changed.rowcount == 1


def _next(
    fallen: Letter, about: str, way: Address, others: Sequence[Address], now: float
) -> dict[str, object]:
    return {
        "letter": fallen.next_letter,
        "case_id": fallen.case_id,
        "case_seq": fallen.case_seq,
        "cause": fallen.cause,
        "template": fallen.template,
        "way": way.way,
        "audience": fallen.audience,
        "agency": fallen.agency,
        "recipient": way.address,
        "language": fallen.language,
        "about": about,
        "created": now,
        "reader": fallen.reader,
        "talk": way.talk,
        "others": as_json(others),
    }
