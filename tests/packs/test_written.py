"""What is written as a file reads back to the same rows; a half day keeps the hours that remain."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from libs.packs import tables
from libs.packs.entries import Day
from libs.packs.folder import load
from libs.packs.model import Pack, PackErrors
from libs.packs.revise import revise
from libs.packs.written import written
from tests.support.packs import small_pack
from tests.support.provinces import thanh_hoa

HALF = Day(
    day=date(2026, 2, 13),
    kind="half_day",
    name="Chiều nghỉ",
    hours=((time(7, 30), time(11, 30)),),
    status="ok",
)


@pytest.mark.parametrize("name", ["hours", "days", "agencies", "fields"])
def test_a_table_read_back_from_its_own_text_is_the_same(name: str) -> None:
    pack: Pack = thanh_hoa()
    table = next(one for one in tables.TABLES if one.file == f"{name}.csv")
    placed, problems = table.read(written(table, getattr(pack, name)))
    assert not problems
    assert tuple(one.entry for one in placed) == getattr(pack, name)


def test_hours_of_a_day_and_midnight_are_written_as_they_are_read(tmp_path: Path) -> None:
    pack = thanh_hoa()
    text = written(tables.DAYS, (*pack.days, HALF))
    assert text.splitlines()[-1].startswith("2026-02-13,half_day,Chiều nghỉ,07:30-11:30,ok")
    assert "24:00" in written(tables.HOURS, pack.hours)
    assert load(small_pack(tmp_path)).hours


def test_an_afternoon_off_leaves_the_morning() -> None:
    pack = revise(thanh_hoa(), days=(*thanh_hoa().days, HALF))
    calendar = pack.calendar()
    begin, end = (datetime(2026, 2, day, tzinfo=UTC) for day in (12, 13))
    assert calendar.between(begin.replace(hour=17), end.replace(hour=17)) == 4 * 3600


def test_a_half_day_without_hours_is_refused() -> None:
    with pytest.raises(PackErrors, match="half day"):
        revise(thanh_hoa(), days=(*thanh_hoa().days, HALF.model_copy(update={"hours": None})))
