"""The register of what each fact changes: `on` puts an effect in, `fold` applies it."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from libs.contracts.casefact import CaseFact
from services.desk.domain.holding import with_holder
from services.desk.domain.state import CaseState

Changes = dict[str, Any]
F = TypeVar("F", bound=CaseFact)
Effect = Callable[[CaseState, Any], Changes]

_EFFECTS: dict[type[CaseFact], Effect] = {}


def on(cls: type[F]) -> Callable[[Callable[[CaseState, F], Changes]], Callable[[CaseState, F], Changes]]:
    def register(effect: Callable[[CaseState, F], Changes]) -> Callable[[CaseState, F], Changes]:
        _EFFECTS[cls] = cast("Effect", effect)
        return effect

    return register


def _new_slip(state: CaseState, changes: Changes) -> bool:
    return len(changes.get("slips", state.slips)) > len(state.slips)


def fold(state: CaseState, fact: CaseFact) -> CaseState:
    """The case after this fact; a fact that this version gives no meaning to is only counted."""
    effect = _EFFECTS.get(type(fact))
    changes = effect(state, fact) if effect else {}
    changes["facts"] = state.facts + 1
    if changes.get("status", state.status) != state.status or _new_slip(state, changes):
        changes |= {"since": fact.at, "changed_by": fact.by}
    return with_holder(state.model_copy(update=changes), fact.at)
