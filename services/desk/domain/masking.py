"""Takes the person out of what somebody may read who does not hold the case."""

from typing import Any

from libs.contracts.events import Person
from services.desk.domain.people import Account
from services.desk.domain.privacy import redact
from services.desk.domain.rights import holds, reads_packet
from services.desk.domain.state import CaseState

_FREE_TEXT = frozenset({
    "text", "answer", "asked", "question", "referral", "progress", "opinion", "detail", "note", "summary",
    "reason", "report", "ground", "where", "label", "place",
})  # fmt: skip

SEALED = frozenset({"suspected-false", "verified"})
"""Facts of a suspicion: for whoever works on the case and the police unit."""

INNER = frozenset({
    "contributed", "delegated", "contacted", "reported", "confirmed", "recalled", "follower-added",
})  # fmt: skip
"""Facts between the lead and those beside or below it."""

_PERSON = frozenset({"person", "track_token", "origin", "contacts", "calls", "call"})


def masked(content: dict[str, Any], person: Person, public: frozenset[str]) -> dict[str, Any]:
    """A fact or a state as JSON, without the person, and with `[…]` for personal data in people's words."""
    return {key: _masked(key, value, person, public) for key, value in content.items() if key not in _PERSON}


def _masked(key: str, value: Any, person: Person, public: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return masked(value, person, public)
    if isinstance(value, list):
        return [_masked(key, one, person, public) for one in value]
    return redact(value, person, public) if isinstance(value, str) and key in _FREE_TEXT else value


def masked_state(state: CaseState, public: frozenset[str]) -> CaseState:
    """The case for somebody who may see it, but not whose it is."""
    return CaseState.model_validate(masked(state.model_dump(mode="json"), state.person, public))


def sees_fact(token: str, agency: str, state: CaseState, account: Account) -> bool:
    """Whether this person reads a fact that somebody of `agency` made: each sees what their part needs."""
    if holds(state, account) or agency == account.agency != "":
        return True
    if token in SEALED:
        return reads_packet(state, account)
    return token not in INNER or not (account.of_agency or account.role == "police")


def narrowed(state: CaseState, account: Account) -> CaseState:
    """The case with what this person's part needs: a coordinator sees its own part, not the others'."""
    if holds(state, account):
        return state
    own = tuple(part for part in state.parts if part.agency == account.agency)
    outside = account.of_agency or account.role == "police"
    return state.model_copy(
        update={
            "suspicion": state.suspicion if reads_packet(state, account) else None,
            "parts": own if outside else state.parts,
            "delegation": None if outside else state.delegation,
            "followers": () if outside else state.followers,
        }
    )
