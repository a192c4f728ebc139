"""Which agency goes on with a case when the one that has it ends, by merged_into and split_into."""

from dataclasses import dataclass
from datetime import date

from libs.packs.model import Pack
from libs.packs.succession import Succession

MERGED = "merged"
BY_PLACE = "split-by-place"


@dataclass(frozen=True)
class Takeover:
    """The agency that goes on, and what decided it."""

    agency: str
    rule: str


def takeover(pack: Pack, agency: str, place: str | None, day: date, since: date) -> Takeover | None:
    """Who holds on `day` what this agency got on the day `since`; itself while it is in force.

    A split is decided by the case's place, if one unit stands for it and exactly one of the parts serves
    it; else by nobody (None), nor is an agency's that ended without naming anybody.
    """
    parts = Succession(pack.agencies).after(agency, since, day)
    if len(parts) == 1:
        return Takeover(parts[0], MERGED)
    units = Succession(pack.units).after(place, since, day) if place else ()
    around = {unit.code for unit in pack.enclosing(units[0])} if len(units) == 1 else set()
    serving = [code for code in parts if (part := pack.agency_on(code, day)) and part.unit in around]
    return Takeover(serving[0], BY_PLACE) if len(serving) == 1 else None
