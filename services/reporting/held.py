"""Whose working time it was: the seconds in a period for which each agency had cases in hand."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import Connection, or_, select

from libs.packs.entries import PROVINCE
from libs.packs.model import Pack
from libs.runtime.logs import log
from libs.worktime.calendar import CalendarError
from services.reporting.domain.holdings import ARBITER
from services.reporting.periods import Period
from services.reporting.store import HOLDING


def held_seconds(connection: Connection, pack: Pack, period: Period, end: int) -> Counter[str]:
    """By agency, "" for the desk, in the province's hours; `end` in epoch seconds.

    What agencies have of one case adds up to its working time while it was open. Nothing, and a line in
    the log, where the pack's calendar does not reach.
    """
    c, begin = HOLDING.c, period.start
    there = select(c.agency, c.since, c.until).where(c.since < end, or_(c.until.is_(None), c.until > begin))
    calendar, held = pack.calendar(PROVINCE), Counter[str]()
    try:
        for row in connection.execute(there, execution_options={"yield_per": 1000}):
            since, until = max(row.since, begin), min(row.until or end, end)
            agency = pack.arbiter if row.agency == ARBITER else row.agency
            held[agency] += calendar.between(_instant(since), _instant(until))
    except CalendarError as error:
        log("held_time_not_counted", kind=type(error).__name__)
        return Counter()
    return held


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
