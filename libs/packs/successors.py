"""Who goes on when an agency or a unit ends: as the pack's merged_into and split_into say, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from libs.packs.entries import Agency, Unit
from libs.packs.model import Pack

MERGED = "merged"
BY_PLACE = "split-by-place"


@dataclass(frozen=True)
class Successor:
    """The agency that takes over, and what decided it."""

    agency: str
    rule: str


def heirs(
    rows: Mapping[str, Sequence[Agency | Unit]], code: str, day: date, seen: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The codes that stand for this one on that day: itself while in force, else those it became.

    `rows` is `pack.agencies_by_code` or `pack.units_by_code`. Empty for a code that is unknown, has not
    begun, or ended without naming anybody.
    """
    known = rows.get(code, ())
    if any(row.in_force(day) for row in known):
        return (code,)
    if code in seen or not known or (known[-1].valid_to or date.max) >= day:
        return ()
    last = known[-1]
    became = (last.merged_into,) if last.merged_into else last.split_into
    return tuple(dict.fromkeys(heir for one in became for heir in heirs(rows, one, day, seen | {code})))


def successor(pack: Pack, agency: str, place: str | None, day: date) -> Successor | None:
    """Who holds what this ended agency held; a split is decided by the case's place, else by nobody (None).

    The place decides when one unit stands for it that day and exactly one of the parts serves it.
    """
    parts = heirs(pack.agencies_by_code, agency, day)
    if len(parts) == 1:
        return Successor(parts[0], MERGED)
    units = heirs(pack.units_by_code, place, day) if place else ()
    around = {unit.code for unit in pack.enclosing(units[0])} if len(units) == 1 else set()
    serving = [code for code in parts if (part := pack.agency_on(code, day)) and part.unit in around]
    return Successor(serving[0], BY_PLACE) if len(serving) == 1 else None
