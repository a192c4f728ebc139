"""The calendar's arithmetic for whole arrays of epoch seconds; needs numpy (the extra `vector`)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from libs.worktime.calendar import Calendar, CalendarError, OutsideCalendar

if TYPE_CHECKING:  # an image without the extra must still be able to import this module
    import numpy as np
    from numpy.typing import NDArray

    Seconds = NDArray[np.int64]


def due(calendar: Calendar, starts: "Seconds", seconds: "int | Seconds") -> "Seconds":
    """`calendar.add` for each start: epoch seconds in, epoch seconds out; budgets one for all or one each."""
    import numpy as np

    budgets = np.broadcast_to(np.asarray(seconds, dtype=np.int64), starts.shape)
    if (budgets < 0).any():
        raise CalendarError(f"calendar {calendar.id!r}: cannot add a negative number of seconds")
    return np.where(budgets == 0, starts, instant(calendar, work(calendar, starts) + budgets))


def work(calendar: Calendar, instants: "Seconds") -> "Seconds":
    """`calendar.work` for each instant, given in epoch seconds."""
    import numpy as np

    _check(calendar, instants, calendar.begin, calendar.end, "epoch second")
    opens, closes, shift, _ = _arrays(calendar)
    i = np.searchsorted(opens, instants, side="right") - 1
    return np.where(i < 0, 0, np.minimum(instants, closes[i]) - shift[i])


def instant(calendar: Calendar, coordinates: "Seconds") -> "Seconds":
    """`calendar.instant` for each coordinate, as epoch seconds."""
    import numpy as np

    _check(calendar, coordinates, 0, calendar.done[-1], "coordinate")
    _, _, shift, done = _arrays(calendar)
    at = coordinates + shift[np.searchsorted(done, coordinates, side="left")]
    return np.where(coordinates == 0, calendar.begin, at)


def _check(calendar: Calendar, values: "Seconds", low: int, high: int, what: str) -> None:
    outside = (values < low) | (values > high)
    if outside.any():
        i = int(outside.argmax())
        span = f"{calendar.first} to {calendar.last}"
        raise OutsideCalendar(
            f"calendar {calendar.id!r} covers {span}: {what} {values[i]} (item {i}) is outside"
        )


@lru_cache(maxsize=16)
def _arrays(calendar: Calendar) -> "tuple[Seconds, Seconds, Seconds, Seconds]":
    import numpy as np

    columns = (calendar.opens, calendar.closes, calendar.shift, calendar.done)
    opens, closes, shift, done = (np.asarray(column, dtype=np.int64) for column in columns)
    return opens, closes, shift, done
