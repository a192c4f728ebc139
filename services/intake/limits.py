"""How much one source may say in an hour, counted in this replica; a repetition counts once."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

HOUR = 3_600.0
WATCHED = 100_000
"""Sources remembered at once; the one that was silent the longest is forgotten first."""


@dataclass
class Window:
    """The last hour of one source: what it said, and when (seconds of a steady clock)."""

    said: deque[tuple[float, str]] = field(default_factory=deque)
    keys: set[str] = field(default_factory=set)

    def forget(self, before: float) -> None:
        while self.said and self.said[0][0] <= before:
            self.keys.discard(self.said.popleft()[1])


@dataclass
class Limits:
    """Sliding hours, one for each source."""

    _windows: OrderedDict[str, Window] = field(default_factory=OrderedDict)

    def wait(self, source: str, key: str, most: int, *, now: float) -> float:
        """Seconds until the source may say this; 0: now, and it is counted."""
        window = self._windows.setdefault(source, Window())
        self._windows.move_to_end(source)
        if len(self._windows) > WATCHED:
            self._windows.popitem(last=False)
        window.forget(now - HOUR)
        if key in window.keys:
            return 0.0
        if len(window.said) >= most:
            return window.said[0][0] + HOUR - now
        window.said.append((now, key))
        window.keys.add(key)
        return 0.0

    def others(self, words: str, speaker: str, *, now: float) -> int:
        """How many other speakers said these very words within the hour; counts this one in."""
        window = self._windows.setdefault(f"words {words}", Window())
        window.forget(now - HOUR)
        if speaker not in window.keys:
            window.said.append((now, speaker))
            window.keys.add(speaker)
        return len(window.keys) - 1
