"""Who may do what and when, asked of the table of rights."""

from libs.contracts.errors import Refused
from services.desk.domain import inputs
from services.desk.domain.command import Command
from services.desk.domain.errors import NotAllowed
from services.desk.domain.obstacles import Why
from services.desk.domain.parts import EARLIER, co_lead, commune, lead, operator, police
from services.desk.domain.people import ROLE_NAMES, Account
from services.desk.domain.rights_table import (
    ABOUT_OTHER_HANDS,
    ABOUT_THE_SLIP,
    OFFERED_ELSEWHERE,
    RIGHTS,
    Right,
)
from services.desk.domain.state import STATUS_NAMES, CaseState

__all__ = ["RIGHTS", "allowed", "holds", "may_see", "require", "require_in_office"]


def allowed(state: CaseState, account: Account, arbiter: str) -> frozenset[str]:
    """The tokens of the commands this person may give now: what the page shows as buttons."""
    return frozenset(
        cls.token()
        for cls, right in RIGHTS.items()
        if account.active
        and not state.erased_at
        and cls not in OFFERED_ELSEWHERE
        and state.status in right.when
        and right.unless(state) is None
        and right.who(state, account)
        and not _foreign_arbiter(account, arbiter)
    )


def may_see(state: CaseState, account: Account) -> bool:
    """Everybody of the desk sees every case; an officer those on whose slips their agency ever stood.

    A police unit sees those it was asked to verify, an auditor none.
    """
    if not account.active or account.role == "auditor":
        return False
    if account.role == "police":
        return police(state, account)
    return not account.of_agency or account.agency in state.involved


def holds(state: CaseState, account: Account) -> bool:
    """Whether this person works on the case, so that they see the citizen.

    Operators; the lead and the co-leads of the current slip; the commune that must speak to them.
    """
    parts = (operator, lead, co_lead, commune)
    return account.active and any(part(state, account) for part in parts)


def reads_packet(state: CaseState, account: Account) -> bool:
    """The sealed evidence of a suspicion is for the police unit that was asked, and for nobody else."""
    return account.active and police(state, account)


def require_in_office(account: Account, arbiter: str) -> None:
    """Raises NotAllowed for an arbiter's account of an agency that is not the arbiter, or no longer.

    Điều 10.4 names one authority, and Điều 13 has that one watch over all cases. Another agency sees what was
    sent to it and nothing else, masked or not: whoever sees without holding has it from the law.
    """
    if _foreign_arbiter(account, arbiter):
        raise NotAllowed(
            "Cơ quan của tài khoản này không phải cơ quan xác định thẩm quyền (Điều 10.4);"
            " xin quản trị viên đổi vai trò hoặc cơ quan của tài khoản",
            "this account's agency is not the arbiter: ask an administrator to move the account",
        )


def require(state: CaseState, command: Command, account: Account, arbiter: str) -> None:
    """Raises NotAllowed when it is not this person's to do, Refused (stale) when the moment has passed."""
    right = RIGHTS[type(command)]
    vi, en = right.label
    if state.erased_at:
        raise Refused("Dữ liệu của hồ sơ này đã được xóa", "this case was erased", stale=True)
    if _moment_passed(state, right, account):
        raise _stale(state, right)
    if not account.active or not right.who(state, account) or _foreign_arbiter(account, arbiter):
        role_vi, role_en = ROLE_NAMES[account.role]
        raise NotAllowed(
            f"Tài khoản {role_vi} của bạn không được “{vi}” ở hồ sơ này",
            f"your account ({role_en}) may not do this here: {en}",
        )
    if state.status not in right.when:
        raise _stale(state, right)
    if why := right.unless(state):
        raise _hindered(state, right, why)
    _check_seen(state, command)


def _moment_passed(state: CaseState, right: Right, account: Account) -> bool:
    """An officer whose slip was returned or replaced meanwhile is late, not an intruder."""
    earlier = EARLIER.get(right.who)
    if earlier is None or not account.of_agency or not account.active:
        return False
    return earlier(state, account) and not right.who(state, account)


def _foreign_arbiter(account: Account, arbiter: str) -> bool:
    return account.role == "arbiter" and account.agency != arbiter


def _check_seen(state: CaseState, command: Command) -> None:
    changed = 0
    if type(command) in ABOUT_THE_SLIP:
        changed = state.slip_at
    elif isinstance(command, inputs.Amend):
        changed = state.details_at
    if type(command) in ABOUT_OTHER_HANDS:
        changed = max(changed, state.hands_at)
    if command.seen is not None and command.seen < changed:
        raise Refused(
            "Hồ sơ đã thay đổi sau khi bạn mở trang; xin xem lại rồi gửi lại",
            "the case changed after you opened the page; look again and send again",
            stale=True,
        )


def _hindered(state: CaseState, right: Right, why: Why) -> Refused:
    vi, en = why
    return Refused(vi, en, stale=True) if vi else _stale(state, right)


def _stale(state: CaseState, right: Right) -> Refused:
    (vi, en), (now_vi, now_en) = right.label, STATUS_NAMES[state.status]
    who = state.changed_by.name if state.changed_by and state.changed_by.name else ""
    return Refused(
        f"Hồ sơ hiện ở bước “{now_vi}”{f' (bởi {who})' if who else ''}: không thể “{vi}” nữa",
        f"the case is now “{now_en}”{f' (by {who})' if who else ''}: “{en}” is no longer possible",
        stale=True,
    )
