"""What a new version of a calendar changes: from which instant on."""

from datetime import UTC, datetime
from itertools import zip_longest

from libs.worktime.calendar import Calendar


def first_difference(old: Calendar, new: Calendar) -> datetime | None:
    """The first instant (UTC) from which the two give different coordinates; None if they nowhere do.

    Only instants that both cover are compared: a calendar that merely reaches further is no difference.
    Two that share no instant differ from the begin of the later one.
    """
    begin, end = max(old.begin, new.begin), min(old.end, new.end)
    at = begin if _apart(old, new, begin, end) else _first_edge(old, new, end)
    return datetime.fromtimestamp(at, UTC) if at < end or at == begin else None


def _apart(old: Calendar, new: Calendar, begin: int, end: int) -> bool:
    """Whether they count from different origins, with working time between these."""
    if begin > end:
        return True
    origin = datetime.fromtimestamp(begin, UTC)
    return old.work(origin) != new.work(origin)


def _first_edge(old: Calendar, new: Calendar, end: int) -> int:
    """The first opening or closing that only one of them has; `end` if there is none."""
    never = (end, end)
    pairs = zip_longest(
        zip(old.opens, old.closes, strict=True), zip(new.opens, new.closes, strict=True), fillvalue=never
    )
    for one, other in pairs:
        if one != other:
            return min(one[0], other[0]) if one[0] != other[0] else min(one[1], other[1])
    return end
