"""A province pack as one value, and the look-ups that the services ask of it."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Self, TypeVar

from pydantic import ValidationError

from libs.packs.days import holds, special_day
from libs.packs.entries import (
    ARBITER,
    BY_PLACE,
    COMMUNE,
    DISTRICT,
    OWN_HOURS,
    PROVINCE,
    UNROUTED_LABELS,
    Agency,
    Channel,
    ClockKind,
    Contact,
    Correction,
    Day,
    Entry,
    Field,
    Hours,
    Letter,
    NamedPlace,
    Reason,
    Route,
    Unit,
    grouped,
)
from libs.packs.errors import NotInPack, PackErrors, Problem
from libs.packs.questions import Notice, Question
from libs.worktime.calendar import Calendar, WeeklyHours

__all__ = [
    "ARBITER", "BY_PLACE", "COMMUNE", "DISTRICT", "UNROUTED_LABELS", "Agency", "Channel", "ClockKind", "Day",
    "Field", "Hours", "Letter", "NamedPlace", "NotInPack", "Pack", "PackErrors", "Problem", "Question",
    "Reason", "Route", "Unit",
]  # fmt: skip

K = TypeVar("K")
T = TypeVar("T")


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
    recheck_days: int = 180
    rating_days: int = 90
    reopening_days: int = 30
    reopenings: int = 2
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
    notices: tuple[Notice, ...] = ()
    corrections: tuple[Correction, ...] = ()
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
        return self._found(self.agencies_by_code, "agency", code)[-1]

    def agency_on(self, code: str, day: date) -> Agency | None:
        """The agency as it is on that day; None when the pack has none of that code then."""
        return next((agency for agency in self.agencies_by_code.get(code, ()) if agency.in_force(day)), None)

    def unit(self, code: str) -> Unit:
        return self._found(self.units_by_code, "unit", code)[-1]

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
        own = self.agency(owner).hours if owner in self.agencies_by_code else None
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
                days=[special_day(day) for day in self.days if day.active and holds(day, hours)],
                first=self.first_day,
                last=self.last_day,
            )
        return self._calendars[profile]

    def enclosing(self, unit_code: str, day: date | None = None) -> tuple[Unit, ...]:
        """The unit itself, the one it lies in, and so on up to the province.

        As they are on that day; without a day, or where one is not in force then, in their newest form.
        """
        chain = [self._unit_on(unit_code, day)]
        while chain[-1].parent:
            chain.append(self._unit_on(chain[-1].parent, day))
        return tuple(chain)

    def _unit_on(self, code: str, day: date | None) -> Unit:
        rows = self._found(self.units_by_code, "unit", code)
        return next((row for row in rows if day and row.in_force(day)), rows[-1])

    def route(self, field: str, place: str) -> Route | None:
        """The row of the routing table for exactly this field and place."""
        return self._routes.get((field, place))

    def local_agency(self, word: str, unit_code: str, day: date | None = None) -> Agency | None:
        """What `@district` or `@commune` means at this place, on a day or else in its newest form, if any."""
        served = (
            agency
            for unit in self.enclosing(unit_code, day)
            for agency in reversed(self._local_agencies.get((BY_PLACE[word], unit.code), ()))
        )
        return next((agency for agency in served if day is None or agency.in_force(day)), None)

    def district_agency(self, unit_code: str, day: date | None = None) -> Agency | None:
        return self.local_agency(DISTRICT, unit_code, day)

    def commune_agency(self, unit_code: str, day: date | None = None) -> Agency | None:
        return self.local_agency(COMMUNE, unit_code, day)

    def __copy__(self) -> Self:
        """A copy that is changed must not keep what was looked up in the original."""
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

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
    def agencies_by_code(self) -> dict[str, list[Agency]]:
        return grouped(self.agencies, lambda agency: agency.code)

    @cached_property
    def units_by_code(self) -> dict[str, list[Unit]]:
        return grouped(self.units, lambda unit: unit.code)

    @cached_property
    def _contacts(self) -> dict[tuple[str, str], Contact]:
        return {(entry.agency, entry.role): entry for entry in self.contacts}

    @cached_property
    def _local_agencies(self) -> dict[tuple[str, str | None], list[Agency]]:
        return grouped(self.agencies, lambda agency: (agency.kind, agency.unit))

    @cached_property
    def _routes(self) -> dict[tuple[str, str], Route]:
        return {(route.field, route.place): route for route in self.routes}

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
