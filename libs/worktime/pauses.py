"""Pauses: what the time in which a clock stood still costs, in working seconds."""

from collections.abc import Iterable
from datetime import datetime

from libs.worktime.calendar import Calendar, CalendarError

Span = tuple[datetime, datetime]
"""Begin and end of a pause, aware instants."""


def paused(calendar: Calendar, spans: Iterable[Span], limit: int | None = None) -> int:
    """Working seconds of the union of the spans, at most `limit`; raises what `held` raises."""
    return sum(calendar.between(begin, end) for begin, end in held(calendar, spans, limit))


def held(calendar: Calendar, spans: Iterable[Span], limit: int | None = None) -> tuple[Span, ...]:
    """The spans as they count: in order, one where they meet, cut where `limit` working seconds are spent.

    CalendarError for a span that runs backwards, OutsideCalendar for one the calendar does not cover.
    """
    kept: list[Span] = []
    for begin, end in _union(calendar, spans):
        cost = calendar.between(begin, end)
        if limit is not None and cost >= limit:
            if limit > 0:
                kept.append((begin, calendar.add(begin, limit)))
            break
        kept.append((begin, end))
        limit = None if limit is None else limit - cost
    return tuple(kept)


def cut(spans: Iterable[Span], at: datetime) -> tuple[Span, ...]:
    """The spans when all pausing ends `at` that instant: what ran is shorter, what was to come is gone."""
    return tuple((begin, min(end, at)) for begin, end in spans if begin < at)


def _union(calendar: Calendar, spans: Iterable[Span]) -> list[Span]:
    union: list[Span] = []
    for begin, end in sorted(spans):
        if end < begin:
            raise CalendarError(f"calendar {calendar.id!r}: a pause from {begin} ends before it, at {end}")
        if union and begin <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((begin, end))
    return [(begin, end) for begin, end in union if begin < end]
