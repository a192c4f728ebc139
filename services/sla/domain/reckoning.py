"""Every instant a clock has: a pure function of its start, budget and pauses, and of a calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from libs.packs.entries import Step as Rung
from libs.packs.model import ClockKind, Pack
from libs.worktime.calendar import EPOCH, Calendar
from libs.worktime.pauses import held
from services.sla.domain.book import Book
from services.sla.domain.clock import WALL_CLOCK, Clock, Span

SECOND = timedelta(seconds=1)
WHOLE = 100


@dataclass(frozen=True)
class Sheet:
    """The calendar a clock counts in, or None for the wall clock."""

    calendar: Calendar | None

    def at(self, coordinate: int) -> datetime:
        """The earliest instant of this coordinate."""
        if self.calendar is None:
            return datetime.fromtimestamp(coordinate, UTC)
        return self.calendar.instant(coordinate)

    def coordinate(self, instant: datetime) -> int:
        """Whole seconds; an instant inside a second counts as its beginning. OutsideCalendar possible."""
        if self.calendar is None:
            return (instant - EPOCH) // SECOND
        return self.calendar.work(instant)

    @property
    def version(self) -> str:
        return self.calendar.version if self.calendar else ""


def sheet(hours: str, book: Book) -> Sheet:
    """The sheet of a clock's `hours`. Raises LookupError or CalendarError when it cannot be had."""
    return Sheet(None if hours == WALL_CLOCK else book.calendar(hours))


@dataclass(frozen=True)
class Step:
    """A step of the ladder: per cent of the working time, its coordinate, and who is told."""

    percent: int
    at: int
    tell: tuple[str, ...]


@dataclass(frozen=True)
class Reckoning:
    """A clock reckoned out: its kind, its sheet, its steps in order, its limit, and the pauses that count."""

    kind: ClockKind
    sheet: Sheet
    steps: tuple[Step, ...]
    due: datetime
    pauses: tuple[Span, ...] = ()

    def when(self, step: Step) -> datetime:
        """The instant of a step; that of the whole time is the limit itself."""
        return self.due if step.percent == WHOLE else self.sheet.at(step.at)


def reckon(clock: Clock, book: Book) -> Reckoning:
    """Raises LookupError or CalendarError when the pack or its calendar has no answer."""
    pack = book.pack(clock.pack)
    kind = pack.clock(clock.kind)
    if clock.promised_at is not None:
        return _promise(clock, kind, pack)
    calendar, budget = book.calendar(clock.hours), clock.budget_seconds or 0
    begin, pauses = calendar.work(clock.start), _pauses(clock, kind, calendar)
    begin += sum(calendar.between(*span) for span in pauses)
    steps = tuple(
        Step(percent, begin + budget * percent // WHOLE, tell) for percent, tell in _ladder(kind.ladder)
    )
    due = calendar.instant(begin + budget)
    return Reckoning(kind, Sheet(calendar), steps, max(due, clock.start), pauses)


def next_at(clock: Clock, book: Book) -> int | None:
    """The coordinate at which the clock has something to say next; None when it is silent for good."""
    if not clock.open:
        return None
    steps = reckon(clock, book).steps
    return steps[clock.step].at if clock.step < len(steps) else None


def _pauses(clock: Clock, kind: ClockKind, calendar: Calendar) -> tuple[Span, ...]:
    if not clock.pauses:
        return ()
    most = kind.pause_seconds
    if clock.limit_seconds is not None:
        most = min(most, clock.limit_seconds - (clock.budget_seconds or 0))
    return held(calendar, clock.pauses, max(0, most))


@lru_cache(maxsize=256)
def _ladder(rungs: tuple[Rung, ...]) -> list[tuple[int, tuple[str, ...]]]:
    """(per cent, who is told), rising; the whole time is always a step, whoever is told."""
    nobody: tuple[str, ...] = ()
    return sorted({WHOLE: nobody, **{rung.at: rung.tell for rung in rungs}}.items())


def _promise(clock: Clock, kind: ClockKind, pack: Pack) -> Reckoning:
    """Shares of the working time until the promised instant, so that nobody is warned at night."""
    assert clock.promised_at is not None
    calendar = pack.calendar(clock.shares or pack.hours_of(kind, clock.agency))
    due = -((EPOCH - clock.promised_at) // SECOND)
    begin = calendar.work(clock.start)
    share = max(0, calendar.work(clock.promised_at) - begin)
    steps = []
    for percent, tell in _ladder(kind.ladder):
        at = begin + share * percent // WHOLE
        if percent == WHOLE:
            steps.append(Step(percent, due, tell))
        elif share and at <= calendar.done[-1]:
            instant = max(calendar.instant(at), clock.start)
            steps.append(Step(percent, (instant - EPOCH) // SECOND, tell))
    return Reckoning(kind, Sheet(None), tuple(steps), clock.promised_at)
