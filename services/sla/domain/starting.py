"""Which clocks a fact starts, who owes what they wait for, and what they are called."""

from collections.abc import Iterator
from datetime import datetime

from libs.contracts.events import CaseFact
from libs.contracts.sidefacts import ClockArmed, ClockFact, ClockStretched
from libs.packs.model import ClockKind, Pack
from libs.worktime.calendar import CalendarError
from services.sla.domain.book import Book
from services.sla.domain.case import Case, Promise, promise_in
from services.sla.domain.clock import Clock
from services.sla.domain.passing import advance
from services.sla.domain.reckoning import reckon
from services.sla.domain.speech import say

Said = list[ClockFact]


def started(case: Case, kind: ClockKind, fact: CaseFact, seq: int, book: Book) -> list[tuple[Clock, Said]]:
    """The clocks of this kind that the fact starts, each with what it says.

    One that cannot be reckoned is kept as broken, for a person, and says nothing; the others run.
    """
    pack, promise = book.pack(fact.pack_version), promise_in(fact, case)
    return [
        _started(
            Clock(
                case_id=case.case_id,
                id=id_,
                kind=kind.code,
                pack=fact.pack_version,
                slip=case.slip,
                cycle=case.cycle,
                agency=agency,
                field=case.field,
                urgent=case.urgent,
                start=fact.at,
                promised_at=promise.promised_at if promise and kind.per == "promise" else None,
                cause=fact.event_id,
                case_seq=seq,
            ),
            (case, kind, promise),
            book,
        )
        for id_, agency in _named(case, kind, pack, promise)
        if id_ not in case.clocks
    ]


def _named(case: Case, kind: ClockKind, pack: Pack, promise: Promise | None) -> Iterator[tuple[str, str]]:
    """(id, agency) of each; an id is never used twice in a case."""
    if kind.per == "coordinator":
        for i, agency in enumerate(case.parts, start=1):
            yield f"{kind.code}-{case.slip}-{i}", agency
        return
    owner = {
        "desk": pack.desk,
        "arbiter": pack.arbiter,
        "commune": case.commune,
        "police": case.police,
    }.get(kind.owner, case.lead)
    number = str(case.slip)
    if kind.per == "promise":
        number = f"{case.slip}-{promise.number if promise else 0}"
    elif kind.per == "occasion":
        number = str(1 + sum(clock.kind == kind.code for clock in case.clocks.values()))
    yield f"{kind.code}-{number}", owner or case.lead or pack.desk


def _started(clock: Clock, given: tuple[Case, ClockKind, Promise | None], book: Book) -> tuple[Clock, Said]:
    case, kind, promise = given
    try:
        clock = _armed_in(clock, case, kind, book)
        reckoning = reckon(clock, book)
        said = [say(ClockArmed, clock, reckoning, at=clock.start)]
        if promise and clock.promised_at and (excess := _excess(clock, kind, promise, book)):
            tell = kind.ladder[-1].tell if kind.ladder else ()
            said.append(say(ClockStretched, clock, reckoning, at=clock.start, excess=excess, tell=tell))
    except (LookupError, CalendarError) as error:
        return clock.with_(state="broken", error=str(error)), []
    return clock, said


def _armed_in(clock: Clock, case: Case, kind: ClockKind, book: Book) -> Clock:
    """The clock with its budget and its calendar: that of its pack, or of a change since."""
    profile = book.pack(clock.pack).hours_of(kind, clock.agency)
    if kind.per == "promise":
        if clock.promised_at is None:
            raise CalendarError(f"clock kind {kind.code!r} was started by a fact that promises nothing")
        return clock.with_(shares=profile)
    clock = clock.with_(budget_seconds=kind.budget_seconds, promises=case.promises)
    clock = clock.with_(hours=f"{clock.pack}/{profile}", change=book.change_of(clock.pack, clock.start))
    while (change := book.next_change(profile, clock.change)) and change.at <= clock.start:
        clock = clock.counted_in(change.version, change.number)
    return _within(clock, case, kind, book)


def _within(clock: Clock, case: Case, kind: ClockKind, book: Book) -> Clock:
    """Not later than the running clock of the kind it is part of: what is left of that one is its whole."""
    outer = [one for one in case.clocks.values() if (one.kind, one.slip) == (kind.within, case.slip)]
    if not outer or clock.budget_seconds is None:
        return clock
    running, _ = advance(outer[-1], book, clock.start)
    if running.state != "running":
        return clock
    left = _left(clock, reckon(running, book).due, book)
    return clock.with_(budget_seconds=min(clock.budget_seconds, left), limit_seconds=left)


def _left(clock: Clock, due: datetime, book: Book) -> int:
    calendar = book.calendar(clock.hours)
    return max(0, calendar.work(due) - calendar.work(clock.start))


def _excess(clock: Clock, kind: ClockKind, promise: Promise, book: Book) -> str:
    """What a promise has beyond the limits of the pack: it is accepted all the same (Điều 10.3)."""
    if kind.most is not None and promise.number > kind.most:
        return "number"
    pack = book.pack(clock.pack)
    calendar = pack.calendar(pack.hours_of(kind, clock.agency))
    length = calendar.work(promise.promised_at) - calendar.work(clock.start)
    return "length" if kind.longest_seconds is not None and length > kind.longest_seconds else ""
