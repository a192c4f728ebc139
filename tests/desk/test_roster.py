"""The shift roster: never fewer than two on duty, day and night, and told in time when there will be."""

import math
from datetime import datetime, timedelta

import pytest

from libs.contracts.errors import Refused
from libs.runtime.database import open_engine
from services.desk.domain.errors import NotAllowed
from services.desk.domain.roster import Shift, check, gaps, on_duty
from services.desk.metrics import ON_DUTY, ROSTER_GAP
from services.desk.migrations import prepare
from services.desk.roster.roster import WEEK, Roster
from tests.support.builders import MONDAY_MORNING
from tests.support.desks import ADMINISTRATOR, OFFICER, OPERATOR
from tests.support.office import hire

HOUR = timedelta(hours=1)


class Monday:
    """A clock that stands still."""

    def now(self) -> datetime:
        return MONDAY_MORNING


def shift(name: str, begins: float, ends: float) -> Shift:
    """Hours after Monday morning."""
    start = MONDAY_MORNING
    return Shift(id=name, account=name, name=name, begins=start + begins * HOUR, ends=start + ends * HOUR)


def test_whoever_ends_is_off_duty_and_whoever_begins_is_on() -> None:
    shifts = [shift("Lan", 0, 8), shift("Mai", 8, 16)]
    assert on_duty(shifts, MONDAY_MORNING + 8 * HOUR) == ("Mai",)
    assert on_duty(shifts, MONDAY_MORNING - HOUR) == ()


def test_a_gap_is_where_fewer_than_two_different_people_are_on_duty() -> None:
    shifts = [shift("Lan", 0, 8), shift("Mai", 2, 8), shift("Lan", 3, 5)]
    found = gaps(shifts, MONDAY_MORNING, MONDAY_MORNING + 10 * HOUR)
    spans = [
        ((one.begins - MONDAY_MORNING) / HOUR, (one.ends - MONDAY_MORNING) / HOUR, one.people)
        for one in found
    ]
    assert spans == [(0, 2, 1), (8, 10, 0)]


def test_a_shift_that_is_too_long_or_beside_another_of_the_same_person_is_refused() -> None:
    with pytest.raises(Refused, match=r".") as error:
        check(MONDAY_MORNING, MONDAY_MORNING + 17 * HOUR, ())
    assert error.value.field == "to"
    with pytest.raises(Refused) as error:
        check(MONDAY_MORNING, MONDAY_MORNING + 8 * HOUR, [shift("Lan", 7, 9)])
    assert error.value.field == "account"
    check(MONDAY_MORNING, MONDAY_MORNING + 8 * HOUR, [shift("Lan", 8, 9)])


async def test_a_week_is_written_copied_counted_and_only_by_those_who_may(database_url: str) -> None:
    await hire(database_url, OPERATOR, ADMINISTRATOR)
    engine = open_engine(database_url)
    prepare(engine)
    roster = Roster(engine, Monday())
    roster.count()
    assert math.isnan(ON_DUTY._value.get()), "nobody keeps a roster: no alarm"
    assert await roster.now() is None
    begins, ends = MONDAY_MORNING - HOUR, MONDAY_MORNING + 7 * HOUR
    ((person, name),) = await roster.operators()
    for account in (OPERATOR, OFFICER):
        with pytest.raises(NotAllowed):
            await roster.add(account, person, begins, ends)
    await roster.add(ADMINISTRATOR, person, begins, ends)
    assert await roster.now() == (name,)
    roster.count()
    assert ON_DUTY._value.get() == 1
    assert ROSTER_GAP._value.get() == 0
    week = MONDAY_MORNING - 7 * HOUR + WEEK
    assert await roster.copy(ADMINISTRATOR, week) == 1
    assert await roster.copy(ADMINISTRATOR, week) == 0, "twice is once"
    (later,) = await roster.between(OPERATOR, week, week + WEEK)
    assert later.begins == begins + WEEK
    await roster.drop(ADMINISTRATOR, later.id)
    assert await roster.between(OPERATOR, week, week + WEEK) == ()
    engine.dispose()
