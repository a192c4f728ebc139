"""What people do to clocks: pause one of the province's own, let it run again, reopen a case."""

from datetime import datetime, timedelta

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.worktime.calendar import CalendarError
from libs.worktime.pauses import paused
from services.desk.domain import inputs
from services.desk.domain.decisions import Moment, decides, known, made
from services.desk.domain.effects import Changes, on
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.rules import Owed
from services.desk.domain.state import CaseState
from services.desk.domain.values import Pause

FARTHEST_PAUSE = timedelta(days=366)


def owes(account: Account, owed: Owed) -> bool:
    """Whether this person acts for whoever owes what the clock waits for."""
    if owed.owner in {"desk", "arbiter"}:
        return account.role == ("operator" if owed.owner == "desk" else "arbiter")
    of_the_kind = account.role == "police" if owed.owner == "police" else account.of_agency
    return of_the_kind and account.agency == owed.agency


def resting(state: CaseState, clock: str, now: datetime) -> Pause | None:
    """The pause this clock is in, if any."""
    return next((one for one in state.pauses if one.clock == clock and one.at <= now < one.until), None)


@decides(inputs.PauseClock)
def pause(state: CaseState, command: inputs.PauseClock, moment: Moment) -> CaseFact:
    """Only what the province set itself, on a ground of the pack, for a time that ends (Điều 10.3)."""
    owed = _owed(command.clock, moment)
    if not owed.reasons:
        raise Refused(
            "Thời hạn này không được tạm dừng (Điều 10.3)", "this clock never pauses", field="clock"
        )
    known(command.reason, owed.reasons, field="reason")
    if owed.due <= moment.now:
        raise Refused(
            "Đã quá hạn: không tạm dừng được nữa", "the time is over: too late to pause", stale=True
        )
    if resting(state, command.clock, moment.now):
        raise Refused("Thời hạn này đang tạm dừng rồi", "this clock is paused already", stale=True)
    _check_end(state, command, owed, moment.now)
    return made(
        events.CaseClockPaused,
        state,
        command,
        moment,
        clock=command.clock,
        reason=command.reason,
        until=command.until,
        note=command.note,
    )


def _check_end(state: CaseState, command: inputs.PauseClock, owed: Owed, now: datetime) -> None:
    if not now < command.until <= now + FARTHEST_PAUSE:
        raise Refused(
            "Thời điểm chạy tiếp phải ở tương lai và trong vòng một năm",
            "the end of the pause must lie in the future, within a year",
            field="until",
        )
    spans = [(one.at, one.until) for one in state.pauses if one.clock == command.clock]
    try:
        spent = paused(owed.calendar, spans)
        cost = paused(owed.calendar, [*spans, (now, command.until)])
    except CalendarError as error:
        raise Refused("Lịch làm việc chưa có những ngày này", str(error), field="until") from error
    if cost > owed.limit:
        left = max(0, owed.limit - spent)
        raise Refused(
            f"Chỉ được tạm dừng thêm {_length(left, 'giờ', 'phút')} làm việc; hãy chọn thời điểm sớm hơn",
            f"only {_length(left, 'h', 'min')} of working time may still be paused: choose an earlier end",
            field="until",
        )


@decides(inputs.ResumeClock)
def resume(state: CaseState, command: inputs.ResumeClock, moment: Moment) -> CaseFact:
    """The pause ends before its time."""
    _owed(command.clock, moment)
    if not resting(state, command.clock, moment.now):
        raise Refused("Thời hạn này không còn tạm dừng", "this clock is not paused any more", stale=True)
    return made(events.CaseClockResumed, state, command, moment, clock=command.clock)


@decides(inputs.Reopen)
def reopen(state: CaseState, command: inputs.Reopen, moment: Moment) -> CaseFact:
    """A new cycle; nothing of the earlier ones is forgotten."""
    return made(events.CaseReopened, state, command, moment, cycle=state.cycle + 1, reason=command.reason)


def _owed(clock: str, moment: Moment) -> Owed:
    owed = moment.rules.clocks.get(clock)
    if owed is None:
        raise Refused("Thời hạn này không còn chạy", "this clock runs no longer", field="clock", stale=True)
    if not owes(moment.account, owed):
        raise NotAllowed(
            "Chỉ bên đang chịu thời hạn này mới được tạm dừng hoặc cho chạy tiếp",
            "only whoever owes what this clock waits for may pause or resume it",
        )
    return owed


def _length(seconds: int, hours: str, minutes: str) -> str:
    whole, rest = seconds // 3600, seconds // 60 % 60
    return " ".join(
        filter(None, (f"{whole} {hours}" if whole else "", f"{rest} {minutes}" if rest else ""))
    ) or (f"0 {hours}")


@on(events.CaseClockPaused)
def _paused(state: CaseState, fact: events.CaseClockPaused) -> Changes:
    rest = Pause(clock=fact.clock, reason=fact.reason, at=fact.at, until=fact.until, by=fact.by.name or "")
    return {"pauses": (*state.pauses, rest)}


@on(events.CaseClockResumed)
def _resumed(state: CaseState, fact: events.CaseClockResumed) -> Changes:
    return {
        "pauses": tuple(
            one.model_copy(update={"until": max(one.at, min(one.until, fact.at))})
            if one.clock == fact.clock
            else one
            for one in state.pauses
        )
    }


@on(events.CaseReopened)
def _reopened(state: CaseState, fact: events.CaseReopened) -> Changes:
    """The answer and what was published stay readable; who decides next is the operator."""
    return {
        "status": "triage",
        "cycle": fact.cycle,
        "determination": None,
        "instruction": None,
        "slip_received_at": None,
        "verifying_until": None,
        "asked": "",
        "unsolved": state.unsolved + (fact.by.role == "citizen"),
    }
