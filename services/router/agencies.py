"""Which agencies answer for a field at a place, by the pack's routing table (Điều 3.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from libs.packs.model import Pack
from libs.packs.routing import agencies_for, route_for
from services.router.places import Place


@dataclass(frozen=True)
class Leads:
    """`lead` is empty when nobody clearly answers; `offered` may join as coordinators, chosen per slip."""

    lead: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    rule: str = ""
    depends_on_place: bool = False


def leads_for(pack: Pack, field: str, place: Place, day: date) -> Leads:
    """The agencies for the place; when several are candidates, also whether it matters which one it is."""
    found = _at(pack, field, place.code, day)
    choices = {_at(pack, field, code, day).lead for code in place.candidates}
    return Leads(found.lead, found.offered, found.rule, depends_on_place=len(choices) > 1)


def _at(pack: Pack, field: str, unit: str | None, day: date) -> Leads:
    route = route_for(pack, field, unit)
    if route is None:
        return Leads()
    lead = _serving(pack, agencies_for(pack, route.lead, unit), day)
    offered = _serving(pack, agencies_for(pack, route.offer, unit), day)
    if route.arbiter or len(lead) < len(route.lead):
        lead = ()
    return Leads(lead, tuple(code for code in offered if code not in lead), route.id)


def _serving(pack: Pack, codes: Iterable[str], day: date) -> tuple[str, ...]:
    """Those that the pack knows and that exist on that day."""
    return tuple(
        code
        for code in codes
        if any(agency.code == code and agency.in_force(day) for agency in pack.agencies)
    )
