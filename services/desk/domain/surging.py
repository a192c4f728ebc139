"""When operators are overrun, and when they have caught up again: two limits, so that it does not flicker."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.contracts.surge import Surge

AT_LEAST = timedelta(minutes=10)
"""It stays on so long."""

LEFT_ALONE = timedelta(minutes=30)
"""What a person decided stays so long."""

AGAIN = 0.5
"""Share of the limit below which it ends."""


@dataclass(frozen=True)
class Load:
    """What waits for operators, and how many of them are at work."""

    waiting: int
    ringing: int
    operators: int

    @property
    def each(self) -> float:
        """Cases and calls for one operator."""
        return (self.waiting + self.ringing) / max(1, self.operators)


def switched(now: datetime, load: Load, surge: Surge, limit: float) -> Surge | None:
    """What the desk itself makes of it; None when it stays as it is. `limit` 0: never by itself."""
    age = now - surge.since if surge.since else LEFT_ALONE
    by_hand = bool(surge.by)
    if not limit or age < (LEFT_ALONE if by_hand else AT_LEAST):
        return None
    if not surge.on and load.each > limit:
        return Surge(on=True, since=now, reason=_why(load))
    if surge.on and not by_hand and load.each < limit * AGAIN:
        return Surge(on=False, since=now, reason=_why(load))
    return None


def _why(load: Load) -> str:
    return f"{load.waiting} hồ sơ chờ, {load.ringing} cuộc gọi đang đổ chuông, {load.operators} cán bộ Trực"
