"""One clock: what it counts in, when it is to be heard next, and the facts it says about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from libs.contracts.facts import Actor, Instant, Value, derived_id
from libs.contracts.sidefacts import ClockFact, ClockMissed, ClockWarned
from libs.contracts.subjects import side_subject
from libs.packs.model import ClockKind, Pack
from libs.worktime.calendar import EPOCH, Calendar, CalendarError

PackOf = Callable[[str], Pack]
"""The pack of a version; raises LookupError when there is none."""

WALL_CLOCK = ""
"""The hours of a promise: its coordinates are seconds since 1970, around the clock."""

SECOND = timedelta(seconds=1)


class Clock(Value):
    """One clock of one case, with all that its facts will say.

    `due_at` and the coordinates in `warnings` count working seconds of the calendar in `hours`
    ("<pack version>/<profile>"), or seconds since 1970 for a promise. A day announced as free later than
    now therefore moves no number here. `promises` are the officer's, as (made, promised), oldest first.
    """

    case_id: str
    id: str
    kind: str
    agency: str
    field: str
    urgent: bool
    basis: Literal["law", "policy"] = "law"
    clause: str = ""
    start: Instant
    budget_seconds: int | None = None
    promised_at: Instant | None = None
    hours: str = WALL_CLOCK
    pack: str
    cause: UUID
    case_seq: int
    due_at: int = 0
    warnings: tuple[tuple[int, int], ...] = ()
    promises: tuple[tuple[Instant, Instant], ...] = ()
    state: Literal["running", "missed", "met", "ended", "cancelled", "broken"] = "running"
    late: bool = False
    error: str = ""

    @property
    def next_at(self) -> int | None:
        """The coordinate at which this clock has something to say next; None when it is silent for good."""
        if self.state != "running":
            return None
        return self.warnings[0][1] if self.warnings else self.due_at

    @property
    def open(self) -> bool:
        """Whether something is still owed, in time or late."""
        return self.state in {"running", "missed"}

    def with_(self, **changes: Any) -> "Clock":
        return self.model_copy(update=changes)


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


def sheet(hours: str, pack_of: PackOf) -> Sheet:
    """The sheet of a clock's `hours`. Raises LookupError or CalendarError when it cannot be had."""
    if hours == WALL_CLOCK:
        return Sheet(None)
    version, _, profile = hours.rpartition("/")
    return Sheet(pack_of(version).calendar(profile))


def budgeted(clock: Clock, pack: Pack) -> Clock:
    """The clock with the budget, hours and warnings that the pack gives its kind."""
    kind = pack.clock(clock.kind)
    calendar = pack.calendar(kind.calendar)
    begin = calendar.work(clock.start)
    clock = clock.with_(basis=kind.basis, clause=kind.clause)
    if clock.promised_at is not None:
        return clock.with_(
            due_at=-((EPOCH - clock.promised_at) // SECOND),
            warnings=_promise_warnings(kind, calendar, clock.start, clock.promised_at),
        )
    if kind.budget_seconds is None:
        raise CalendarError(f"clock kind {kind.code!r} has no budget")
    return clock.with_(
        budget_seconds=kind.budget_seconds,
        hours=f"{clock.pack}/{kind.calendar}",
        due_at=begin + kind.budget_seconds,
        warnings=tuple((share, begin + kind.budget_seconds * share // 100) for share in _shares(kind)),
    )


def _promise_warnings(
    kind: ClockKind, calendar: Calendar, start: datetime, end: datetime
) -> tuple[tuple[int, int], ...]:
    """Shares of the working time until the promised instant, so that nobody is warned at night."""
    begin = calendar.work(start)
    budget = max(0, calendar.work(end) - begin)
    instants = ((share, calendar.instant(begin + budget * share // 100)) for share in _shares(kind))
    return tuple((share, (max(at, start) - EPOCH) // SECOND) for share, at in instants)


def _shares(kind: ClockKind) -> list[int]:
    return [step.at for step in kind.ladder if step.at < 100]


def fire(clock: Clock, counted: Sheet, now: int) -> tuple[Clock, list[ClockFact]]:
    """The clock after all it has to say by the coordinate `now`, and what it says, in order."""
    said: list[ClockFact] = []
    while (due := clock.next_at) is not None and due <= now:
        if clock.warnings:
            percent, _ = clock.warnings[0]
            said.append(say(ClockWarned, clock, counted, at=counted.at(due), percent=percent))
            clock = clock.with_(warnings=clock.warnings[1:])
        else:
            said.append(missed(clock, counted))
            clock = clock.with_(state="missed", late=True)
    return clock, said


def due_of(clock: Clock, counted: Sheet) -> datetime:
    return clock.promised_at or counted.at(clock.due_at)


def missed(clock: Clock, counted: Sheet) -> ClockFact:
    """Late with a promise: one made by then was in force when the time ended; otherwise late and silent."""
    due = due_of(clock, counted)
    in_force = [promised for made, promised in clock.promises if made <= due]
    return say(ClockMissed, clock, counted, at=due, promised=bool(in_force and in_force[-1] > due))


def say(cls: type[ClockFact], clock: Clock, counted: Sheet, **more: Any) -> ClockFact:
    """A fact of the clock; its id follows from its cause and subject, so it is the same at every try."""
    said = cls(
        **{
            "event_id": clock.cause,
            "case_id": clock.case_id,
            "by": Actor(service="sla"),
            "cause": clock.cause,
            "pack_version": clock.pack,
            "case_seq": clock.case_seq,
            "clock": clock.id,
            "kind": clock.kind,
            "agency": clock.agency,
            "field": clock.field,
            "urgent": clock.urgent,
            "basis": clock.basis,
            "clause": clock.clause,
            "start": clock.start,
            "due": due_of(clock, counted),
            "budget_seconds": clock.budget_seconds,
            "calendar": counted.version,
            **more,
        }
    )
    return said.model_copy(update={"event_id": derived_id(said.cause or clock.cause, side_subject(said))})
