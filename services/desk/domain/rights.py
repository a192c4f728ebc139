"""Who may do what and when: the one table behind every decision and every button."""

from collections.abc import Callable
from dataclasses import dataclass

from libs.contracts.errors import Refused
from services.desk.domain import inputs
from services.desk.domain.errors import NotAllowed
from services.desk.domain.inputs import Command
from services.desk.domain.people import ROLE_NAMES, Account
from services.desk.domain.state import (
    AT_DESK,
    FINAL,
    STATUS_NAMES,
    STATUSES,
    TO_PUBLISH,
    WITH_AGENCY,
    CaseState,
    Status,
)

Test = Callable[[CaseState, Account], bool]


def _operator(_: CaseState, account: Account) -> bool:
    return account.role == "operator"


def _lead(state: CaseState, account: Account) -> bool:
    return account.role == "officer" and bool(account.agency) and state.lead == account.agency


def _arbiter(_: CaseState, account: Account) -> bool:
    return account.role == "arbiter"


def _answerer(state: CaseState, account: Account) -> bool:
    """Whoever answered publishes: the desk its own answers (Điều 12.1), the agency its own (12.2)."""
    if state.status == "answered_at_desk" or (state.answered_by and state.answered_by.role == "operator"):
        return _operator(state, account)
    return _lead(state, account)


@dataclass(frozen=True)
class Right:
    """`who` may do it while the case is in one of `when`; `also` names what else must hold."""

    label: tuple[str, str]
    who: Test
    when: frozenset[Status]
    also: Callable[[CaseState], bool] = lambda _: True


_ALIVE: frozenset[Status] = frozenset(STATUSES) - FINAL
_AGENCY_OR_DESK = AT_DESK | WITH_AGENCY
_OR_REFERRED: frozenset[Status] = AT_DESK | {"arbiter"}


def _need_not_wait(state: CaseState) -> bool:
    """What is urgent is not left waiting for the arbiter's opinion (Điều 13.2)."""
    return state.status != "arbiter" or state.urgent


RIGHTS: dict[type[Command], Right] = {
    inputs.Amend: Right(("sửa thông tin", "amend"), _operator, _ALIVE),
    inputs.SetUrgency: Right(("đánh dấu khẩn", "set urgency"), _operator, _ALIVE - TO_PUBLISH),
    inputs.AnswerAtDesk: Right(("trả lời tại Tổng đài", "answer at the desk"), _operator, _OR_REFERRED),
    inputs.Reject: Right(("không tiếp nhận", "reject"), _operator, _OR_REFERRED),
    inputs.Direct: Right(("chuyển phiếu", "send the slip"), _operator, _OR_REFERRED, _need_not_wait),
    inputs.Release: Right(
        ("để hệ thống chuyển phiếu", "release"), _operator, AT_DESK, lambda state: state.held
    ),
    inputs.Refer: Right(("xin ý kiến về thẩm quyền", "refer to the arbiter"), _operator, AT_DESK),
    inputs.TransferCall: Right(("ghi nhận chuyển cuộc gọi", "transfer the call"), _operator, _AGENCY_OR_DESK),
    inputs.Determine: Right(("cho ý kiến về thẩm quyền", "determine"), _arbiter, frozenset({"arbiter"})),
    inputs.Receive: Right(("nhận phiếu", "receive"), _lead, frozenset({"routed"})),
    inputs.Return: Right(("trả lại phiếu", "return"), _lead, WITH_AGENCY),
    inputs.AnswerByPhone: Right(("trả lời qua điện thoại", "answer by phone"), _lead, WITH_AGENCY),
    inputs.Verify: Right(("báo cần xác minh", "verify"), _lead, frozenset({"routed", "received"})),
    inputs.PromiseProgress: Right(
        ("báo tiến độ và hẹn trả lời", "promise the next answer"), _lead, WITH_AGENCY
    ),
    inputs.AskInformation: Right(("hỏi thêm người gửi", "ask for information"), _lead, WITH_AGENCY),
    inputs.Answer: Right(("trả lời", "answer"), _lead, WITH_AGENCY),
    inputs.Publish: Right(("công khai", "publish"), _answerer, TO_PUBLISH),
    inputs.Withhold: Right(("không công khai", "withhold"), _answerer, TO_PUBLISH),
}

_ABOUT_THE_SLIP = frozenset({
    inputs.Receive, inputs.Return, inputs.AnswerByPhone, inputs.Verify, inputs.PromiseProgress,
    inputs.AskInformation, inputs.Answer, inputs.Publish, inputs.Withhold,
})  # fmt: skip


def allowed(state: CaseState, account: Account, arbiter: str) -> frozenset[str]:
    """The tokens of the commands this person may give now: what the page shows as buttons."""
    return frozenset(
        cls.token()
        for cls, right in RIGHTS.items()
        if account.active
        and state.status in right.when
        and right.also(state)
        and right.who(state, account)
        and not _foreign_arbiter(account, arbiter)
    )


def may_see(state: CaseState, account: Account) -> bool:
    """Everybody of the desk sees every case; an officer those on whose slips their agency ever stood."""
    return account.active and (account.role != "officer" or account.agency in state.involved)


def holds(state: CaseState, account: Account) -> bool:
    """Whether this person works on the case: operators, and the lead agency of the current slip."""
    return account.active and (_operator(state, account) or _lead(state, account))


def require(state: CaseState, command: Command, account: Account, arbiter: str) -> None:
    """Raises NotAllowed when it is not this person's to do, Refused (stale) when the moment has passed."""
    right = RIGHTS[type(command)]
    vi, en = right.label
    if _moment_passed(state, right, account):
        raise _stale(state, right)
    if not account.active or not right.who(state, account) or _foreign_arbiter(account, arbiter):
        role_vi, role_en = ROLE_NAMES[account.role]
        raise NotAllowed(
            f"Tài khoản {role_vi} của bạn không được “{vi}” ở hồ sơ này",
            f"your account ({role_en}) may not do this here: {en}",
        )
    if state.status not in right.when or not right.also(state):
        raise _stale(state, right)
    _check_seen(state, command)


def _moment_passed(state: CaseState, right: Right, account: Account) -> bool:
    """An officer whose slip was returned or replaced meanwhile is late, not an intruder."""
    was_on_it = account.role == "officer" and any(sent.slip.lead == account.agency for sent in state.slips)
    return right.who is _lead and account.active and was_on_it and not _lead(state, account)


def _foreign_arbiter(account: Account, arbiter: str) -> bool:
    return account.role == "arbiter" and account.agency != arbiter


def _check_seen(state: CaseState, command: Command) -> None:
    changed = 0
    if type(command) in _ABOUT_THE_SLIP:
        changed = state.slip_at
    elif isinstance(command, inputs.Amend):
        changed = state.details_at
    if command.seen is not None and command.seen < changed:
        raise Refused(
            "Hồ sơ đã thay đổi sau khi bạn mở trang; xin xem lại rồi gửi lại",
            "the case changed after you opened the page; look again and send again",
            stale=True,
        )


def _stale(state: CaseState, right: Right) -> Refused:
    (vi, en), (now_vi, now_en) = right.label, STATUS_NAMES[state.status]
    who = state.changed_by.name if state.changed_by and state.changed_by.name else ""
    return Refused(
        f"Hồ sơ hiện ở bước “{now_vi}”{f' (bởi {who})' if who else ''}: không thể “{vi}” nữa",
        f"the case is now “{now_en}”{f' (by {who})' if who else ''}: “{en}” is no longer possible",
        stale=True,
    )
