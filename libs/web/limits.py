"""How often somebody may try: counted per process, by what identifies them best."""

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from libs.contracts.errors import HotlineError


class TooOften(HotlineError):
    """Tried too often; `minutes` says how long to wait."""

    def __init__(self, minutes: int) -> None:
        super().__init__()
        self.minutes = minutes


class Limits:
    """Counters in memory. Many phones share one address in Vietnam: addresses loosely, people firmly."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def allow(self, what: str, who: str, times: int, minutes: int) -> None:
        """Count one try of `what` by `who`; nobody in particular ("") is not counted. Raises TooOften."""
        if who and not await self._limiter.hit(RateLimitItemPerMinute(times, minutes), what, who):
            raise TooOften(minutes)
