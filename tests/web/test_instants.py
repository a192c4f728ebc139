"""An hour and a day as they are typed at the desk."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from libs.web.formats import moment
from libs.web.instants import read_moment

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HALF_PAST_TWO = datetime(2026, 11, 2, 14, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    "typed",
    [
        "14:30 02/11/2026",
        "14:30 ngày 2/11/2026",
        " 14h30, 02-11-26 ",
        "02.11.2026 14:30",
        "ngày 2/11/2026 lúc 14 giờ 30 phút",
        "14 gio 30 ngay 02/11/2026",
        "14:30 thứ Hai, 02/11/2026",
        "14:30 Thứ 2 (02/11/2026)",
        "2026-11-02T14:30",
        "2026-11-02T07:30:00+00:00",
    ],
)
def test_day_comes_before_month_however_it_is_typed(typed: str) -> None:
    assert read_moment(typed, ZONE) == HALF_PAST_TWO


def test_an_hour_without_minutes_is_the_full_hour() -> None:
    assert read_moment("9h 02/11/2026", ZONE) == datetime(2026, 11, 2, 9, tzinfo=ZONE)
    assert read_moment("9 giờ ngày 02/11/2026", ZONE) == datetime(2026, 11, 2, 9, tzinfo=ZONE)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mai",
        "14:30",
        "02/11/2026",
        "25:00 02/11/2026",
        "14:30 31/02/2026",
        "14:30 11/30/2026",
        "14:30 2/11",
        "2026-11-02",
        "20261102",
        "2 giờ 30 chiều 02/11/2026",
        "14:30 - 16:00 02/11/2026",
        "14:30 02/11/2026 hoặc 03/11/2026",
    ],
)
def test_what_lacks_hour_or_day_is_not_guessed(typed: str) -> None:
    assert read_moment(typed, ZONE) is None


def test_what_a_page_shows_can_be_typed_back() -> None:
    assert read_moment(moment(HALF_PAST_TWO, ZONE), ZONE) == HALF_PAST_TWO
