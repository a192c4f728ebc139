"""The rows of a province pack as frozen values."""

from datetime import date, time
from typing import Literal

from pydantic import BaseModel, ConfigDict

ARBITER = "@arbiter"
"""Stands in a route for the agency that determines whose matter it is (Điều 10.4)."""

DISTRICT = "@district"
"""Stands in a route for the district agency of the place."""

UNROUTED_LABELS = frozenset({"OOS", "UNCLEAR"})
"""What a question may have for a field: outside the hotline's scope, or too vague for any field."""


class Entry(BaseModel):
    """A frozen row; a document of a newer release may hold more, which is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Dated(Entry):
    """Holds from `valid_from` to `valid_to`, both included; None means since ever and for ever."""

    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class Channel(Entry):
    """A way to reach the hotline: data, since the Chairman may add others (Điều 4.6)."""

    code: str
    name_vi: str
    name_en: str
    address: str | None = None
    clause: str = ""


class Agency(Dated):
    """An authority that receives slips, with the contacts of its focal officer (Điều 2.3, 14.4)."""

    code: str
    name_vi: str
    name_en: str
    kind: Literal["department", "district", "police", "front", "press", "other"]
    unit: str | None = None
    hotline: str | None = None
    email: str | None = None
    sms: str | None = None


class Unit(Dated):
    """A place that is administered: the names are no keys, 38 of them occur in more than one district."""

    code: str
    name_vi: str
    level: Literal["province", "district", "commune"]
    parent: str | None = None
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
    """A coded ground: of a rejection (Điều 9.2), a returned slip, a withheld answer, a failed call."""

    kind: Literal["reject", "return", "withhold", "call-failed"]
    code: str
    text_vi: str
    text_en: str
    clause: str = ""


class ClockKind(Entry):
    """A limit in working seconds, warned of at `warn` per cent; without one an officer sets the instant."""

    code: str
    budget_seconds: int | None
    calendar: str
    warn: tuple[int, ...] = (75,)
    basis: Literal["law", "policy"]
    clause: str
    name_vi: str
    name_en: str


class Hours(Dated):
    """One open interval of one weekday (0 = Monday) in a profile of hours."""

    profile: str
    weekday: int
    opens: time
    closes: time


class Day(Entry):
    """A day unlike its week. Without hours of its own an open day has those of the first working weekday."""

    day: date
    kind: Literal["holiday", "compensatory_off", "swap_off", "swap_work"]
    name: str
    hours: tuple[tuple[time, time], ...] | None = None
    status: Literal["ok", "single_source", "estimate", "policy_only"]
    confirmed: bool | None = None
    document: str = ""

    @property
    def active(self) -> bool:
        """Whether it counts: as the administrator confirmed, else unless no law was found for it."""
        return self.status != "policy_only" if self.confirmed is None else self.confirmed


class Question(Entry):
    """A question with its answer (Điều 10.1); also what the field suggestion learns from."""

    id: str
    field: str
    question: str
    answer: str
    agency: str
    source: str = ""
    checked: date | None = None
    status: str


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
