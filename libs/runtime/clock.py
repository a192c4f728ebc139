"""The only place that knows what time it is: the real time, or a simulated one on a server made for it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pydantic import BaseModel


class Clock(Protocol):
    """Gives the business time; back-offs and time-outs always use real time."""

    def now(self) -> datetime: ...


class SystemClock:
    """Real time, UTC."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)


@dataclass
class SimulatedClock:
    """Starts at `origin` when the real time was `real` (Unix seconds) and runs `rate` times as fast."""

    origin: datetime
    real: float
    rate: float

    def now(self) -> datetime:
        elapsed = max(0.0, time.time() - self.real) * self.rate
        return datetime.fromtimestamp(self.origin.timestamp() + elapsed, UTC)


class ClockSetting(BaseModel):
    """What the provisioner wrote into DIRECTORY under `clock`; fixed once a server has cases."""

    mode: str = "real"
    origin: datetime | None = None
    real: float = 0.0
    rate: float = 1.0

    def build(self) -> "Clock":
        if self.mode == "simulated" and self.origin is not None:
            return SimulatedClock(self.origin, self.real, self.rate)
        return SystemClock()


class FollowingClock:
    """Follows whatever setting the server has, so that a simulation can be moved while services run."""

    def __init__(self) -> None:
        self._clock: Clock = SystemClock()

    @property
    def simulated(self) -> bool:
        """Whether business time is not real time."""
        return not isinstance(self._clock, SystemClock)

    def follow(self, setting: ClockSetting) -> None:
        self._clock = setting.build()

    def now(self) -> datetime:
        return self._clock.now()
