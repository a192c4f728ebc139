"""Who may give which command, and when: the one table behind every decision and every button."""

from collections.abc import Callable
from dataclasses import dataclass

from services.desk.domain import inputs
from services.desk.domain.command import Command
from services.desk.domain.parts import (
    Test,
    answerer,
    arbiter,
    lead,
    not_administrator,
    operator,
    operator_or_arbiter,
)
from services.desk.domain.state import (
    AT_DESK,
    FINAL,
    STATUSES,
    TO_PUBLISH,
    WITH_AGENCY,
    CaseState,
    Status,
)


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
_SETTLED: frozenset[Status] = TO_PUBLISH | {"published", "withheld", "rejected"}


def _need_not_wait(state: CaseState) -> bool:
    """What is urgent is not left waiting for the arbiter's opinion (Điều 13.2)."""
    return state.status != "arbiter" or state.urgent


RIGHTS: dict[type[Command], Right] = {
    inputs.Amend: Right(("sửa thông tin", "amend"), operator, _ALIVE),
    inputs.SetUrgency: Right(("đánh dấu khẩn", "set urgency"), operator, _ALIVE - TO_PUBLISH),
    inputs.AnswerAtDesk: Right(("trả lời tại Tổng đài", "answer at the desk"), operator, _OR_REFERRED),
    inputs.Reject: Right(("không tiếp nhận", "reject"), operator, _OR_REFERRED),
    inputs.Direct: Right(("chuyển phiếu", "send the slip"), operator, _OR_REFERRED, _need_not_wait),
    inputs.Release: Right(
        ("để hệ thống chuyển phiếu", "release"), operator, AT_DESK, lambda state: state.held
    ),
    inputs.Refer: Right(("xin ý kiến về thẩm quyền", "refer to the arbiter"), operator, AT_DESK),
    inputs.TransferCall: Right(("ghi nhận chuyển cuộc gọi", "transfer the call"), operator, _AGENCY_OR_DESK),
    inputs.Determine: Right(("cho ý kiến về thẩm quyền", "determine"), arbiter, frozenset({"arbiter"})),
    inputs.Receive: Right(("nhận phiếu", "receive"), lead, frozenset({"routed"})),
    inputs.Return: Right(("trả lại phiếu", "return"), lead, WITH_AGENCY),
    inputs.AnswerByPhone: Right(("trả lời qua điện thoại", "answer by phone"), lead, WITH_AGENCY),
    inputs.Verify: Right(("báo cần xác minh", "verify"), lead, frozenset({"routed", "received"})),
    inputs.PromiseProgress: Right(
        ("báo tiến độ và hẹn trả lời", "promise the next answer"), lead, WITH_AGENCY
    ),
    inputs.AskInformation: Right(("hỏi thêm người gửi", "ask for information"), lead, WITH_AGENCY),
    inputs.Answer: Right(("trả lời", "answer"), lead, WITH_AGENCY),
    inputs.Publish: Right(("công khai", "publish"), answerer, TO_PUBLISH),
    inputs.Withhold: Right(("không công khai", "withhold"), answerer, TO_PUBLISH),
    inputs.PauseClock: Right(("tạm dừng thời hạn", "pause a clock"), not_administrator, _ALIVE),
    inputs.ResumeClock: Right(("cho thời hạn chạy tiếp", "resume a clock"), not_administrator, _ALIVE),
    inputs.Reopen: Right(("mở lại hồ sơ", "reopen the case"), operator_or_arbiter, _SETTLED),
}

COMMANDS: dict[str, type[Command]] = {cls.token(): cls for cls in RIGHTS}
"""Token → class of every command on a case."""

PER_CLOCK = frozenset({inputs.PauseClock, inputs.ResumeClock})
"""Commands on one clock of the case: offered beside it, to whoever owes what it waits for."""

ABOUT_THE_SLIP = frozenset({
    inputs.Receive, inputs.Return, inputs.AnswerByPhone, inputs.Verify, inputs.PromiseProgress,
    inputs.AskInformation, inputs.Answer, inputs.Publish, inputs.Withhold,
})  # fmt: skip
