"""Which route applies to a field and a place: the most specific place wins (Điều 3.5)."""

from collections.abc import Iterable

from libs.packs.entries import BY_PLACE, Route, Unit
from libs.packs.model import Pack


def route_for(pack: Pack, field: str, unit: str | None) -> Route | None:
    """The route of the field for the place, None if the table has none.

    In order: the place's own unit, the units around it, its level and the levels around it, then "none"
    (only without a place), then "*".
    """
    chain = pack.enclosing(unit) if unit else ()
    by_place = {route.place: route for route in pack.routes if route.field == field}
    return next((by_place[place] for place in places(chain) if place in by_place), None)


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
