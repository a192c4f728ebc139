"""A province pack as one value, and the look-ups that the services ask of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Literal, Self, TypeVar

from pydantic import ValidationError

from libs.packs.entries import (
    ARBITER,
    DISTRICT,
    OWN_HOURS,
    PROVINCE,
    UNROUTED_LABELS,
    Agency,
    Channel,
    ClockKind,
    Contact,
    Dated,
    Day,
    Entry,
    Field,
    Hours,
    Letter,
    NamedPlace,
    Question,
    Reason,
    Route,
    Unit,
)
from libs.packs.errors import NotInPack, PackErrors, Problem
from libs.worktime.calendar import Calendar, SpecialDay, WeeklyHours

__all__ = [
    "ARBITER",
    "DISTRICT",
    "UNROUTED_LABELS",
    "Agency",
    "Channel",
    "ClockKind",
    "Day",
    "Field",
    "Hours",
    "Letter",
    "NamedPlace",
    "NotInPack",
    "Pack",
    "PackErrors",
    "Problem",
    "Question",
    "Reason",
    "Route",
    "Unit",
]

K = TypeVar("K")
T = TypeVar("T")
D = TypeVar("D", bound=Dated)


class Pack(Entry):
    """A province: loaded whole, never changed; every decision records the `version` it was made with."""

    id: str
    version: str
    name_vi: str
    name_en: str
    zone: str
    sample: bool
    desk: str
    arbiter: str
    province_office: str
    auto_slip: bool
    margin: float
    hotline: str
    first_day: date
    last_day: date
    channels: tuple[Channel, ...]
    agencies: tuple[Agency, ...]
    contacts: tuple[Contact, ...] = ()
    units: tuple[Unit, ...]
    fields: tuple[Field, ...]
    routes: tuple[Route, ...]
    reasons: tuple[Reason, ...]
    clocks: tuple[ClockKind, ...]
    hours: tuple[Hours, ...]
    days: tuple[Day, ...]
    questions: tuple[Question, ...]
    letters: tuple[Letter, ...]
    landmarks: tuple[NamedPlace, ...]
    old_names: tuple[NamedPlace, ...]
    quiet_words: tuple[str, ...]
    urgent_words: tuple[str, ...]
    other_provinces: tuple[str, ...]

    def contact(self, agency: str, role: str) -> Contact | None:
        """Whom to tell in that position of the agency; None when the pack names nobody."""
        return self._contacts.get((agency, role))

    def agency(self, code: str) -> Agency:
        """The agency of that code, in its newest form if it changed; each look-up raises NotInPack."""
        return self._found(self._agencies, "agency", code)

    def unit(self, code: str) -> Unit:
        return self._found(self._units, "unit", code)

    def field(self, code: str) -> Field:
        return self._found(self._fields, "field", code)

    def channel(self, code: str) -> Channel:
        return self._found(self._channels, "channel", code)

    def clock(self, code: str) -> ClockKind:
        return self._found(self._clocks, "clock", code)

    def reason(self, kind: str, code: str) -> Reason:
        return self._found(self._reasons, "reason", (kind, code))

    def letter(self, code: str, language: str = "vi") -> Letter:
        return self._found(self._letters, "letter", (code, language))

    def hours_of(self, kind: ClockKind, owner: str) -> str:
        """The profile in which a clock of that kind counts for that owner."""
        if kind.calendar != OWN_HOURS:
            return kind.calendar
        own = self._agencies[owner].hours if owner in self._agencies else None
        return own or PROVINCE

    def calendar(self, profile: str = PROVINCE) -> Calendar:
        """The working hours of a profile over all days of the pack, compiled once; CalendarError if wrong."""
        if profile not in self._calendars:
            hours = [row for row in self.hours if row.profile == profile]
            if not hours:
                raise NotInPack("hours profile", profile, self.version)
            self._calendars[profile] = Calendar.compile(
                id=f"{self.id}-{profile}",
                zone=self.zone,
                weeks=[WeeklyHours(h.weekday, h.opens, h.closes, h.valid_from, h.valid_to) for h in hours],
                days=[special_day(day) for day in self.days if day.active and _holds(day, hours)],
                first=self.first_day,
                last=self.last_day,
            )
        return self._calendars[profile]

    def enclosing(self, unit_code: str) -> tuple[Unit, ...]:
        """The unit itself, the one it lies in, and so on up to the province."""
        chain = [self.unit(unit_code)]
        while chain[-1].parent:
            chain.append(self.unit(chain[-1].parent))
        return tuple(chain)

    def district_agency(self, unit_code: str) -> Agency | None:
        """The district committee whose place this is; None for the province itself."""
        served = (self._district_agencies.get(unit.code) for unit in self.enclosing(unit_code))
        return next((agency for agency in served if agency), None)

    def to_json(self) -> str:
        """The whole pack as one document; `from_json` reads it back to an equal pack."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, document: str | bytes) -> Self:
        """The pack in a document; PackErrors names what the document lacks."""
        try:
            return cls.model_validate_json(document)
        except ValidationError as error:
            raise PackErrors(
                Problem("pack.json", 0, ".".join(map(str, e["loc"])), "tài liệu gói không hợp lệ", e["msg"])
                for e in error.errors()
            ) from None

    def _found(self, table: Mapping[K, T], kind: str, code: K) -> T:
        if code not in table:
            raise NotInPack(kind, code, self.version)
        return table[code]

    @cached_property
    def _agencies(self) -> dict[str, Agency]:
        return {entry.code: entry for entry in newest_last(self.agencies)}

    @cached_property
    def _contacts(self) -> dict[tuple[str, str], Contact]:
        return {(entry.agency, entry.role): entry for entry in self.contacts}

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return {entry.code: entry for entry in newest_last(self.units)}

    @cached_property
    def _district_agencies(self) -> dict[str, Agency]:
        districts = (a for a in newest_last(self.agencies) if a.kind == "district")
        return {agency.unit: agency for agency in districts if agency.unit}

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {entry.code: entry for entry in self.fields}

    @cached_property
    def _channels(self) -> dict[str, Channel]:
        return {entry.code: entry for entry in self.channels}

    @cached_property
    def _clocks(self) -> dict[str, ClockKind]:
        return {entry.code: entry for entry in self.clocks}

    @cached_property
    def _reasons(self) -> dict[tuple[str, ...], Reason]:
        return {(reason.kind, reason.code): reason for reason in self.reasons}

    @cached_property
    def _letters(self) -> dict[tuple[str, ...], Letter]:
        return {(letter.code, letter.language): letter for letter in self.letters}

    @cached_property
    def _calendars(self) -> dict[str, Calendar]:
        return {}


def _holds(day: Day, hours: list[Hours]) -> bool:
    return hours[0].profile in day.profiles if day.profiles else all(row.holidays for row in hours)


def newest_last(entries: Iterable[D]) -> list[D]:
    return sorted(entries, key=lambda entry: entry.valid_from or date.min)


def special_day(day: Day) -> SpecialDay:
    kind: Literal["open", "closed"] = "open" if day.kind == "swap_work" else "closed"
    return SpecialDay(day.day, kind, day.hours, day.name, day.document)
