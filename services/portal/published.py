"""Published answers: searched by words, field, place, agency and time, page after page, the newest first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, literal_column, or_, select

from libs.places.text import unmarked, words
from libs.runtime.database import reading, table
from services.portal.case import PublishedAnswer
from services.portal.tables import AnswerRow

ANSWER = table(AnswerRow)
PAGE = 20
"""Answers on one page."""

_SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")
_WORDS = 12


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
        query = select(ANSWER.c.public_id, ANSWER.c.published_at).order_by(ANSWER.c.published_at.desc())
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(limit)).all()
        return [(row.public_id, aware(row.published_at)) for row in rows]


def _page(connection: Connection, wanted: Wanted, limit: int, *, with_marks: bool) -> Found:
    conditions = [
        *_filters(wanted),
        *_all_words(wanted.words, connection.dialect.name, with_marks=with_marks),
    ]
    query = select(ANSWER.c.data, ANSWER.c.published_at, ANSWER.c.public_id).where(*conditions)
    query = query.order_by(ANSWER.c.published_at.desc(), ANSWER.c.public_id.desc())
    rows = connection.execute(query.limit(limit + 1)).all()
    shown = rows[:limit]
    after = f"{aware(shown[-1].published_at).timestamp():.6f}~{shown[-1].public_id}" if rows[limit:] else ""
    return Found(tuple(PublishedAnswer.model_validate_json(row.data) for row in shown), after)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    c = ANSWER.c
    found: list[ColumnElement[bool]] = []
    for column, value in ((c.field, wanted.field), (c.agency, wanted.agency)):
        if value:
            found.append(column == value)
    if wanted.places:
        found.append(c.place.in_(wanted.places))
    if wanted.since:
        found.append(c.published_at >= wanted.since)
    if wanted.after and (key := _key(wanted.after)):
        at, name = key
        found.append(or_(c.published_at < at, and_(c.published_at == at, c.public_id < name)))
    return found


def _key(after: str) -> tuple[datetime, str] | None:
    """Where a page begins; None for what is no key of ours."""
    seconds, _, name = after.partition("~")
    try:
        return datetime.fromtimestamp(float(seconds), UTC), name
    except (ValueError, OverflowError, OSError):
        return None


def _all_words(query: str, dialect: str, *, with_marks: bool) -> list[ColumnElement[bool]]:
    """One condition a word; letters and digits only, so nothing in them means anything to the database."""
    wanted = words(query)[:_WORDS]
    marked = [word for word in wanted if with_marks and not word.isascii()]
    found = [ANSWER.c.exact.like(f"% {word}%") for word in marked]
    plain = [unmarked(word) for word in wanted]
    if dialect == "postgresql" and plain:
        terms = " & ".join(f"'{word}':*" for word in plain)
        vector = func.to_tsvector(_SIMPLE, ANSWER.c.folded)
        return [vector.op("@@")(func.to_tsquery(_SIMPLE, terms)), *found]
    return [*found, *(ANSWER.c.folded.like(f"% {word}%") for word in plain)]


def aware(stored: datetime) -> datetime:
    """SQLite forgets the offset; what we store is UTC."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)
