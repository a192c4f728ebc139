"""A row of days.csv in one profile of hours: whether it counts there, and what it makes of the day."""

from collections.abc import Sequence
from typing import Literal

from libs.packs.entries import Day, Hours
from libs.worktime.calendar import SpecialDay


def holds(day: Day, hours: Sequence[Hours]) -> bool:
    """Whether the day counts in the profile that has these rows of hours."""
    return hours[0].profile in day.profiles if day.profiles else all(row.holidays for row in hours)


def special_day(day: Day) -> SpecialDay:
    kind: Literal["open", "closed"] = "open" if day.kind in {"swap_work", "half_day"} else "closed"
    return SpecialDay(day.day, kind, day.hours, day.name, day.document)
