"""Takes the person out of what somebody may read who does not hold the case."""

from typing import Any

from libs.contracts.events import Person
from services.desk.domain.privacy import redact
from services.desk.domain.state import CaseState

_FREE_TEXT = frozenset({
    "text", "answer", "asked", "question", "referral", "progress", "opinion", "detail", "note", "summary",
    "reason",
})  # fmt: skip
_PERSON = frozenset({"person", "track_token"})


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
