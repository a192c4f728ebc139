"""A pack as read, every entry still with its line: what the checks work on, and what becomes the Pack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.packs import tables
from libs.packs.entries import (
    ARBITER,
    Agency,
    Channel,
    ClockKind,
    Contact,
    Day,
    Field,
    Hours,
    Letter,
    NamedPlace,
    Reason,
    Route,
    Unit,
)
from libs.packs.model import Pack
from libs.packs.questions import Question
from libs.packs.settings import line_of
from libs.packs.table import Placed

Report = Callable[[str, int, str, str, str], None]
"""Takes file, line, field, the message in Vietnamese and in English."""


@dataclass(slots=True)
class Draft:
    """Everything the files said that could be read; incomplete where there were problems."""

    settings: dict[str, Any]
    clocks: list[Placed[ClockKind]]
    letters: list[Letter]
    rows: Mapping[str, list[Placed[Any]]]
    broken: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)

    def line(self, file: str, key: str, section: str = "") -> int:
        """Where a TOML file says `key`; 0 when there is no text, as for a pack that is being revised."""
        return line_of(self.texts.get(file, ""), key, section)

    def codes(self, file: str) -> set[str] | None:
        """The codes that the table defines; None if it could not be read whole, so nobody knows."""
        return None if file in self.broken else {placed.entry.code for placed in self.rows[file]}

    @property
    def channels(self) -> list[Placed[Channel]]:
        return self.rows[tables.CHANNELS.file]

    @property
    def agencies(self) -> list[Placed[Agency]]:
        return self.rows[tables.AGENCIES.file]

    @property
    def contacts(self) -> list[Placed[Contact]]:
        return self.rows[tables.CONTACTS.file]

    @property
    def units(self) -> list[Placed[Unit]]:
        return self.rows[tables.UNITS.file]

    @property
    def fields(self) -> list[Placed[Field]]:
        return self.rows[tables.FIELDS.file]

    @property
    def routes(self) -> list[Placed[Route]]:
        return self.rows[tables.ROUTES.file]

    @property
    def reasons(self) -> list[Placed[Reason]]:
        return self.rows[tables.REASONS.file]

    @property
    def hours(self) -> list[Placed[Hours]]:
        return self.rows[tables.HOURS.file]

    @property
    def days(self) -> list[Placed[Day]]:
        return self.rows[tables.DAYS.file]

    @property
    def questions(self) -> list[Placed[Question]]:
        return self.rows[tables.QUESTIONS.file]

    @property
    def named_places(self) -> dict[str, list[Placed[NamedPlace]]]:
        return {table.file: self.rows[table.file] for table in (tables.LANDMARKS, tables.OLD_NAMES)}

    def pack(self, version: str) -> Pack:
        """The finished pack; only for a draft without problems."""
        settings = {key: value for key, value in self.settings.items() if key != "district_word"}
        return Pack(
            **settings,
            version=version,
            channels=entries(self.channels),
            agencies=entries(self.agencies),
            contacts=entries(self.contacts),
            units=entries(self.units),
            fields=entries(self.fields),
            routes=tuple(self._route(placed.entry) for placed in self.routes),
            reasons=entries(self.reasons),
            clocks=entries(self.clocks),
            hours=entries(self.hours),
            days=entries(self.days),
            questions=entries(self.questions),
            notices=entries(self.rows[tables.NOTICES.file]),
            corrections=entries(self.rows[tables.CORRECTIONS.file]),
            letters=tuple(self.letters),
            landmarks=entries(self.rows[tables.LANDMARKS.file]),
            old_names=entries(self.rows[tables.OLD_NAMES.file]),
            quiet_words=self._words(tables.QUIET_WORDS.file),
            urgent_words=self._words(tables.URGENT_WORDS.file),
            other_provinces=self._words(tables.OTHER_PROVINCES.file),
        )

    def _route(self, route: Route) -> Route:
        """`@arbiter` becomes the arbiter's code and a mark: asked whose matter it is, it gets no slip."""
        if ARBITER not in route.lead:
            return route
        return route.model_copy(update={"lead": (self.settings["arbiter"],), "arbiter": True})

    def _words(self, file: str) -> tuple[str, ...]:
        return tuple(placed.entry.words for placed in self.rows[file])


def entries(placed: list[Placed[Any]]) -> tuple[Any, ...]:
    return tuple(item.entry for item in placed)
