"""Who has the case, from when on: what the shares of its working time are counted by."""

from datetime import datetime

from services.desk.domain.state import FINAL, CaseState

DESK, ARBITER, NOBODY = "@desk", "@arbiter", "@nobody"
"""Stand for the agencies the pack names for these; nobody holds a case that is closed."""


def holder(state: CaseState) -> str:
    """Who has to act: the commune it was delegated to, the lead, the desk, the arbiter; or nobody."""
    if state.status in FINAL:
        return NOBODY
    return ARBITER if state.status == "arbiter" else state.commune or state.lead or DESK


def with_holder(state: CaseState, at: datetime) -> CaseState:
    """The case with its present holder as the last of `holders`, unless it is that already."""
    now = holder(state)
    last, since = state.holders[-1] if state.holders else ("", at)
    if now == last:
        return state
    return state.model_copy(update={"holders": (*state.holders, (now, max(at, since)))})
