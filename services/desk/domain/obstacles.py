"""What stands in the way of a command although the step and the person are right: why not, or nothing."""

from collections.abc import Callable

from services.desk.domain.state import CaseState

Why = tuple[str, str]
"""Why not (Vietnamese, English); two empty words: the case simply is not so."""

Obstacle = Callable[[CaseState], Why | None]

NOT_SO: Why = ("", "")


def nothing(_: CaseState) -> Why | None:
    return None


def waits_for_the_arbiter(state: CaseState) -> Why | None:
    """What is urgent is not left waiting (Điều 13.2), unless two agencies returned it already (Điều 10.4)."""
    if state.status != "arbiter":
        return None
    if state.determination:
        return None  # the coordinator said where it goes (Điều 13.2)
    if state.returned_too_often:
        return (
            "Phiếu đã bị trả lại hai lần: chờ cơ quan xác định thẩm quyền quyết định (Điều 10.4)",
            "two agencies returned it: the arbiter decides",
        )
    return None if state.urgent else NOT_SO


def not_held(state: CaseState) -> Why | None:
    return None if state.held else NOT_SO


def bound(state: CaseState) -> Why | None:
    """Điều 10.4: what the arbiter determined is not sent back."""
    opinion = state.current.bound if state.current else None
    if not opinion:
        return None
    name = (opinion.by.name if opinion.by else "") or ""
    vi, en = (f" của {name}", f" ({name})") if name else ("", "")
    return (
        f"Phiếu gửi theo ý kiến xác định thẩm quyền{vi}: không được trả lại (Điều 10.4)",
        f"the arbiter{en} determined this agency: the slip cannot be returned",
    )


def at_the_commune(state: CaseState) -> Why | None:
    """The lead stays accountable: it takes the work over or back before it answers (Đồng Nai 5)."""
    if not state.commune:
        return None
    return (
        "Việc đang giao cho xã: hãy xác nhận kết quả hoặc thu hồi trước (Đồng Nai 5)",
        "the work is at the commune: confirm its report or recall it first",
    )


def not_at_the_commune(state: CaseState) -> Why | None:
    return None if state.commune else NOT_SO


def nobody_contacted(state: CaseState) -> Why | None:
    """Đồng Nai 5: the commune itself speaks to the citizen first, or tries to."""
    if not state.delegation or state.delegation.stage != "delegated":
        return NOT_SO
    if any(one.agency == state.delegation.to for one in state.delegation.contacts):
        return None
    return (
        "Xã chưa ghi nhận lần liên hệ nào với người gửi từ khi được giao (Đồng Nai 5)",
        "the commune has no contact with the citizen on record since the work was handed over",
    )


def not_reported(state: CaseState) -> Why | None:
    return None if state.commune and state.delegation and state.delegation.stage == "reported" else NOT_SO


def under_suspicion(state: CaseState) -> Why | None:
    """Đồng Nai 2, 5: nothing is published, closed or begun anew before the police unit has a result."""
    if not state.suspicion or not state.suspicion.open:
        return None
    return (
        "Chờ kết quả xác minh tin báo: chưa được công khai, đóng hay mở lại hồ sơ (Đồng Nai 2)",
        "the report is being verified: no publication before the result",
    )


def suspected(state: CaseState) -> Why | None:
    """One suspicion a case: its packet was sealed once."""
    return NOT_SO if state.suspicion else None


def not_suspected(state: CaseState) -> Why | None:
    return None if under_suspicion(state) else NOT_SO


def nobody_owes(state: CaseState) -> Why | None:
    """The desk's own answers are not an agency's to be reminded of."""
    return None if state.lead else NOT_SO
