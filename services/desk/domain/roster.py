"""Shifts as plain spans of time: who is on duty at an instant, and where fewer than two are."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from libs.contracts.errors import Refused
from libs.contracts.facts import Value

ENOUGH = 2
"""People on duty at any time, day and night (plan II.2.1)."""

LONGEST = timedelta(hours=16)


class Shift(Value):
    """`name` is on duty from `begins` until before `ends`."""

    id: str
    account: str
    name: str
    begins: datetime
    ends: datetime


class Gap(Value):
    """From `begins` until `ends` only `people` are on duty."""

    begins: datetime
    ends: datetime
    people: int


def on_duty(shifts: Iterable[Shift], at: datetime) -> tuple[str, ...]:
    """The names of those on duty, each once."""
    return tuple(sorted({one.name for one in shifts if one.begins <= at < one.ends}))


def gaps(shifts: Sequence[Shift], start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Where fewer than two different people are on duty, the earliest first; neighbours are one gap."""
    inside = (instant for one in shifts for instant in (one.begins, one.ends) if start < instant < end)
    edges = [start, *sorted(set(inside)), end]
    found: list[Gap] = []
    for begins, ends in pairwise(edges):
        people = len({one.account for one in shifts if one.begins <= begins < one.ends})
        if people >= ENOUGH:
            continue
        if found and found[-1].ends == begins and found[-1].people == people:
            begins = found.pop().begins  # noqa: PLW2901  the gap goes on
        found.append(Gap(begins=begins, ends=ends, people=people))
    return tuple(found)


def check(begins: datetime, ends: datetime, own: Iterable[Shift]) -> None:
    """Raises Refused for a shift that is too long, or while the same person is on duty already."""
    if ends - begins > LONGEST:
        hours = int(LONGEST.total_seconds() // 3600)
        raise Refused(f"Một ca dài nhất {hours} giờ", f"a shift lasts {hours} hours at most", field="to")
    if any(one.begins < ends and begins < one.ends for one in own):
        raise Refused(
            "Người này đã có ca trong khoảng đó", "this person is on duty then already", field="account"
        )
