"""From which day to which: whole days of the province's zone, both ends included."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from libs.contracts.errors import Refused

LONGEST = 3_660
"""Days a report may cover."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Period:
    """The days `first` to `last` of a zone; `start` and `end` in epoch seconds, `end` excluded."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> int:
        return self._midnight(self.first)

    @property
    def end(self) -> int:
        return self._midnight(self.last + timedelta(days=1))

    def _midnight(self, day: date) -> int:
        return int(datetime.combine(day, time.min, self.zone).timestamp())

    @classmethod
    def read(cls, zone: str, *, month: str | None, first: str | None, last: str | None) -> Self:
        """The period somebody asked for: a month, or both ends. Raises Refused naming what is wrong."""
        if month:
            if first or last:
                raise Refused("chọn tháng hoặc từ–đến, không chọn cả hai", "a month or from–to, not both",
                              field="month")  # fmt: skip
            begin = _day(month + "-01" if _MONTH.fullmatch(month) else month, "month", "YYYY-MM")
            end = begin.replace(day=monthrange(begin.year, begin.month)[1])
        else:
            begin, end = _day(first, "from", "YYYY-MM-DD"), _day(last, "to", "YYYY-MM-DD")
        if end < begin:
            raise Refused("ngày cuối trước ngày đầu", "the last day is before the first", field="to")
        if (end - begin).days >= LONGEST:
            raise Refused(f"nhiều hơn {LONGEST} ngày", f"more than {LONGEST} days", field="to")
        return cls(begin, end, ZoneInfo(zone))


def _day(typed: str | None, field: str, form: str) -> date:
    if not typed:
        raise Refused(f"bắt buộc, dạng {form}", f"required, as {form}", field=field)
    try:
        if not _DAY.fullmatch(typed):
            raise ValueError(typed)
        day = date.fromisoformat(typed)
        if not 2000 <= day.year <= 2199:
            raise ValueError(typed)
    except ValueError:
        raise Refused(f"phải có dạng {form}", f"must look like {form}", field=field) from None
    return day
