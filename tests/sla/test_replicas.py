"""A replica that has heard less than another one, on a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.contracts.events import CaseAnswered
from libs.runtime.database import open_engine
from libs.runtime.errors import Unavailable
from services.sla.tables import SlaTable
from tests.support.builders import a_case
from tests.support.clocks import DAYS, clock_pack
from tests.support.clockstore import Desk


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    engine = open_engine(database_url)
    SlaTable.metadata.create_all(engine)
    holiday = f"{DAYS}2026-03-04,holiday,Lễ,,ok,,\n"
    desk = Desk(engine, clock_pack(tmp_path / "old"), clock_pack(tmp_path / "new", days__csv=holiday))
    desk.changed(desk.pack, "2026-01-05 08:00", recompute=())
    yield desk
    engine.dispose()


def test_who_has_not_heard_yet_of_an_adopted_change_waits_and_breaks_no_clock(
    desk: Desk, tmp_path: Path
) -> None:
    ref, holiday = a_case(), f"{DAYS}2026-03-04,holiday,Lễ,,ok,,\n"
    desk.write(desk.slip(ref, "2026-03-03 10:00"))
    desk.changed(clock_pack(tmp_path / "again", days__csv=holiday), "2026-03-03 14:00")
    desk.fire("2026-03-03 14:00")  # another replica adopts it
    before, change = desk.rows(), desk.history.pop()
    with pytest.raises(Unavailable):
        desk.fire("2026-03-06 10:00")
    with pytest.raises(Unavailable):
        desk.write(desk.fact(ref, CaseAnswered, "2026-03-05 09:00", answer="Xong"))
    desk.history.append(change)
    assert desk.rows() == before
