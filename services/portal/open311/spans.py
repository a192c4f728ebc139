"""`start_date` and `end_date`: at most ninety days, the last ninety when nothing is said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.portal.open311.inputs import Inputs
from services.portal.open311.problems import bad
from services.portal.register import Span

LONGEST = timedelta(days=90)
A_DAY = timedelta(days=1)
"""Whoever counts whole days, both included, or crosses a change of clocks, is not refused."""


def span_of(inputs: Inputs, now: datetime, zone: ZoneInfo) -> Span:
    """The span that is asked for; a time without an offset is the province's own. Raises Wrong."""
    start, end = (_instant(inputs, name, zone) for name in ("start_date", "end_date"))
    try:
        end = end or (start + LONGEST if start else now)
        start = start or end - LONGEST
    except OverflowError:
        raise bad("start_date", "thời điểm quá xa", "outside the calendar") from None
    if not timedelta(0) <= end - start <= LONGEST + A_DAY:
        raise bad("end_date", "phải sau start_date và trong 90 ngày", "within 90 days after start_date")
    return Span(start, end)


def _instant(inputs: Inputs, name: str, zone: ZoneInfo) -> datetime | None:
    typed = inputs.one(name)
    if not typed:
        return None
    try:
        at = datetime.fromisoformat(typed.replace(" ", "+"))  # a plus that was not escaped
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad(name, "không đúng dạng, ví dụ 2026-11-22T08:00:00+07:00", "not a W3C date") from None
