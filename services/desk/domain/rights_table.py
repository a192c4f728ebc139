"""Who may give which command, and when: the one table behind every decision and every button."""

from dataclasses import dataclass

from services.desk.domain import handover_inputs as hands
from services.desk.domain import inputs, obstacles
from services.desk.domain import oversight_inputs as oversight
from services.desk.domain.command import Command
from services.desk.domain.obstacles import Obstacle
from services.desk.domain.parts import (
    Test,
    answerer,
    arbiter,
    commune,
    coordinator,
    lead,
    lead_or_commune,
    not_an_onlooker,
    operator,
    operator_or_arbiter,
    police,
    reviewer,
    whoever_works_on_it,
)
from services.desk.domain.state import (
    AT_DESK,
    FINAL,
    STATUSES,
    TO_PUBLISH,
    WITH_AGENCY,
    Status,
)


@dataclass(frozen=True)
class Right:
    """`who` may do it while the case is in one of `when`; `unless` says what may stand in the way."""

    label: tuple[str, str]
    who: Test
    when: frozenset[Status]
    unless: Obstacle = obstacles.nothing


_ALIVE: frozenset[Status] = frozenset(STATUSES) - FINAL
_AGENCY_OR_DESK = AT_DESK | WITH_AGENCY
_OR_REFERRED: frozenset[Status] = AT_DESK | {"arbiter"}
_JOINABLE: frozenset[Status] = _AGENCY_OR_DESK | {"arbiter"}
_EVER: frozenset[Status] = frozenset(STATUSES)
_SETTLED: frozenset[Status] = TO_PUBLISH | {"published", "withheld", "rejected"}


RIGHTS: dict[type[Command], Right] = {
    inputs.Amend: Right(("sửa thông tin", "amend"), operator, _ALIVE),
    inputs.SetUrgency: Right(("đánh dấu khẩn", "set urgency"), operator, _ALIVE - TO_PUBLISH),
    inputs.AnswerAtDesk: Right(("trả lời tại Tổng đài", "answer at the desk"), operator, _OR_REFERRED),
    inputs.Reject: Right(("không tiếp nhận", "reject"), operator, _OR_REFERRED, obstacles.under_suspicion),
    inputs.Direct: Right(
        ("chuyển phiếu", "send the slip"), operator, _OR_REFERRED, obstacles.waits_for_the_arbiter
    ),
    inputs.Release: Right(("để hệ thống chuyển phiếu", "release"), operator, AT_DESK, obstacles.not_held),
    inputs.Refer: Right(("xin ý kiến về thẩm quyền", "refer to the arbiter"), operator, AT_DESK),
    inputs.TransferCall: Right(("ghi nhận chuyển cuộc gọi", "transfer the call"), operator, _AGENCY_OR_DESK),
    inputs.Determine: Right(("cho ý kiến về thẩm quyền", "determine"), arbiter, frozenset({"arbiter"})),
    inputs.Receive: Right(("nhận phiếu", "receive"), lead, frozenset({"routed"})),
    inputs.Return: Right(("trả lại phiếu", "return"), lead, WITH_AGENCY, obstacles.bound),
    inputs.AnswerByPhone: Right(
        ("trả lời qua điện thoại", "answer by phone"), lead, WITH_AGENCY, obstacles.at_the_commune
    ),
    inputs.Verify: Right(("báo cần xác minh", "verify"), lead, frozenset({"routed", "received"})),
    inputs.PromiseProgress: Right(
        ("báo tiến độ và hẹn trả lời", "promise the next answer"), lead, WITH_AGENCY
    ),
    inputs.AskInformation: Right(("hỏi thêm người gửi", "ask for information"), lead, WITH_AGENCY),
    inputs.Answer: Right(("trả lời", "answer"), lead, WITH_AGENCY, obstacles.at_the_commune),
    inputs.Publish: Right(("công khai", "publish"), answerer, TO_PUBLISH, obstacles.under_suspicion),
    inputs.Withhold: Right(("không công khai", "withhold"), answerer, TO_PUBLISH, obstacles.under_suspicion),
    hands.Contribute: Right(("gửi phần phối hợp", "give a part of the answer"), coordinator, WITH_AGENCY),
    hands.Delegate: Right(("giao xã xử lý", "delegate"), lead, WITH_AGENCY, obstacles.at_the_commune),
    hands.Contact: Right(("ghi lần liên hệ", "log a contact"), lead_or_commune, WITH_AGENCY),
    hands.Report: Right(("báo cáo kết quả", "report"), commune, WITH_AGENCY, obstacles.nobody_contacted),
    hands.Confirm: Right(
        ("xác nhận kết quả của xã", "confirm the report"), lead, WITH_AGENCY, obstacles.not_reported
    ),
    hands.Recall: Right(("thu hồi từ xã", "recall"), lead, WITH_AGENCY, obstacles.not_at_the_commune),
    hands.Join: Right(("ghép vào hồ sơ cùng việc", "join"), operator, _JOINABLE),
    hands.SuspectFalse: Right(
        ("báo nghi tin giả", "suspect a false report"), whoever_works_on_it, _ALIVE, obstacles.suspected
    ),
    hands.Conclude: Right(
        ("kết luận xác minh", "conclude the verification"), police, _EVER, obstacles.not_suspected
    ),
    inputs.PauseClock: Right(("tạm dừng thời hạn", "pause a clock"), not_an_onlooker, _ALIVE),
    inputs.ResumeClock: Right(("cho thời hạn chạy tiếp", "resume a clock"), not_an_onlooker, _ALIVE),
    inputs.Succeed: Right(
        ("giao cơ quan kế tục", "name the successor"), operator_or_arbiter, WITH_AGENCY | TO_PUBLISH
    ),
    inputs.Reopen: Right(
        ("mở lại hồ sơ", "reopen the case"), operator_or_arbiter, _SETTLED, obstacles.under_suspicion
    ),
    oversight.Remind: Right(
        ("nhắc cơ quan", "remind the agency"), arbiter, WITH_AGENCY | TO_PUBLISH, obstacles.nobody_owes
    ),
    oversight.Instruct: Right(("chỉ đạo xử lý gấp", "direct it urgently"), arbiter, _JOINABLE),
    oversight.Review: Right(
        ("rà soát câu trả lời", "review the answer"), reviewer, TO_PUBLISH | {"published", "withheld"}
    ),
}

COMMANDS: dict[str, type[Command]] = {cls.token(): cls for cls in RIGHTS}
"""Token → class of every command on a case."""

OFFERED_ELSEWHERE = frozenset({inputs.PauseClock, inputs.ResumeClock, inputs.Succeed, oversight.Review})
"""No buttons of the case: offered beside a clock, or in a list: of cases without a successor, of answers."""

ABOUT_THE_SLIP = frozenset({
    inputs.Receive, inputs.Return, inputs.AnswerByPhone, inputs.Verify, inputs.PromiseProgress,
    inputs.AskInformation, inputs.Answer, inputs.Publish, inputs.Withhold,
    hands.Contribute, hands.Delegate, hands.Report, hands.Confirm, hands.Recall,
})  # fmt: skip

ABOUT_OTHER_HANDS = frozenset({inputs.Answer, inputs.AnswerByPhone, hands.Confirm})
"""Rest on what others gave: a part or a report that came after the form was made has not been read."""
