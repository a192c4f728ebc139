"""Who is told: from a position of an agency to its addresses and its hours."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime

from libs.contracts.sidefacts import Audience
from libs.packs.entries import PROVINCE, Agency, Contact
from libs.packs.model import NotInPack, Pack
from services.notifier.domain.about import Way
from services.notifier.domain.case import Case
from services.notifier.domain.talks import Address, Reach

_OWN_POSITIONS = ("deputy", "unit_head")
_MACHINES = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply"})


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


def of_citizen(case: Case, template: str, reach: Reach, shut: Container[str] = ()) -> Iterator[Address]:
    """The ways to the citizen, the best first: where they last spoke, then e-mail, then their telephone.

    Ways in `shut` did not carry an earlier letter, and the address is still the same.
    """
    for found in _of_citizen(case, template, reach):
        if found.address and found.way not in shut:
            yield found


def _of_citizen(case: Case, template: str, reach: Reach) -> Iterator[Address]:
    talk = case.talk if case.talk and reach.accounts.get(case.talk.way) == case.talk.account else None
    if talk and case.talking:
        yield Address(talk.way, talk.address, talk.key)
    if _reads_mail(case.email, reach):
        yield Address("email", case.email)
    if template in reach.zns:
        yield Address("zns", case.phone)
    yield Address("sms", case.phone)
    if talk and not case.talking:
        yield Address(talk.way, talk.address, talk.key)


def _reads_mail(address: str, reach: Reach) -> bool:
    """Whether a person may be behind it: a machine's address, or our own, would start a loop."""
    local = address.partition("@")[0].lower()
    return local not in _MACHINES and address.lower() not in reach.own


def opening(pack: Pack, agency: str, at: datetime) -> datetime:
    """`at` itself when the agency works then, else its next opening. Raises NotInPack, CalendarError."""
    found = position(pack, agency, "officer")
    own = found.hours if isinstance(found, Agency) else None
    return pack.calendar(own or PROVINCE).next_open(at)
