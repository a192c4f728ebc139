"""Decisions about cases of one matter: each keeps its number and follows the oldest that it was joined to."""

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from services.desk.domain import handover_inputs as hands
from services.desk.domain.decisions import Moment, Other, decides, made
from services.desk.domain.effects import Changes, on
from services.desk.domain.state import WITH_AGENCY, CaseState
from services.desk.domain.values_of_hands import Joined


@decides(hands.Join)
def join(state: CaseState, command: hands.Join, moment: Moment) -> CaseFact:
    """To an older case, so that no circle can come about however many join at the same time."""
    other = _followed(state, moment.other)
    if state.status in WITH_AGENCY and not command.take_back:
        raise Refused(
            f"Phiếu đang ở {moment.rules.named([state.lead])}: chỉ ghép khi đồng thời rút phiếu về",
            f"{state.lead} holds an open slip: take it back to join",
            field="take_back",
        )
    target = other.state
    return made(
        events.CaseJoined, state, command, moment, to=target.case_id, year=other.year, code=target.code
    )


def _followed(state: CaseState, other: Other | None) -> Other:
    """The case to follow. Raises Refused when it cannot be followed."""
    if other is None or not other.state.opened_at:
        raise Refused("Không có hồ sơ này", "there is no such case", field="to")
    target = other.state
    if target.case_id == state.case_id:
        raise Refused(
            "Không thể ghép hồ sơ với chính nó", "this is the case itself, or follows it", field="to"
        )
    if target.joined:
        raise Refused(
            "Hồ sơ kia vừa được ghép vào hồ sơ khác; hãy thử lại", "that case follows another", field="to"
        )
    if target.status == "rejected":
        raise Refused("Hồ sơ kia không được tiếp nhận", "that case was not taken", field="to")
    if not is_older(target, state):
        raise Refused(
            "Hồ sơ kia đến sau: hãy mở hồ sơ đó và ghép vào hồ sơ này",
            "that case is younger: join it to this one",
            field="to",
        )
    return other


def is_older(one: CaseState, other: CaseState) -> bool:
    """Whether this case came before the other; of two of the same instant, the one of the smaller id."""
    if one.opened_at is None or other.opened_at is None:
        return False
    return (one.opened_at, one.case_id) < (other.opened_at, other.case_id)


@on(events.CaseJoined)
def _joined(_: CaseState, fact: events.CaseJoined) -> Changes:
    return {
        "status": "joined",
        "joined": Joined(case=fact.to, year=fact.year, code=fact.code),
        "held": False,
        "asked": "",
        "verifying_until": None,
    }


@on(events.CaseFollowerAdded)
def _followed_by(state: CaseState, fact: events.CaseFollowerAdded) -> Changes:
    """Told twice, it follows once."""
    others = tuple(one for one in state.followers if one.case != fact.case)
    return {"followers": (*others, Joined(case=fact.case, year=fact.year, code=fact.code))}
