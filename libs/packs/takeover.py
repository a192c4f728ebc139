"""Which agency goes on with a case when the one that has it ends, by merged_into and split_into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from libs.packs.entries import Agency, Unit
from libs.packs.model import Pack
from libs.packs.routing import leads_for
from libs.packs.succession import Succession

MERGED = "merged"
BY_PLACE = "split-by-place"
BY_FIELD = "split-by-field"


@dataclass(frozen=True)
class Takeover:
    """The agency that goes on, and what decided it."""

    agency: str
    rule: str


@dataclass(frozen=True)
class Held:
    """What an agency holds: a case of a field at a place, since a day, by a slip of the pack `issued`."""

    agency: str
    place: str | None
    since: date
    issued: Pack | None = None
    field: str = ""


def takeover(pack: Pack, held: Held, day: date) -> Takeover | None:
    """Who holds on `day` what this agency got; itself while it is in force.

    A split is decided by the case's place, if one unit stands for it and exactly one of the parts serves it;
    else by the routing table, if it names exactly one of the parts for the field there. Whatever else, and an
    agency that ended without naming anybody, is for a person to decide (None).
    """
    issued, known = held.issued, pack.agencies_by_code.get(held.agency, ())
    then = _then(known, issued.agencies_by_code.get(held.agency, ()) if issued else (), held.since)
    parts = Succession(pack.agencies).after(held.agency, then, day)
    if len(parts) == 1:
        return Takeover(parts[0], MERGED)
    units = _units(pack, held, day)
    place = units[0] if len(units) == 1 else None
    around = {unit.code for unit in pack.enclosing(place, day)} if place else set()
    serving = [code for code in parts if (part := pack.agency_on(code, day)) and part.unit in around]
    named = set(leads_for(pack, held.field, place, units, day).lead).intersection(parts)
    if len(serving) == 1:
        return Takeover(serving[0], BY_PLACE)
    return Takeover(named.pop(), BY_FIELD) if len(named) == 1 else None


def _units(pack: Pack, held: Held, day: date) -> tuple[str, ...]:
    """The units that are on that day where the case is."""
    if held.place is None:
        return ()
    issued, known = held.issued, pack.units_by_code.get(held.place, ())
    then = _then(known, issued.units_by_code.get(held.place, ()) if issued else (), held.since)
    return Succession(pack.units).after(held.place, then, day)


def _then(known: Sequence[Agency | Unit], issued: Sequence[Agency | Unit], since: date) -> date:
    """The day on which this pack means by the code what the pack of the slip meant by it.

    Codes are given out again, and a pack may tell late of what ended before the slip was sent: then the
    name tells which of its rows is meant.
    """
    names = {row.name_vi for row in issued if row.in_force(since)}
    rows = [row for row in known if row.name_vi in names] or known
    if any(row.in_force(since) for row in rows):
        return since
    return max((row.valid_to for row in rows if row.valid_to), default=since)
