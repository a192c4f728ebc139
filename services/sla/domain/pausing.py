"""Pauses of policy clocks; the clocks of the law never rest (Điều 10.3).

The desk refuses what is not allowed. What it should have refused changes nothing here, and is counted.
"""

from libs.contracts.events import CaseClockPaused, CaseClockResumed
from libs.contracts.sidefacts import ClockFact, ClockPaused, ClockResumed
from libs.worktime.calendar import CalendarError
from services.sla.domain.book import Book
from services.sla.domain.clock import Clock
from services.sla.domain.reckoning import reckon
from services.sla.domain.speech import say

Said = list[ClockFact]


def pause(clock: Clock, fact: CaseClockPaused, seq: int, book: Book) -> tuple[Clock, Said]:
    """The clock rests from now until `fact.until`, as far as the kind's limit of pausing reaches."""
    kind = book.pack(clock.pack).clock(clock.kind)
    allowed = kind.basis == "policy" and fact.reason in kind.pauses and fact.until > fact.at
    if not allowed or clock.state != "running" or _resting(clock, fact) is not None:
        return clock, []
    rests = clock.with_(pauses=(*clock.pauses, (fact.at, fact.until)))
    try:
        before, after = reckon(clock, book), reckon(rests, book)
    except CalendarError:  # the calendar ends before the pause does
        return clock, []
    if before.pauses == after.pauses:  # all that this clock may rest is spent
        return clock, []
    number = len(rests.pauses)
    more = {"number": number, "reason": fact.reason, "until": fact.until}
    return rests, [say(ClockPaused, rests, after, **_said_at(fact, seq), **more)]


def resume(clock: Clock, fact: CaseClockResumed, seq: int, book: Book) -> tuple[Clock, Said]:
    """The pause that runs ends now."""
    number = _resting(clock, fact)
    if clock.state != "running" or number is None:
        return clock, []
    *earlier, (begin, _) = clock.pauses
    goes_on = clock.with_(pauses=(*earlier, (begin, fact.at)))
    return goes_on, [say(ClockResumed, goes_on, reckon(goes_on, book), **_said_at(fact, seq), number=number)]


def _resting(clock: Clock, fact: CaseClockPaused | CaseClockResumed) -> int | None:
    """The number of the pause that runs at the instant of this fact."""
    if clock.pauses and clock.pauses[-1][0] <= fact.at < clock.pauses[-1][1]:
        return len(clock.pauses)
    return None


def _said_at(fact: CaseClockPaused | CaseClockResumed, seq: int) -> dict[str, object]:
    return {"at": fact.at, "cause": fact.event_id, "case_seq": seq, "pack_version": fact.pack_version}
