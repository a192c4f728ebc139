"""Which fact of a case starts, stops, pauses or cancels which of its clocks.

The rules are the clock kinds of the pack: nothing here names one. A clock is judged by the facts' own
instants, never by when they were read: reading the stream again gives the same outcomes.
"""

from datetime import timedelta

from libs.contracts.events import (
    CaseClockPaused,
    CaseClockResumed,
    CaseContributed,
    CaseErased,
    CaseFact,
    CaseInstructed,
    CaseReopened,
    CaseSucceeded,
    CaseUrgencySet,
)
from libs.contracts.happenings import happening
from libs.contracts.sidefacts import ClockCancelled, ClockEnded, ClockFact, ClockMet
from libs.packs.model import ClockKind
from services.sla.domain.book import Book
from services.sla.domain.case import Case, noted, promise_in
from services.sla.domain.clock import Clock
from services.sla.domain.passing import advance
from services.sla.domain.pausing import pause, resume
from services.sla.domain.reckoning import reckon
from services.sla.domain.speech import say
from services.sla.domain.starting import started

Said = list[ClockFact]

JUST_BEFORE = timedelta(microseconds=1)


def follow(case: Case, fact: CaseFact, seq: int, book: Book) -> tuple[Case, Said]:
    """The case after a fact with this sequence in CASES, and what its clocks say about it, in order."""
    kinds = book.pack(fact.pack_version).clocks
    clocks, said = dict(case.clocks), list[ClockFact]()
    for clock in case.clocks.values():
        if clock.open and clock.cycle == case.cycle and _concerns(fact, clock, case, book):
            clock, passed = advance(clock, book, fact.at - JUST_BEFORE)  # noqa: PLW2901
            clocks[clock.id], more = _touched(clock, fact, seq, book)
            said += passed + more
    ignored = isinstance(fact, CaseClockPaused | CaseClockResumed) and not _heard(case, clocks, fact)
    case = noted(case.with_(clocks=clocks, ignored=case.ignored + ignored), fact)
    for kind in sorted(kinds, key=lambda one: one.within is not None):  # the whole before its part
        if happening(fact) in kind.starts:
            for clock, more in started(case, kind, fact, seq, book):
                case = case.with_(clocks={**case.clocks, clock.id: clock})
                said += more
    return case, said


def _heard(case: Case, clocks: dict[str, Clock], fact: CaseClockPaused | CaseClockResumed) -> bool:
    before, after = case.clocks.get(fact.clock), clocks.get(fact.clock)
    return before is not None and after is not None and before.pauses != after.pauses


def _concerns(fact: CaseFact, clock: Clock, case: Case, book: Book) -> bool:
    """Whether the fact can change the clock: only then is it asked what time did to it until then."""
    if isinstance(fact, CaseUrgencySet | CaseInstructed) or _outcome(fact, clock, book):
        return True
    if isinstance(fact, CaseSucceeded):
        return (fact.slip, fact.agency) == (clock.slip, clock.agency)
    if isinstance(fact, CaseClockPaused | CaseClockResumed):
        return fact.clock == clock.id
    return clock.slip == case.slip and promise_in(fact, case) is not None


def _touched(clock: Clock, fact: CaseFact, seq: int, book: Book) -> tuple[Clock, Said]:
    """The clock after a fact that concerns it: stopped, resting, or with something to remember."""
    if outcome := _outcome(fact, clock, book):
        return _stopped(clock, outcome, fact, seq, book)
    if isinstance(fact, CaseClockPaused):
        return pause(clock, fact, seq, book)
    if isinstance(fact, CaseClockResumed):
        return resume(clock, fact, seq, book)
    if isinstance(fact, CaseSucceeded):
        return clock.with_(agency=fact.to), []
    if isinstance(fact, CaseUrgencySet | CaseInstructed):
        return clock.with_(urgent=getattr(fact, "urgent", True)), []
    promise = promise_in(fact, Case(case_id=clock.case_id))
    if promise and clock.promised_at is None:
        clock = clock.with_(promises=(*clock.promises, (promise.made, promise.promised_at)))
    return clock, []


def _outcome(fact: CaseFact, clock: Clock, book: Book) -> str:
    """What the fact is to this clock by the rules of its kind: met, cancelled or replaced; else nothing.

    Reopening closes the books of the cycle: what was still owed is owed anew. In an erased case
    nothing is owed: it was settled, though a backup from before that brings it back open.
    """
    name, kind = happening(fact), book.pack(clock.pack).clock(clock.kind)
    if name in kind.meets:
        return "" if _anothers_part(fact, clock, kind) else "met"
    if name in kind.cancels or isinstance(fact, CaseReopened | CaseErased):
        return "cancelled"
    return "replaced" if name in kind.replaces else ""


def _anothers_part(fact: CaseFact, clock: Clock, kind: ClockKind) -> bool:
    """Each coordinating agency owes its own part."""
    if kind.per != "coordinator" or not isinstance(fact, CaseContributed):
        return False
    return fact.agency != clock.agency


def _stopped(clock: Clock, outcome: str, fact: CaseFact, seq: int, book: Book) -> tuple[Clock, Said]:
    """Met, ended after a miss, or cancelled; a promise that was broken is not replaced any more."""
    reckoning = reckon(clock, book)
    late = fact.at > reckoning.due
    if late and outcome == "replaced":
        return clock, []
    cls: type[ClockFact] = ClockCancelled
    if outcome == "met":
        cls = ClockEnded if late else ClockMet
    stop = {"at": fact.at, "cause": fact.event_id, "case_seq": seq, "pack_version": fact.pack_version}
    said = say(cls, clock, reckoning, stopped_at=fact.at, **stop)
    return clock.with_(state=cls.stem(), late=late, step=0), [said]
