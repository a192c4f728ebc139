"""What a fact is called where a pack says which facts start, meet, cancel or pause a clock."""

from libs.contracts.casefact import CaseFact
from libs.contracts.events import CASE_FACTS, CaseAnswered, CaseTriaged

SPECIAL = frozenset({"triaged-to-operator", "triaged-to-arbiter", "answered-in-part"})
"""Finer than a fact's token: who a triaged case waits for; an answer signed as partial."""

HAPPENINGS: frozenset[str] = (frozenset(CASE_FACTS) - {"triaged"}) | SPECIAL
"""Every name a clock kind may use."""


def happening(fact: CaseFact) -> str:
    """The one name of this fact; a partial answer is `answered-in-part` and not `answered`."""
    if isinstance(fact, CaseTriaged):
        return f"triaged-to-{fact.to}"
    if isinstance(fact, CaseAnswered) and fact.missing:
        return "answered-in-part"
    return fact.token
