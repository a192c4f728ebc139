"""What the clocks are judged by: the packs of every version, and which was put in force when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from libs.contracts.packchanges import PackChange
from libs.packs.model import Pack
from libs.worktime.calendar import Calendar, CalendarError

PackOf = Callable[[str], Pack]
"""The pack of a version; raises LookupError when there is none."""


@dataclass(frozen=True)
class Book:
    """The packs and the history of what was in force; `history` is asked anew each time, oldest first."""

    pack: PackOf
    history: Callable[[], Sequence[PackChange]] = tuple

    def calendar(self, hours: str) -> Calendar:
        """The calendar of "<pack version>/<profile>"; LookupError or CalendarError when it cannot be had."""
        version, _, profile = hours.rpartition("/")
        return self.pack(version).calendar(profile)

    def change_of(self, version: str, at: datetime) -> int:
        """The number of the change that had put this version in force at that instant; 0 if none did."""
        numbers = [change.number for change in self.history() if change.version == version]
        known = {change.number: change.at for change in self.history()}
        by_then = [number for number in numbers if known[number] <= at]
        return max(by_then) if by_then else min(numbers, default=0)

    def next_change(self, profile: str, after: int) -> PackChange | None:
        """The first change after number `after` by which clocks of this profile count in other hours.

        One whose pack lacks the profile, or has no calendar for it, moves nobody: they keep what they have.
        """
        named = (one for one in self.history() if one.number > after and profile in one.recompute)
        return next((change for change in named if self._usable(change, profile)), None)

    def _usable(self, change: PackChange, profile: str) -> bool:
        try:
            self.pack(change.version).calendar(profile)
        except (LookupError, CalendarError):
            return False
        return True
