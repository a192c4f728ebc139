"""Deliveries whose words stand and whose files do not: when they are tried again, and how many may wait."""

from collections.abc import Sequence
from dataclasses import dataclass, field

PAUSES = (30.0, 120.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0)
"""Seconds until the files are tried again; then a person must have it tried."""

AT_ONCE = 100
"""Deliveries that one replica lets wait: with a thousand the server would give out no others."""


@dataclass
class Late:
    """Waiting deliveries by their sequence, with the end of their pause (seconds of a steady clock)."""

    pauses: Sequence[float] = PAUSES
    at_once: int = AT_ONCE
    _until: dict[int, float] = field(default_factory=dict)

    def pause(self, seq: int, tried: int, *, now: float) -> float:
        """Seconds until it comes again; 0: it was tried often enough, or too many wait already."""
        self._until = {one: until for one, until in self._until.items() if until > now and one != seq}
        if tried > len(self.pauses) or len(self._until) >= self.at_once:
            return 0.0
        self._until[seq] = now + self.pauses[tried - 1]
        return self.pauses[tried - 1]
