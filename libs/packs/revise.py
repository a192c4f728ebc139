"""The same pack with some of its tables replaced: checked like the files, under a version of its own."""

import hashlib
from collections.abc import Iterable
from typing import Any

from libs.packs import tables
from libs.packs.build import CHECKS
from libs.packs.checks_calendar import check_calendars
from libs.packs.draft import Draft
from libs.packs.entries import ARBITER, Entry, Route
from libs.packs.errors import PackErrors, Problem
from libs.packs.model import Pack
from libs.packs.settings import PACK_KEYS
from libs.packs.table import Placed

NAMES = {"faq.csv": "questions"}
"""File → name of the table in the pack, where it is not the file's own."""


def revise(pack: Pack, **changed: Iterable[Entry]) -> Pack:
    """The pack with these tables (`routes=…`, `days=…`) replaced, their rows as a file would say them.

    Raises PackErrors with every mistake; the lines are those the rows would have in their file: the first
    row stands on line 2. The same tables always give the same version.
    """
    given = pack.model_copy(update={name: tuple(rows) for name, rows in changed.items()})
    draft = draft_of(given)
    revised = draft.pack("")
    digest = hashlib.sha256(revised.to_json().encode()).hexdigest()[:12]
    revised = revised.model_copy(update={"version": f"{pack.id}-{digest}"})
    if brought := _mistakes(draft, revised) - _mistakes(draft_of(pack), pack):
        raise PackErrors(brought)
    return revised


def _mistakes(draft: Draft, pack: Pack) -> set[Problem]:
    """A pack in force may have some: `district_word`, which explains one of its words, is not kept."""
    found: set[Problem] = set()

    def report(file: str, line: int, field: str, vi: str, en: str) -> None:
        found.add(Problem(file, line, field, vi, en))

    for check in CHECKS:
        check(draft, report)
    check_calendars(draft, pack, report)
    return found


def draft_of(pack: Pack) -> Draft:
    """The pack as if it had just been read from files without a mistake."""
    return Draft(
        settings={key: getattr(pack, key, None) for key in PACK_KEYS},
        clocks=_placed(pack.clocks),
        letters=list(pack.letters),
        rows={table.file: _rows(pack, table.file) for table in tables.TABLES},
    )


def _rows(pack: Pack, file: str) -> list[Placed[Any]]:
    rows = getattr(pack, NAMES.get(file, file.removesuffix(".csv")))
    if file == tables.ROUTES.file:
        return _placed(as_written(route) for route in rows)
    return _placed(tables.Word(words=row) if isinstance(row, str) else row for row in rows)


def as_written(route: Route) -> Route:
    """The route as the file says it: `@arbiter` instead of the agency that is asked."""
    return route.model_copy(update={"lead": (ARBITER,), "arbiter": False}) if route.arbiter else route


def _placed(rows: Iterable[Any]) -> list[Placed[Any]]:
    return [Placed(line, row) for line, row in enumerate(rows, 2)]
