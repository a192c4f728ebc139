"""Arrays of instants give what single instants give."""

import random
from datetime import UTC, datetime

import pytest

from libs.worktime import vector
from libs.worktime.calendar import CalendarError, OutsideCalendar
from tests.support.worktime import HOUR, at, default_calendar

np = pytest.importorskip("numpy")

DEFAULT = default_calendar()
CHANCE = random.Random(1022)
STARTS = np.array([CHANCE.randrange(DEFAULT.begin, DEFAULT.end - 30 * 86400) for _ in range(2000)])


def single(start: int, seconds: int) -> int:
    return int(DEFAULT.add(datetime.fromtimestamp(start, UTC), seconds).timestamp())


@pytest.mark.parametrize("seconds", [0, 1, 4 * HOUR, 8 * HOUR, 80 * HOUR])
def test_an_array_is_due_when_each_of_its_instants_is(seconds: int) -> None:
    expected = [single(int(start), seconds) for start in STARTS]
    assert vector.due(DEFAULT, STARTS, seconds).tolist() == expected


def test_each_start_may_have_its_own_budget() -> None:
    budgets = np.array([CHANCE.randrange(0, 40 * HOUR) for _ in STARTS])
    expected = [single(int(start), int(budget)) for start, budget in zip(STARTS, budgets, strict=True)]
    assert vector.due(DEFAULT, STARTS, budgets).tolist() == expected


def test_coordinates_come_back_to_the_same_coordinates() -> None:
    coordinates = np.arange(0, DEFAULT.done[-1], 599)
    assert (vector.work(DEFAULT, vector.instant(DEFAULT, coordinates)) == coordinates).all()
    assert vector.instant(DEFAULT, np.array([0])).tolist() == [DEFAULT.begin]


def test_the_first_item_outside_the_calendar_is_named() -> None:
    starts = np.array(
        [at("2026-03-02 10:30").timestamp(), at("2027-03-02 10:30").timestamp()], dtype=np.int64
    )
    with pytest.raises(OutsideCalendar, match=r"\(item 1\) is outside"):
        vector.due(DEFAULT, starts, HOUR)
    with pytest.raises(OutsideCalendar, match="coordinate"):
        vector.due(DEFAULT, starts[:1], 10_000 * HOUR)


def test_negative_budgets_are_refused() -> None:
    with pytest.raises(CalendarError, match="negative"):
        vector.due(DEFAULT, STARTS, -1)
