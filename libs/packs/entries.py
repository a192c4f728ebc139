"""The rows of a province pack as frozen values."""

from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

ARBITER = "@arbiter"
"""Stands in a route for the agency that determines whose matter it is (Điều 10.4)."""

OWN_HOURS = "@owner"
"""Stands in a clock kind for the hours of whoever owes; the province's if they have none of their own."""

PROVINCE = "province"
"""The profile of hours every pack has: the working hours of state agencies (Điều 10.3)."""

DISTRICT, COMMUNE = "@district", "@commune"
"""Stand in a route for the district agency or the commune agency of the place."""

BY_PLACE = {DISTRICT: "district", COMMUNE: "commune"}
"""Word of a route → the kind of agency (and the level of unit) it stands for."""

UNROUTED_LABELS = frozenset({"OOS", "UNCLEAR"})
"""What a question may have for a field: outside the hotline's scope, or too vague for any field."""

Audience = Literal["officer", "deputy", "unit_head", "supervisor", "province"]
"""Who hears of a clock: the owner's focal officer, deputy and head, its supervising unit, the province."""

Owner = Literal["desk", "lead", "coordinator", "commune", "arbiter", "police"]
"""Who owes what a clock waits for."""


class Entry(BaseModel):
    """A frozen row; a document of a newer release may hold more, which is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Dated(Entry):
    """Holds from `valid_from` to `valid_to`, both included; None means since ever and for ever."""

    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


K = TypeVar("K")
D = TypeVar("D", bound=Dated)


class Channel(Entry):
    """A way to reach the hotline: data, since the Chairman may add others (Điều 4.6)."""

    code: str
    name_vi: str
    name_en: str
    address: str | None = None
    clause: str = ""


class Agency(Dated):
    """An authority that receives slips, with the contacts of its focal officer (Điều 2.3, 14.4).

    `supervisor` is the agency above it, `hours` its own profile of working hours if it has one. One that
    ends names its successor, or those it is split into.
    """

    code: str
    name_vi: str
    name_en: str
    kind: Literal["department", "district", "commune", "police", "front", "press", "office", "other"]
    unit: str | None = None
    supervisor: str | None = None
    hours: str | None = None
    merged_into: str | None = None
    split_into: tuple[str, ...] = ()
    hotline: str | None = None
    email: str | None = None
    sms: str | None = None


class Unit(Dated):
    """A place that is administered: the names are no keys, 38 of them occur in more than one district.

    One that ends names the unit it became part of, or those it was split into.
    """

    code: str
    name_vi: str
    level: Literal["province", "district", "commune"]
    parent: str | None = None
    merged_into: str | None = None
    split_into: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class Field(Entry):
    """A field of Phụ lục 2 with the clauses of Điều 5; `place` says whether a slip needs one."""

    code: str
    name_vi: str
    name_en: str
    place: Literal["no", "optional", "required"] = "optional"
    clauses: tuple[str, ...] = ()


class Route(Entry):
    """Field × place → agencies (Điều 3.5). No lead: the operator chooses. Two leads: they answer together.

    `place` is "*", "none" (no place known), a level ("district": known at least to its district) or a unit's
    code (that unit and what lies in it). `arbiter`: the lead is asked whose matter it is, it gets no slip.
    """

    id: str
    field: str
    place: str
    lead: tuple[str, ...] = ()
    offer: tuple[str, ...] = ()
    note: str = ""
    arbiter: bool = False


class Reason(Entry):
    """A coded ground: of a rejection (Điều 9.2), a return, a withheld answer, a failed call, a pause."""

    kind: Literal["reject", "return", "withhold", "call-failed", "pause"]
    code: str
    text_vi: str
    text_en: str
    clause: str = ""


class Step(Entry):
    """A step of the ladder: at `at` per cent of the working time these are told; 100 is the breach itself."""

    at: int
    tell: tuple[Audience, ...]


class ClockKind(Entry):
    """A kind of clock: what makes it run and stop, in which hours, and who hears of it when.

    `starts`, `meets`, `cancels` and `replaces` name happenings (libs/contracts/happenings.py); `replaces`
    cancels only a clock whose time has not ended. `owner` owes what the clock waits for. `per` numbers it:
    within the slip, the promise, the coordinating agency of the slip, or by each occasion it starts.
    Without a budget an officer sets the instant, and `most` and `longest_seconds` (working time) are the
    limits beyond which that is told upwards. `within` names a kind whose limit this one may not pass.
    `pauses` are codes of pause reasons, `pause_seconds` the working time they may cost together; a clock
    whose basis is the law has neither (Điều 10.3).
    """

    code: str
    name_vi: str
    name_en: str
    owner: Owner
    per: Literal["slip", "promise", "coordinator", "occasion"]
    starts: tuple[str, ...]
    meets: tuple[str, ...]
    cancels: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    budget_seconds: int | None
    within: str | None = None
    most: int | None = None
    longest_seconds: int | None = None
    calendar: str
    ladder: tuple[Step, ...] = ()
    pauses: tuple[str, ...] = ()
    pause_seconds: int = 0
    basis: Literal["law", "policy"]
    clause: str


class Contact(Entry):
    """A position of an agency that is told something besides its focal officer; never a person's name."""

    agency: str
    role: Literal["deputy", "unit_head"]
    name_vi: str
    name_en: str
    email: str | None = None
    sms: str | None = None


class Hours(Dated):
    """One open interval of one weekday (0 = Monday) in a profile of hours; `holidays`: it keeps days.csv."""

    profile: str
    weekday: int
    opens: time
    closes: time
    holidays: bool = True


class Day(Entry):
    """A day unlike its week, for the `profiles` it names, without any for each that keeps holidays.

    An open day without hours of its own has those of the first working weekday, a half day those that remain.
    """

    day: date
    kind: Literal["holiday", "compensatory_off", "swap_off", "swap_work", "half_day"]
    name: str
    hours: tuple[tuple[time, time], ...] | None = None
    status: Literal["ok", "single_source", "estimate", "policy_only"]
    confirmed: bool | None = None
    document: str = ""
    profiles: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it counts: as the administrator confirmed, else unless no law was found for it."""
        return self.status != "policy_only" if self.confirmed is None else self.confirmed


class Correction(Entry):
    """The words of a case, without anything of the person, and the field that an operator gave it."""

    text: str
    field: str
    note: str = ""


class Letter(Entry):
    """A text with {variables}, which the loader has checked; `sms` is the short plain form."""

    code: str
    language: Literal["vi", "en"]
    subject: str
    body: str
    sms: str


class NamedPlace(Entry):
    """A landmark or an old name, as people say it, and the unit where it lies today."""

    words: str
    unit_code: str
    note: str = ""


def grouped(entries: Iterable[D], key: Callable[[D], K]) -> dict[K, list[D]]:
    """The rows of each key, the newest last."""
    groups: dict[K, list[D]] = {}
    for entry in sorted(entries, key=lambda entry: entry.valid_from or date.min):
        groups.setdefault(key(entry), []).append(entry)
    return groups
