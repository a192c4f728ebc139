"""Partners: programs of others that hand in requests by Open311, and the number a case has for the public."""

import hashlib

from libs.contracts.contacts import CaseOpened

OPEN311 = "open311"
"""The channel of the pack, and intake's name for the client."""


def reference_of(partner: str, own: str) -> str:
    """What stands in `origin.thread` of a partner's case: whose it is, and what tells it from others."""
    return f"{partner}/{own}"


def partner_of(fact: CaseOpened) -> str:
    """The code of the partner who sent the case; "" when it came in any other way."""
    partner, slash, _ = fact.origin.thread.partition("/")
    return partner if slash and fact.channel == OPEN311 else ""


def public_id(case_id: str) -> str:
    """A case's number for everybody (16 hex digits): leads back neither to its id nor to its look-up code."""
    return hashlib.sha256(f"published answer {case_id}".encode()).hexdigest()[:16]
