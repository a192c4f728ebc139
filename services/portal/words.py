"""The words of published answers and how they are looked up, alike on both databases.

An answer's terms are its syllables without marks, its words with their marks, and tags: its field, agency and
unit. PostgreSQL keeps them in a `tsvector` with a GIN index. SQLite keeps them in an FTS5 index that triggers
write in the transaction of the row; its row numbers grow with time, so the newest are found first, and the
words it holds stand in a table of their own, so that the beginning of a word need not be merged from all of
its lists.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    DDL,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Table,
    Text,
    TypeDecorator,
    cast,
    column,
    event,
    false,
    select,
    text,
    type_coerce,
)
from sqlalchemy import table as named
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.types import TypeEngine

from libs.places.text import syllables, unmarked, words

_LONGEST, _MOST = 64, 12
"""Letters of a word, words of a search."""

_COMPLETIONS = 200
"""What a beginning may become; one that may become more is in so many answers that rows are read."""

_PAGES = 2_000
"""Pages of the index that one erasure may write again (some tenths of a second)."""

_KINDS: Final = ("field", "agency", "place")

_INDEX = named("portal_answer_words", column("rowid", Integer), column("portal_answer_words"))
_KNOWN = named("portal_word", column("word"))

_ENTER = """
INSERT INTO portal_answer_words(rowid, terms) VALUES (new.spot, new.terms);
INSERT OR IGNORE INTO portal_word
SELECT value FROM json_each('["' || replace(trim(new.terms), ' ', '","') || '"]');
"""
_LEAVE = """
INSERT INTO portal_answer_words(portal_answer_words, rowid, terms) VALUES ('delete', old.spot, old.terms);
DELETE FROM portal_word
WHERE word IN (SELECT value FROM json_each('["' || replace(trim(old.terms), ' ', '","') || '"]'))
AND NOT EXISTS (SELECT 1 FROM portal_answer_words WHERE portal_answer_words MATCH '"' || word || '"');
"""
_CHANGED = "AFTER UPDATE ON portal_answer WHEN old.terms <> new.terms OR old.spot <> new.spot"
_MADE = (
    "CREATE TABLE portal_word (word TEXT PRIMARY KEY) WITHOUT ROWID",
    """CREATE VIRTUAL TABLE portal_answer_words USING fts5(
        terms, content='portal_answer', content_rowid='spot', detail=none, tokenize="ascii tokenchars ':'"
    )""",
    f"CREATE TRIGGER portal_answer_enters AFTER INSERT ON portal_answer BEGIN {_ENTER} END",
    f"CREATE TRIGGER portal_answer_leaves AFTER DELETE ON portal_answer BEGIN {_LEAVE} END",
    f"CREATE TRIGGER portal_answer_changes {_CHANGED} BEGIN {_LEAVE} {_ENTER} END",
)
_DROPPED = ("DROP TABLE IF EXISTS portal_answer_words", "DROP TABLE IF EXISTS portal_word")


class Terms(TypeDecorator[Collection[str]]):
    """A set of terms: a `tsvector`, or on SQLite a text with a blank around each."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> str:
        quote = "'" if dialect.name == "postgresql" else ""
        return f" {' '.join(f'{quote}{term}{quote}' for term in sorted(value or ()))} "


def terms(said: str, **tags: str) -> frozenset[str]:
    """What an answer is found by."""
    found = (*syllables(said), *words(said))
    return frozenset((*(word[:_LONGEST] for word in found), *(tag(*one) for one in tags.items() if one[1])))


def tag(kind: str, code: str) -> str:
    """A term that no word begins like."""
    return f":{_KINDS.index(kind)}:{code.encode().hex()}"


@dataclass(frozen=True)
class Asked:
    """All of the words, as beginnings, and of each group of tags one."""

    words: tuple[str, ...] = ()
    tags: tuple[tuple[str, ...], ...] = ()


def asked(said: str, *, with_marks: bool, **tags: Iterable[str]) -> Asked:
    """Marks count where they were typed, or not at all."""
    wanted = [word[:_LONGEST] for word in words(said)[:_MOST]]
    marked = [word for word in wanted if with_marks and not word.isascii()]
    groups = (tuple(sorted(tag(kind, code) for code in codes)) for kind, codes in tags.items())
    return Asked((*marked, *map(unmarked, wanted)), tuple(group for group in groups if group))


def _ddl(statement: str) -> DDL:
    made: DDL = DDL(statement)  # type: ignore[no-untyped-call]
    return made


def index_words(answers: Table) -> None:
    """Make and drop the words' tables of SQLite together with the table of answers."""
    for statement in _MADE:
        event.listen(answers, "after_create", _ddl(statement).execute_if(dialect="sqlite"))
    for statement in _DROPPED:
        event.listen(answers, "before_drop", _ddl(statement).execute_if(dialect="sqlite"))


def holding(
    connection: Connection, answers: Table, wanted: Asked
) -> tuple[list[ColumnElement[bool]], ColumnElement[int]]:
    """The conditions on rows of `answers` that hold what is asked for, and the column they are ordered by."""
    spot: ColumnElement[int] = answers.c.spot
    if not (wanted.words or wanted.tags):
        return [], spot
    if connection.dialect.name == "postgresql":
        every = [f"'{word}':*" for word in wanted.words]
        every += [_one_of(group, " | ", "'") for group in wanted.tags]
        return [answers.c.terms.op("@@")(cast(" & ".join(every), TSQUERY))], spot
    lists = {word: _completions(connection, word) for word in wanted.words}
    often = [word for word, found in lists.items() if len(found) > _COMPLETIONS]
    conditions: list[ColumnElement[bool]] = [
        type_coerce(answers.c.terms, Text).like(f"% {word}%") for word in often
    ]
    groups = [*(found for word, found in lists.items() if word not in often), *wanted.tags]
    if not all(groups):
        return [false()], spot
    if not groups:
        return conditions, spot
    match = " AND ".join(_one_of(group, " OR ", '"') for group in groups)
    row = _INDEX.c.rowid
    alone = row + 0  # so SQLite begins with the index, whose rows come in this order
    return [*conditions, _INDEX.c.portal_answer_words.op("MATCH")(match), spot == alone], row


def settle(connection: Connection) -> None:
    """After an erasure on SQLite: write the index, or a part of a large one, without what was deleted."""
    if connection.dialect.name == "sqlite":
        merge = "INSERT INTO portal_answer_words(portal_answer_words, rank) VALUES ('merge', :pages)"
        connection.execute(text(merge), {"pages": -_PAGES})


def _completions(connection: Connection, start: str) -> tuple[str, ...]:
    """The words that begin so, one more than `_COMPLETIONS` at most."""
    word = _KNOWN.c.word
    query = select(word).where(word >= start, word < f"{start}\U0010ffff").limit(_COMPLETIONS + 1)
    return tuple(connection.execute(query).scalars())


def _one_of(group: Iterable[str], either: str, quote: str) -> str:
    return f"({either.join(f'{quote}{term}{quote}' for term in group)})"
