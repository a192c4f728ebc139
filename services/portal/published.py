"""Published answers: searched by words, field, place, agency and time, page after page, the newest first."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

from sqlalchemy import Connection, Engine, bindparam, select

from libs.runtime.database import reading, table, upsert
from services.portal.case import PublishedAnswer
from services.portal.tables import AnswerRow
from services.portal.words import asked, holding, terms

ANSWER = table(AnswerRow)
PAGE = 20
"""Answers on one page."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPOT = re.compile(r"[1-8]?[0-9]{1,18}")
_WITHIN = 11
"""Bits of a row's spot below the microsecond."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; `after` is `Found.after` of the page before, `places` units of the pack."""

    words: str = ""
    field: str = ""
    agency: str = ""
    places: Collection[str] = ()
    since: datetime | None = None
    after: str = ""


@dataclass(frozen=True)
class Found:
    """One page; `after` leads to the next one, empty when there is none."""

    answers: tuple[PublishedAnswer, ...] = ()
    after: str = ""


class Published:
    """The read model of published answers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, wanted: Wanted | None = None, limit: int = PAGE) -> Found:
        """Answers with every word, newest first; marks count where typed.

        When nothing agrees with the marks, they are left out of account.
        """
        wanted = wanted or Wanted()
        with reading(self._engine) as connection:
            found = _page(connection, wanted, limit, with_marks=True)
            if found.answers or wanted.words.isascii():
                return found
            return _page(connection, wanted, limit, with_marks=False)

    def one(self, answer_id: str) -> PublishedAnswer | None:
        with reading(self._engine) as connection:
            data = connection.execute(select(ANSWER.c.data).where(ANSWER.c.public_id == answer_id)).scalar()
        return PublishedAnswer.model_validate_json(data) if data else None

    def newest(self, limit: int) -> list[tuple[str, datetime]]:
        """(name of its page, when it was published) of the newest answers, for the site map."""
        query = select(ANSWER.c.public_id, ANSWER.c.spot).order_by(ANSWER.c.spot.desc()).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [(row.public_id, EPOCH + timedelta(microseconds=row.spot >> _WITHIN)) for row in rows]


def keep_answers(connection: Connection, answers: Iterable[tuple[str, PublishedAnswer]]) -> None:
    """Write the answers (case id, answer) in the caller's transaction."""
    rows: dict[str, dict[str, object]] = {}
    for case_id, one in answers:
        said = terms(
            f"{one.question} {one.answer}", field=one.field, agency=one.agency, place=one.place or ""
        )
        spot = _free(
            connection, _spot(one.published_at) | crc32(case_id.encode()) % 2**_WITHIN, case_id, rows
        )
        rows[case_id] = {
            "case_id": case_id,
            "public_id": one.id,
            "spot": spot,
            "terms": said,
            "data": one.model_dump_json(),
        }
    upsert(connection, ANSWER, list(rows.values()), key=["case_id"])


def _free(connection: Connection, spot: int, case_id: str, rows: Mapping[str, Mapping[str, object]]) -> int:
    """The first spot from here that no other answer has: those of one instant have an order too."""
    taken = {row["spot"] for row in rows.values()}
    other = select(ANSWER.c.case_id).where(ANSWER.c.spot == bindparam("spot"), ANSWER.c.case_id != case_id)
    while spot in taken or connection.execute(other, {"spot": spot}).first():
        spot += 1
    return spot


def _page(connection: Connection, wanted: Wanted, limit: int, *, with_marks: bool) -> Found:
    sought = asked(
        wanted.words,
        with_marks=with_marks,
        field=filter(None, [wanted.field]),
        agency=filter(None, [wanted.agency]),
        place=wanted.places,
    )
    conditions, spot = holding(connection, ANSWER, sought)
    if wanted.since:
        conditions.append(spot >= _spot(wanted.since))
    if _SPOT.fullmatch(wanted.after):
        conditions.append(spot < int(wanted.after))
    query = select(ANSWER.c.data, ANSWER.c.spot).where(*conditions).order_by(spot.desc())
    rows = connection.execute(query.limit(limit + 1)).all()
    shown = rows[:limit]
    after = str(shown[-1].spot) if rows[limit:] else ""
    return Found(tuple(PublishedAnswer.model_validate_json(row.data) for row in shown), after)


def _spot(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1) << _WITHIN


def aware(stored: datetime) -> datetime:
    """SQLite forgets the offset; what we store is UTC."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)
