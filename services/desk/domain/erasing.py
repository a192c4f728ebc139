"""When a case may be erased, and the holds that stand in the way."""

from libs.contracts import events
from libs.contracts.errors import Refused
from services.desk.domain.effects import Changes, on
from services.desk.domain.obstacles import under_suspicion
from services.desk.domain.state import FINAL, CaseState


def require_erasable(state: CaseState) -> None:
    """Raises Refused, stale: the case is not settled, is held as evidence, or was erased."""
    why = None
    if state.erased_at:
        why = ("Dữ liệu của hồ sơ này đã được xóa", "this case was erased already")
    elif state.status not in FINAL:
        why = ("Hồ sơ chưa xong: chưa xóa được", "the case is not settled yet")
    elif state.hold:
        why = (f"Hồ sơ đang được giữ làm chứng cứ theo {state.hold}", f"the case is held for {state.hold}")
    else:
        why = under_suspicion(state)
    if why:
        raise Refused(*why, stale=True)


@on(events.CaseHoldPlaced)
def _hold_placed(_: CaseState, fact: events.CaseHoldPlaced) -> Changes:
    return {"hold": fact.reference}


@on(events.CaseHoldLifted)
def _hold_lifted(_: CaseState, __: events.CaseHoldLifted) -> Changes:
    return {"hold": ""}


@on(events.CaseErased)
def _erased(_: CaseState, fact: events.CaseErased) -> Changes:
    """The facts before it are what is left of the case."""
    return {"erased_at": fact.at}
