"""Which agencies answer for a field at a place: the most specific place wins (Điều 3.5), day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from libs.packs.entries import BY_PLACE, Route, Unit
from libs.packs.model import Pack
from libs.packs.succession import Succession


@dataclass(frozen=True)
class Leads:
    """`lead` is empty when nobody clearly answers; `offered` may join as coordinators, chosen per slip.

    `broken` names what the rule means but does not exist that day: codes, or `@district` at this place.
    Where that is a lead, nobody leads. `arbiter`: the rule asks whose matter it is (Điều 10.4).
    """

    lead: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    rule: str = ""
    depends_on_place: bool = False
    broken: tuple[str, ...] = ()
    arbiter: bool = False


def leads_for(pack: Pack, field: str, unit: str | None, candidates: Iterable[str], day: date) -> Leads:
    """The agencies for the place; when several are candidates, also whether it matters which one it is.

    A unit that has ended stands for the one it became; one that was split leaves its parts as candidates.
    """
    standing = _standing(pack, (unit,) if unit else (), day)
    found = _at(pack, field, standing[0] if len(standing) == 1 else None, day)
    open_to = standing if len(standing) > 1 else _standing(pack, candidates, day)
    choices = {_at(pack, field, code, day).lead for code in open_to}
    return Leads(
        found.lead, found.offered, found.rule, len(choices) > 1, broken=found.broken, arbiter=found.arbiter
    )


def _standing(pack: Pack, units: Iterable[str], day: date) -> tuple[str, ...]:
    """The units that are on that day what these are, or were when they ended."""
    return tuple(dict.fromkeys(heir for unit in units for heir in _became(pack, unit, day)))


def _became(pack: Pack, unit: str, day: date) -> tuple[str, ...]:
    rows = pack.units_by_code.get(unit, ())
    if any(row.in_force(day) for row in rows):
        return (unit,)
    ends = [row.valid_to for row in rows if row.valid_to and row.valid_to < day]
    return Succession(pack.units).after(unit, ends[-1], day) if ends else ()


def _at(pack: Pack, field: str, unit: str | None, day: date) -> Leads:
    route = route_for(pack, field, unit, day)
    if route is None:
        return Leads()
    leads, gone = _serving(pack, route.lead, unit, day)
    offered, absent = _serving(pack, route.offer, unit, day)
    lead = () if route.arbiter or gone else leads
    beside = tuple(code for code in offered if code not in lead)
    return Leads(lead, beside, route.id, broken=(*gone, *absent), arbiter=route.arbiter)


def _serving(
    pack: Pack, codes: Iterable[str], unit: str | None, day: date
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The agencies meant that exist on that day, and the words that mean none."""
    found: dict[str, str | None] = {}
    for code in codes:
        local = pack.local_agency(code, unit, day) if code in BY_PLACE and unit else None
        agency = local or pack.agency_on(code, day)
        found[code] = agency.code if agency else None
    serving = dict.fromkeys(code for code in found.values() if code)
    return tuple(serving), tuple(word for word, code in found.items() if code is None)


def route_for(pack: Pack, field: str, unit: str | None, day: date | None = None) -> Route | None:
    """The route of the field for the place as it is on that day, None if the table has none.

    In order: the place's own unit, the units around it, its level and the levels around it, then "none"
    (only without a place), then "*".
    """
    chain = pack.enclosing(unit, day) if unit else ()
    return next((route for place in places(chain) if (route := pack.route(field, place))), None)


def places(chain: tuple[Unit, ...]) -> Iterable[str]:
    """What a route's `place` may say of a place, the most specific first."""
    return (*(u.code for u in chain), *(u.level for u in chain), *(() if chain else ("none",)), "*")


def agencies_for(pack: Pack, codes: Iterable[str], unit: str | None) -> tuple[str, ...]:
    """The codes with `@district` and `@commune` replaced by the agency of the place, dropped if none is."""
    found: list[str] = []
    for code in codes:
        agency = pack.local_agency(code, unit) if code in BY_PLACE and unit else None
        named = agency.code if agency else code
        if named not in BY_PLACE and named not in found:
            found.append(named)
    return tuple(found)
