"""What time does to a clock: its steps are said, and a changed calendar is followed.

Everything here is a function of the clock, the history of packs and an instant. Whether the ticker came by
every second or once in a week, or the stream is read again from its beginning: what is said is the same.
"""

from datetime import datetime

from libs.contracts.packchanges import PackChange
from libs.contracts.sidefacts import ClockFact
from services.sla.domain.book import Book
from services.sla.domain.clock import Clock
from services.sla.domain.reckoning import WHOLE, reckon
from services.sla.domain.speech import say_moved, say_step

Said = list[ClockFact]


def fire(clock: Clock, book: Book, until: datetime) -> tuple[Clock, Said]:
    """The clock after all its steps up to this instant, in the calendar it has, and what it says."""
    said: Said = []
    if not clock.open:
        return clock, said
    reckoning = reckon(clock, book)
    for step in reckoning.steps[clock.step :]:
        if reckoning.when(step) > until:
            break
        said.append(say_step(clock, reckoning, step))
        clock = clock.with_(step=clock.step + 1)
        if step.percent == WHOLE and clock.state == "running":
            clock = clock.with_(state="missed", late=True)
    return clock, said


def next_change(clock: Clock, book: Book) -> PackChange | None:
    """The change of pack that a running clock has to follow next."""
    if clock.state != "running" or not clock.profile:
        return None
    return book.next_change(clock.profile, clock.change)


def follow_change(clock: Clock, change: PackChange, book: Book) -> tuple[Clock, Said]:
    """A running clock counts, all of it, in the changed calendar; it says so if its limit moved."""
    if clock.state != "running":
        return clock, []
    after = clock.counted_in(change.version, change.number)
    return after, say_moved(after, reckon(clock, book), reckon(after, book), change)


def advance(clock: Clock, book: Book, until: datetime) -> tuple[Clock, Said]:
    """The clock at this instant: what was due before a change of calendar is judged by the old one."""
    said: Said = []
    while (change := next_change(clock, book)) is not None and change.at <= until:
        clock, fired = fire(clock, book, change.at)
        clock, moved = follow_change(clock, change, book)
        said += fired + moved
    clock, fired = fire(clock, book, until)
    return clock, said + fired
