"""Search in the pack's questions and answers, for the operator's split view (Điều 10.1)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from libs.packs.model import Pack
from libs.packs.questions import Question
from libs.places.answers import AnswerIndex, Entry
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from services.desk.domain.questions import old_since


@dataclass(frozen=True)
class Found:
    """An entry in force; `old`: its owner has not checked it for longer than the pack allows."""

    entry: Question
    score: float
    share: float
    old: bool


PATIENCE = 1.0
"""Seconds that a search waits for the index of a changed pack before it asks the one that stands."""


@dataclass(frozen=True)
class _Shelf:
    """The entries in force on a day, and their index."""

    entries: Mapping[str, Question]
    index: AnswerIndex


class Answers:
    """The index follows the pack in force and the day: an entry is offered while it is valid.

    A large pack takes seconds to index, so that is done beside the requests: they get what stands meanwhile.
    """

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._made: tuple[str, date] | None = None
        self._shelf = _Shelf({}, AnswerIndex(()))
        self._making: asyncio.Task[None] | None = None

    async def search(self, words: str, limit: int = 6) -> list[Found]:
        """The best entries with their source, owner and dates; [] for none."""
        await self._follow()
        pack, shelf = self._directory.pack, self._shelf
        since = old_since(pack, self._day(pack))
        return [
            Found(entry, hit.score, hit.share, entry.checked is None or entry.checked < since)
            for hit in shelf.index.search(words[:300], limit)
            for entry in [shelf.entries[hit.entry.id]]
        ]

    async def entry(self, number: str) -> Question | None:
        """The entry of that id, while it is in force."""
        await self._follow()
        return self._shelf.entries.get(number)

    async def _follow(self) -> None:
        pack = self._directory.pack
        if self._making is None and self._made != (pack.version, self._day(pack)):
            self._making = asyncio.create_task(self._make(pack, self._day(pack)))
        if self._making is not None:
            done, _ = await asyncio.wait({self._making}, timeout=PATIENCE if self._made else None)
            for made in done:
                made.result()

    async def _make(self, pack: Pack, day: date) -> None:
        try:
            self._shelf = await asyncio.to_thread(_indexed, pack, day, self._shelf)
            self._made = (pack.version, day)
        finally:
            self._making = None

    def _day(self, pack: Pack) -> date:
        return self._clock.now().astimezone(ZoneInfo(pack.zone)).date()


def _indexed(pack: Pack, day: date, before: _Shelf) -> _Shelf:
    """The one before, if the pack changed elsewhere, by a notice for instance."""
    entries = {one.id: one for one in pack.questions if one.in_force(day)}
    if entries == before.entries:
        return before
    index = AnswerIndex(Entry(one.id, one.field, one.question, one.answer) for one in entries.values())
    return _Shelf(entries, index)
