"""Search in the pack's questions and answers, for the operator's split view (Điều 10.1)."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

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


class Answers:
    """The index follows the pack in force and the day: an entry is offered while it is valid."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._made: tuple[str, date] | None = None
        self._entries: dict[str, Question] = {}
        self._index = AnswerIndex(())

    def search(self, words: str, limit: int = 6) -> list[Found]:
        """The best entries with their source, owner and dates; [] for none."""
        day = self._follow()
        since = old_since(self._directory.pack, day)
        return [
            Found(entry, hit.score, hit.share, entry.checked is None or entry.checked < since)
            for hit in self._index.search(words[:300], limit)
            for entry in [self._entries[hit.entry.id]]
        ]

    def entry(self, number: str) -> Question | None:
        """The entry of that id, while it is in force."""
        self._follow()
        return self._entries.get(number)

    def _follow(self) -> date:
        pack = self._directory.pack
        day = self._clock.now().astimezone(ZoneInfo(pack.zone)).date()
        if self._made != (pack.version, day):
            entries = {one.id: one for one in pack.questions if one.in_force(day)}
            if entries != self._entries:  # a pack may have changed elsewhere, by a notice for instance
                self._entries = entries
                self._index = AnswerIndex(
                    Entry(one.id, one.field, one.question, one.answer) for one in entries.values()
                )
            self._made = (pack.version, day)
        return day
