"""By how much a changed calendar moves the coordinates of clocks, by when they started."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from libs.worktime.calendar import Calendar


@dataclass(frozen=True)
class Shift:
    """A clock started in [begin, end), in epoch seconds, moves by `by` + `slope` · (start - begin)."""

    begin: int
    end: int
    by: int
    slope: int


def shifts(old: Calendar, new: Calendar, first: int, last: int) -> list[Shift]:
    """What moves among the clocks started from `first` to `last` (epoch seconds); empty when nothing does.

    OutsideCalendar when one of the two does not cover that time.
    """
    inside = {edge for one in (old, new) for edge in (*one.opens, *one.closes) if first < edge <= last}
    edges = sorted(inside | {first, last + 1})
    found: list[Shift] = []
    for begin, end in pairwise(edges):
        at = datetime.fromtimestamp(begin, UTC)
        piece = Shift(begin, end, new.work(at) - old.work(at), new.is_open(at) - old.is_open(at))
        if found and found[-1].slope == piece.slope == 0 and found[-1].by == piece.by:
            piece = Shift(found.pop().begin, end, piece.by, 0)
        found.append(piece)
    return [shift for shift in found if shift.by or shift.slope]
