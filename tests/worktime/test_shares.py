"""Working time is charged to who held the case, and nothing of it is lost."""

import pytest

from libs.worktime.calendar import CalendarError
from libs.worktime.shares import shares
from tests.support.worktime import HOUR, at, default_calendar

DEFAULT = default_calendar()
MONDAY_TO_WEDNESDAY = [
    ("TONGDAI", at("2026-03-02 07:30")),
    ("SYT", at("2026-03-02 08:00")),
    ("UBND_399", at("2026-03-02 16:30")),
    ("SYT", at("2026-03-03 08:30")),
]


def test_each_holder_is_charged_the_working_time_between_two_handovers() -> None:
    end = at("2026-03-03 09:30")
    held = shares(DEFAULT, MONDAY_TO_WEDNESDAY, end)
    assert held == {"TONGDAI": 0.5 * HOUR, "SYT": (6.5 + 1) * HOUR, "UBND_399": 2 * HOUR}
    assert sum(held.values()) == DEFAULT.between(MONDAY_TO_WEDNESDAY[0][1], end)


def test_who_held_a_case_only_at_night_is_named_with_nothing() -> None:
    night = [("SYT", at("2026-03-02 18:00")), ("UBND_399", at("2026-03-03 07:00"))]
    assert shares(DEFAULT, night, at("2026-03-03 08:30")) == {"SYT": 0, "UBND_399": HOUR}


def test_a_case_nobody_held_is_charged_to_nobody() -> None:
    assert shares(DEFAULT, [], at("2026-03-02 08:00")) == {}


def test_holdings_out_of_order_are_refused() -> None:
    with pytest.raises(CalendarError, match="is after"):
        shares(DEFAULT, MONDAY_TO_WEDNESDAY[::-1], at("2026-03-03 09:30"))
    with pytest.raises(CalendarError, match="is after"):
        shares(DEFAULT, MONDAY_TO_WEDNESDAY, at("2026-03-03 08:00"))
