"""What a clock says: its facts, each with an id that is the same at every try."""

from typing import Any

from libs.contracts.facts import Actor, derived_id
from libs.contracts.packchanges import PackChange
from libs.contracts.sidefacts import ClockEscalated, ClockFact, ClockMissed, ClockMoved, ClockWarned
from libs.contracts.subjects import side_subject
from services.sla.domain.clock import Clock
from services.sla.domain.reckoning import WHOLE, Reckoning, Step


def say(cls: type[ClockFact], clock: Clock, reckoning: Reckoning, **more: Any) -> ClockFact:
    """A fact of the clock; its id follows from its cause and subject, so any replica says the same."""
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
            "basis": reckoning.kind.basis,
            "clause": reckoning.kind.clause,
            "start": clock.start,
            "due": reckoning.due,
            "budget_seconds": clock.budget_seconds,
            "calendar": reckoning.sheet.version,
            "hours": clock.hours,
            "pauses": reckoning.pauses,
            "cycle": clock.cycle,
            **more,
        }
    )
    return said.model_copy(update={"event_id": derived_id(said.cause or clock.cause, side_subject(said))})


def say_step(clock: Clock, reckoning: Reckoning, step: Step) -> ClockFact:
    """Warned below the whole time, missed at it, escalated beyond it."""
    at = reckoning.when(step)
    if step.percent == WHOLE:
        promised = in_force(clock, reckoning)
        return say(ClockMissed, clock, reckoning, at=at, promised=promised, tell=step.tell)
    cls = ClockWarned if step.percent < WHOLE else ClockEscalated
    return say(cls, clock, reckoning, at=at, percent=step.percent, tell=step.tell)


def in_force(clock: Clock, reckoning: Reckoning) -> bool:
    """Late with a promise: one made by then was in force when the time ended; else late and silent."""
    made_by_then = [promised for made, promised in clock.promises if made <= reckoning.due]
    return bool(made_by_then and made_by_then[-1] > reckoning.due)


def say_moved(clock: Clock, before: Reckoning, after: Reckoning, change: PackChange) -> list[ClockFact]:
    """That the limit moved, if it did; `clock` is the clock after the change."""
    if before.due == after.due:
        return []
    more = {"change": change.number, "was": before.due, "document": change.document, "person": change.by}
    return [say(ClockMoved, clock, after, at=change.at, **more)]
