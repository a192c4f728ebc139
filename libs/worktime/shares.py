"""Whose working time it was: the time of a case charged to those who held it, one after the other."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from libs.worktime.calendar import Calendar


def shares(calendar: Calendar, holdings: Sequence[tuple[str, datetime]], end: datetime) -> dict[str, int]:
    """Working seconds each holder had the case, from its instant to the next one's, the last until `end`.

    The shares add up to `calendar.between(first instant, end)`; who held it twice has one share. Raises
    CalendarError when the instants, `end` included, do not ascend.
    """
    edges = [*(since for _, since in holdings), end]
    total = {holder: 0 for holder, _ in holdings}
    for (holder, _), (begin, until) in zip(holdings, pairwise(edges), strict=True):
        total[holder] += calendar.between(begin, until)
    return total
