"""Who is told: from a position of an agency to its addresses and its hours."""

from collections.abc import Mapping
from datetime import datetime

from libs.contracts.sidefacts import Audience
from libs.packs.entries import PROVINCE, Agency, Contact
from libs.packs.model import NotInPack, Pack
from services.notifier.domain.about import Way
from services.notifier.domain.case import Case

_OWN_POSITIONS = ("deputy", "unit_head")


def position(pack: Pack, agency: str, audience: Audience) -> Agency | Contact | None:
    """The focal officer, which is the agency's own entry, or its deputy or head; None if there is none."""
    if audience in _OWN_POSITIONS:
        return pack.contact(agency, audience)
    try:
        return pack.agency(agency)
    except NotInPack:
        return None


def contacts(pack: Pack, agency: str, audience: Audience = "officer") -> Mapping[Way, str]:
    """The addresses of a position by way; only "none" when the pack in force has none, or no such agency."""
    found = position(pack, agency, audience)
    ways: dict[Way, str] = {"email": found.email or "", "sms": found.sms or ""} if found else {}
    return {way: address for way, address in ways.items() if address} or {"none": ""}


def told(pack: Pack, owing: str, audience: Audience) -> str:
    """The agency where this position is: the owing one itself, the one above it, or the province's office."""
    if audience == "province":
        return pack.province_office
    if audience != "supervisor":
        return owing
    found = position(pack, owing, "officer")
    return (found.supervisor if isinstance(found, Agency) else None) or pack.arbiter


def of_citizen(case: Case) -> tuple[Way, str]:
    """By e-mail, else by text message, else not at all (way "none"), for the count."""
    if case.email:
        return "email", case.email
    return ("sms", case.phone) if case.phone else ("none", "")


def opening(pack: Pack, agency: str, at: datetime) -> datetime:
    """`at` itself when the agency works then, else its next opening. Raises NotInPack, CalendarError."""
    found = position(pack, agency, "officer")
    own = found.hours if isinstance(found, Agency) else None
    return pack.calendar(own or PROVINCE).next_open(at)
