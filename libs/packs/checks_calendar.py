"""What must hold of the working hours: no season without a week, swaps in pairs, and days enough to come."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from libs.packs.days import holds
from libs.packs.draft import Draft, Report
from libs.packs.entries import OWN_HOURS, PROVINCE, ClockKind, Day, Hours
from libs.packs.model import Pack
from libs.packs.settings import PACK
from libs.packs.table import Placed
from libs.worktime.calendar import CalendarError

HOURS, DAYS = "hours.csv", "days.csv"
SWAP_WITHIN = timedelta(days=60)
"""A day off and the day worked for it lie closer; the farthest swap from 2019 to 2026 was nine days."""

Rows = list[Placed[Hours]]


def check_weeks(draft: Draft, report: Report) -> None:
    """On each day of the pack each profile has a week, and its rows agree on whether it keeps holidays."""
    if HOURS in draft.broken:
        return
    profiles = _profiles(draft)
    if PROVINCE not in profiles:
        vi, en = f"thiếu lịch {PROVINCE!r}", f"the profile {PROVINCE!r} is missing"
        report(HOURS, 0, "profile", vi, en)
    for name, rows in profiles.items():
        for placed in rows:
            if placed.entry.holidays != rows[0].entry.holidays:
                vi, en = f"khác với dòng {rows[0].line}", f"differs from line {rows[0].line}"
                report(HOURS, placed.line, "holidays", f"lịch {name!r} {vi}", f"profile {name!r} {en}")
        for day, placed, column in _days_without_a_week(draft, rows):
            vi = f"lịch {name!r} không có giờ làm việc nào vào {day}"
            report(HOURS, placed.line, column, vi, f"profile {name!r} has no hours at all on {day}")


def check_swaps(draft: Draft, report: Report) -> None:
    """Each day off by a swap has a day worked for it, and both change what the week says."""
    days = sorted(
        (placed for placed in draft.days if placed.entry.active), key=lambda placed: placed.entry.day
    )
    off = [placed for placed in days if placed.entry.kind == "swap_off"]
    work = [placed for placed in days if placed.entry.kind == "swap_work"]
    for lone, other_vi, other_en in (
        *((placed, "ngày làm bù", "day worked for it") for placed in _unpaired(off, work)),
        *((placed, "ngày nghỉ hoán đổi", "day off for it") for placed in _unpaired(work, off)),
    ):
        if not _near_an_end(draft, lone.entry.day):
            within = SWAP_WITHIN.days
            vi, en = f"không có {other_vi} trong vòng {within} ngày", f"no {other_en} within {within} days"
            report(DAYS, lone.line, "kind", vi, en)
    for placed in () if HOURS in draft.broken else (*off, *work):
        worked = [_works(rows, placed.entry.day) for rows in _profiles_of(draft, placed.entry)]
        if worked and placed.entry.kind == "swap_work" and all(worked):
            report(DAYS, placed.line, "day", "vốn đã là ngày làm việc", "is a working day as it is")
        if worked and placed.entry.kind == "swap_off" and not any(worked):
            report(DAYS, placed.line, "day", "vốn đã là ngày nghỉ", "is a day off as it is")


def check_calendars(draft: Draft, pack: Pack, report: Report) -> None:
    """Compile every profile, and see that the longest clock begun after the newest special day can end."""
    for name, rows in _profiles(draft).items():
        try:
            pack.calendar(name)
        except CalendarError as error:
            report(HOURS, rows[0].line, name, "không lập được lịch làm việc", str(error))
        else:
            _check_reach(draft, pack, name, report)


def _check_reach(draft: Draft, pack: Pack, profile: str, report: Report) -> None:
    calendar = pack.calendar(profile)
    newest = min(max((day.day for day in pack.days), default=pack.first_day), pack.last_day)
    after = datetime.combine(newest, datetime.min.time(), ZoneInfo(pack.zone)) + timedelta(days=1)
    left = calendar.done[-1] - calendar.work(after)
    for kind in pack.clocks:
        if kind.calendar in {profile, OWN_HOURS} and left < longest(kind):
            vi = f"quá gần: thời hạn {kind.code!r} bắt đầu sau {newest} không kết thúc kịp trong lịch"
            en = f"too near: a clock {kind.code!r} begun after {newest} could not end within the calendar"
            report(PACK, draft.line(PACK, "last_day"), "last_day", vi, f"{en} {profile!r}")


def longest(kind: ClockKind) -> int:
    """The most working seconds a clock of this kind may run: its budget to the last step, and its pauses."""
    last_step = max((step.at for step in kind.ladder), default=100)
    budget = kind.budget_seconds or kind.longest_seconds or 0
    return budget * max(100, last_step) // 100 + kind.pause_seconds


def _profiles(draft: Draft) -> dict[str, Rows]:
    profiles: dict[str, Rows] = defaultdict(list)
    for placed in draft.hours:
        profiles[placed.entry.profile].append(placed)
    return dict(profiles)


def _profiles_of(draft: Draft, day: Day) -> list[Rows]:
    """The profiles for which the day holds."""
    return [rows for rows in _profiles(draft).values() if holds(day, [placed.entry for placed in rows])]


def _works(rows: Rows, day: date) -> bool:
    return any(placed.entry.weekday == day.weekday() and placed.entry.in_force(day) for placed in rows)


def _days_without_a_week(
    draft: Draft, rows: Rows
) -> Iterator[tuple[date, Placed[Hours], Literal["valid_from", "valid_to"]]]:
    """The first day of each season without any hours, with the row that ends before it or begins too late."""
    first, last = draft.settings.get("first_day"), draft.settings.get("last_day")
    if first is None or last is None:
        return
    begins = {first, *(placed.entry.valid_from or first for placed in rows)}
    begins |= {placed.entry.valid_to + timedelta(days=1) for placed in rows if placed.entry.valid_to}
    for day in sorted(begins):
        if first <= day <= last and not any(placed.entry.in_force(day) for placed in rows):
            ended = [placed for placed in rows if placed.entry.valid_to and placed.entry.valid_to < day]
            if ended:
                yield day, max(ended, key=lambda placed: placed.entry.valid_to or date.min), "valid_to"
            else:
                yield day, min(rows, key=lambda placed: placed.entry.valid_from or date.min), "valid_from"


def _unpaired(these: list[Placed[Day]], those: list[Placed[Day]]) -> Iterator[Placed[Day]]:
    """Those of the first list that find nobody left near them in the second; both in order of their days."""
    left = list(those)
    for placed in these:
        near = next((other for other in left if abs(other.entry.day - placed.entry.day) <= SWAP_WITHIN), None)
        if near is None:
            yield placed
        else:
            left.remove(near)


def _near_an_end(draft: Draft, day: date) -> bool:
    """The other day of the swap may lie outside the pack, as 31/12/2018 for Saturday 5/1/2019."""
    first, last = draft.settings.get("first_day") or date.min, draft.settings.get("last_day") or date.max
    return day - first < SWAP_WITHIN or last - day < SWAP_WITHIN
