"""Dates, times, spans and numbers as they are written in Vietnam, and in English."""

from datetime import datetime
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86_400

_WEEKDAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ Nhật")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = {
    "vi": {MINUTE: ("phút", "phút"), HOUR: ("giờ", "giờ"), DAY: ("ngày", "ngày")},
    "en": {MINUTE: ("minute", "minutes"), HOUR: ("hour", "hours"), DAY: ("day", "days")},
}


def day(at: datetime, zone: ZoneInfo, lang: str = "vi") -> str:
    """`22/11/2026`, in English `22 Nov 2026`."""
    local = at.astimezone(zone)
    if lang == "en":
        return f"{local.day} {_MONTHS_EN[local.month - 1]} {local.year}"
    return f"{local:%d/%m/%Y}"


def hour(at: datetime, zone: ZoneInfo) -> str:
    """`14:30`."""
    return f"{at.astimezone(zone):%H:%M}"


def moment(at: datetime, zone: ZoneInfo, lang: str = "vi") -> str:
    """`14:30 ngày 22/11/2026`, in English `14:30, 22 Nov 2026`."""
    between = ", " if lang == "en" else " ngày "
    return f"{hour(at, zone)}{between}{day(at, zone, lang)}"


def long_moment(at: datetime, zone: ZoneInfo, lang: str = "vi") -> str:
    """`14:30 thứ Sáu, 20/11/2026`: with the weekday, for a time that somebody has to keep."""
    weekday = at.astimezone(zone).weekday()
    if lang == "en":
        return f"{hour(at, zone)}, {_WEEKDAYS_EN[weekday]} {day(at, zone, lang)}"
    return f"{hour(at, zone)} {_WEEKDAYS_VI[weekday]}, {day(at, zone, lang)}"


def span(seconds: float, lang: str = "vi") -> str:
    """A length of time in its largest unit; below three hours with the minutes: `2 giờ 20 phút`."""
    total = max(0, int(seconds))
    if total < HOUR:
        return _count(total // MINUTE, MINUTE, lang)
    if total >= DAY:
        return _count(total // DAY, DAY, lang)
    hours, minutes = divmod(total // MINUTE, 60)
    short = _count(hours, HOUR, lang)
    return f"{short} {_count(minutes, MINUTE, lang)}" if hours < 3 and minutes else short


def left(seconds: float, lang: str = "vi") -> str:
    """`còn 3 giờ` while time is left, `quá hạn 5 giờ` when it is used up (`seconds` below zero)."""
    if lang == "en":
        return f"{span(-seconds, lang)} overdue" if seconds < 0 else f"{span(seconds, lang)} left"
    return f"quá hạn {span(-seconds)}" if seconds < 0 else f"còn {span(seconds)}"


def work(seconds: float, *, late: bool) -> str:
    """Working time, in hours, since a working day is no day: `còn 12 giờ`, `quá hạn 20 phút`.

    `late` is asked for beside it: at the weekend no working time passes, and late is late all the same.
    """
    hours, minutes = divmod(abs(int(seconds)) // MINUTE, 60)
    parts = [f"{hours} giờ" if hours else "", f"{minutes} phút" if minutes and hours < 3 else ""]
    length = " ".join(part for part in parts if part)
    if late:
        return f"quá hạn {length}".strip()
    return f"còn {length or 'chưa đến 1 phút'}"


def number(value: float, lang: str = "vi", *, decimals: int = 0) -> str:
    """`2.771` and `95,3` in Vietnamese, `2,771` and `95.3` in English."""
    english = f"{value:,.{decimals}f}"
    return english if lang == "en" else english.translate(str.maketrans(",.", ".,"))


def days_between(start: datetime, end: datetime, zone: ZoneInfo) -> int:
    """Calendar days from one to the other; 0 on the same day."""
    return (end.astimezone(zone).date() - start.astimezone(zone).date()).days


def _count(value: int, unit: int, lang: str) -> str:
    one, many = _UNITS[lang][unit]
    return f"{value} {one if value == 1 else many}"
