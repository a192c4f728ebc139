"""Reads an hour and a day as people in Vietnam type them: the hour, then day, month, year."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from libs.places.text import fold

_HOUR = re.compile(r"(?<!\d)(\d{1,2}) ?(?:gio|[:hg])(?: ?(\d{2}) ?(?:phut|p)?)?(?![\w:])")
_DAY = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_IDLE = re.compile(r"(?:[\s,;.()-]|(?:luc|vao|ngay|thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat)\b)*")
"""What may stand around them; "2 giờ chiều" is not taken for two at night."""


def read_moment(typed: str, zone: ZoneInfo) -> datetime | None:
    """Wall time in the zone: `14:30 22/11/2026`, `22-11-26 14h30`, `14 giờ ngày 22/11/2026`, or ISO 8601.

    None for what is no hour with a day, and for what says more than that: nothing is guessed.
    """
    try:
        at = datetime.fromisoformat(typed.strip())
    except ValueError:
        return _day_first(fold(typed), zone)
    if ":" not in typed:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _day_first(typed: str, zone: ZoneInfo) -> datetime | None:
    day = _DAY.search(typed)
    rest = f"{typed[: day.start()]} {typed[day.end() :]}" if day else ""
    hour = _HOUR.search(rest)
    if not day or not hour or not _IDLE.fullmatch(_HOUR.sub(" ", rest, count=1)):
        return None
    year = int(day[3]) + (2000 if len(day[3]) == 2 else 0)
    try:
        return datetime(year, int(day[2]), int(day[1]), int(hour[1]), int(hour[2] or 0), tzinfo=zone)
    except ValueError:
        return None
