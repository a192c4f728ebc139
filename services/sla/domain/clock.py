"""One clock of one case, as a value."""

from typing import Any, Literal
from uuid import UUID

from libs.contracts.facts import Instant, Value

WALL_CLOCK = ""
"""The hours of a promise: its coordinates are seconds since 1970, around the clock."""

Span = tuple[Instant, Instant]


class Clock(Value):
    """One clock of one case, with all that its facts will say.

    `pack` is the version whose clock kind rules it to its end; `hours` ("<pack version>/<profile>") the
    calendar it counts in now, and `change` the number of the last change of pack it followed, 0 once its
    time has ended. `budget_seconds` is working time, None for a promise; with its pauses the clock reaches
    no further than `limit_seconds` after its start. `shares` is the profile of hours whose working time the
    steps of a promise divide, whoever takes the slip over. `promises` are the officer's, as (made, promised),
    oldest first. `step` counts the steps of the ladder that were said.
    """

    case_id: str
    id: str
    kind: str
    pack: str
    slip: int = 0
    cycle: int = 1
    agency: str
    field: str = ""
    urgent: bool = False
    start: Instant
    budget_seconds: int | None = None
    limit_seconds: int | None = None
    promised_at: Instant | None = None
    hours: str = WALL_CLOCK
    shares: str = ""
    change: int = 0
    pauses: tuple[Span, ...] = ()
    promises: tuple[Span, ...] = ()
    cause: UUID
    case_seq: int
    step: int = 0
    state: Literal["running", "missed", "met", "ended", "cancelled", "broken"] = "running"
    late: bool = False
    error: str = ""

    @property
    def open(self) -> bool:
        """Whether something is still owed, in time or late."""
        return self.state in {"running", "missed"}

    @property
    def profile(self) -> str:
        """The profile of hours it counts in; empty for a promise."""
        return self.hours.rpartition("/")[2]

    def with_(self, **changes: Any) -> "Clock":
        """The clock with these fields changed; a clock that runs no more follows no calendar any more."""
        if changes.get("state", self.state) != "running":
            changes["change"] = 0
        return self.model_copy(update=changes)

    def counted_in(self, version: str, change: int) -> "Clock":
        """The same clock in the calendar that this version gives its profile."""
        return self.with_(hours=f"{version}/{self.profile}", change=change)
