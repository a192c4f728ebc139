"""A changed calendar over many clocks on a real database: adopted once for all, told one by one."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from libs.contracts.events import CaseAnswered
from libs.contracts.sidefacts import ClockMoved
from libs.contracts.subjects import CaseRef
from libs.packs.model import Pack
from libs.runtime.database import open_engine, reading, writing
from services.sla.changing import Changing
from services.sla.domain.reckoning import reckon
from services.sla.rows import CLOCK, MOVE
from services.sla.store import PROJECTION
from services.sla.tables import SlaTable
from tests.support.builders import a_case
from tests.support.clocks import DAYS, clock_pack, local
from tests.support.clockstore import Desk
from tests.support.worktime import at


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pack, Pack, Pack]:
    """As it was; with a holiday on Wednesday the 4th; with one on Monday the 2nd."""
    days = ("", "2026-03-04,holiday,Lễ,,ok,,\n", "2026-03-02,holiday,Lễ,,ok,,\n")
    plain, later, past = (
        clock_pack(tmp_path_factory.mktemp("pack"), days__csv=f"{DAYS}{more}") for more in days
    )
    return plain, later, past


@pytest.fixture
def desk(engine: Engine, packs: tuple[Pack, Pack, Pack]) -> Desk:
    made = Desk(engine, *packs)
    made.changed(packs[0], "2026-01-05 08:00", recompute=())
    return made


def slips(desk: Desk, *starts: str) -> list[CaseRef]:
    refs = [a_case() for _ in starts]
    desk.write(*(desk.slip(ref, start) for ref, start in zip(refs, starts, strict=True)))
    return refs


def stored(desk: Desk) -> list[tuple[Any, ...]]:
    with reading(desk.engine) as connection:
        rows = connection.execute(select(CLOCK).order_by(CLOCK.c.case_id)).all()
    return [tuple(row) for row in rows]


def tell_all(desk: Desk, limit: int = 500) -> int:
    pages = 0
    while desk.changing.tell(limit):
        pages += 1
    return pages


def test_a_holiday_for_a_later_day_rewrites_no_clock(desk: Desk, packs: tuple[Pack, Pack, Pack]) -> None:
    refs = slips(desk, "2026-03-03 10:00", "2026-03-03 07:30")
    desk.fire("2026-03-03 13:59")
    before = stored(desk)
    desk.changed(packs[1], "2026-03-03 14:00")
    written: list[str] = []
    event.listen(
        desk.engine, "before_cursor_execute", lambda _c, _u, statement, *_: written.append(statement)
    )
    desk.fire("2026-03-03 14:00")
    assert [one for one in written if one.lower().startswith("update sla_hours")]
    assert not [one for one in written if one.lower().startswith("update sla_clock")]
    assert stored(desk) == before
    tell_all(desk)
    assert desk.tokens(refs[0])[-1] == "answer-1.moved-2"
    assert not [token for token in desk.tokens(refs[1]) if "moved" in token]
    assert {clock.hours for clock in desk.clocks()} == {f"{packs[1].version}/province"}


def test_a_holiday_for_a_past_day_moves_the_coordinates_of_the_clocks_started_since(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    refs = slips(desk, *(f"2026-03-02 {hour:02}:17" for hour in range(7, 18)), "2026-02-27 17:00")
    desk.fire("2026-03-02 12:00")
    desk.changed(packs[2], "2026-03-02 14:30")
    desk.fire("2026-03-02 14:30")
    tell_all(desk)
    limits = [local(reckon(desk.clock(ref), desk.book).due) for ref in refs]
    assert limits == ["2026-03-03 17:30"] * 11 + ["2026-03-03 17:00"]
    assert desk.clocks()  # each row's coordinate is the one that its clock has in the new calendar


def test_what_was_due_before_the_change_is_judged_by_the_old_calendar_first(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    late, running = slips(desk, "2026-03-02 09:00", "2026-03-03 09:00")
    desk.changed(packs[1], "2026-03-03 14:00")
    desk.fire("2026-03-04 12:00")
    assert desk.tokens(late)[-1] == "answer-1.missed"
    assert desk.clock(late).hours == f"{packs[0].version}/province"
    assert "answer-1.missed" not in desk.tokens(running)


def test_a_parked_case_stays_behind_and_is_judged_by_the_calendar_it_was_due_in(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    parked, other = slips(desk, "2026-03-02 09:00", "2026-03-03 09:00")
    desk.park(parked, "ValueError at received 3")
    desk.changed(packs[1], "2026-03-03 14:00")
    for _ in range(3):
        desk.fire("2026-03-03 15:00")
    assert len(desk.due.hours_in_use()) == 2
    desk.park(parked, "")
    desk.fire("2026-03-03 15:00")
    assert desk.tokens(parked)[-1] == "answer-1.missed"
    assert desk.clock(parked).hours == f"{packs[0].version}/province"
    assert desk.clock(other).hours == f"{packs[1].version}/province"


def test_a_clock_left_behind_by_a_second_change_still_tells_of_the_first(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    parked, other = slips(desk, "2026-03-03 10:00", "2026-03-03 11:00")
    desk.changed(packs[1], "2026-03-03 14:00")
    desk.fire("2026-03-03 14:00")
    desk.park(parked, "ValueError at received 3")
    desk.changed(packs[0], "2026-03-05 10:30")
    desk.fire("2026-03-05 10:30")
    desk.park(parked, "")
    tell_all(desk)
    desk.fire("2026-03-05 12:00")
    assert [token for token in desk.tokens(parked) if "armed" not in token] == [
        "answer-1.moved-2",
        "answer-1.warned-75",
        "answer-1.missed",
    ]
    assert {"answer-1.moved-2", "answer-1.moved-3"} <= set(desk.tokens(other))


def test_telling_goes_on_where_a_crash_left_it_and_tells_nobody_twice(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    refs = slips(desk, *["2026-03-03 10:00"] * 25)
    desk.changed(packs[1], "2026-03-03 14:00")
    desk.fire("2026-03-03 14:00")
    desk.published()
    assert desk.changing.tell(10)
    told = [fact.case_id for fact in desk.published() if isinstance(fact, ClockMoved)]
    desk.changing = Changing(desk.engine, desk.book)
    assert tell_all(desk, 10) == 2
    told += [fact.case_id for fact in desk.published() if isinstance(fact, ClockMoved)]
    assert len(told) == 25 and set(told) == {ref.case_id for ref in refs}
    with reading(desk.engine) as connection:
        assert connection.execute(select(MOVE)).all() == []


def test_a_clock_answered_before_its_turn_to_tell_has_told_it_all_the_same(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    (ref,) = slips(desk, "2026-03-03 10:00")
    desk.changed(packs[1], "2026-03-03 14:00")
    desk.fire("2026-03-03 14:30")
    desk.write(desk.fact(ref, CaseAnswered, "2026-03-03 15:00", answer="Xong"))
    tell_all(desk)
    assert [token.split(".")[1] for token in desk.tokens(ref)] == ["armed", "moved-2", "met"]


def test_a_clock_started_while_others_tell_of_a_change_it_never_knew_tells_nothing(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    slips(desk, "2026-03-03 10:00")
    desk.changed(packs[1], "2026-03-03 14:00")
    desk.fire("2026-03-03 14:00")
    (fresh,) = slips(desk, "2026-03-03 14:10")
    tell_all(desk)
    assert desk.tokens(fresh) == ["answer-1.armed"]


def test_g17_a_rebuild_after_a_change_gives_the_rows_to_the_byte_and_no_second_fact(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    """G17: here the projection equals the replay, also across a calendar that changed midway."""
    refs = slips(desk, "2026-03-02 08:00", "2026-03-03 08:00", "2026-03-03 10:00", "2026-03-03 11:00")
    desk.fire("2026-03-03 13:00")
    desk.changed(packs[1], "2026-03-03 14:00")
    desk.fire("2026-03-03 14:30")
    slips(desk, "2026-03-03 15:00")
    desk.write(desk.fact(refs[2], CaseAnswered, "2026-03-03 16:00", answer="Xong"))
    desk.fire("2026-03-05 09:00")
    desk.write(desk.fact(refs[0], CaseAnswered, "2026-03-05 09:00", answer="Xong"))
    tell_all(desk)
    desk.fire("2026-03-05 14:00")
    rows, said = desk.rows(), sorted(desk.bodies())
    SlaTable.metadata.drop_all(desk.engine, list(PROJECTION))
    SlaTable.metadata.create_all(desk.engine)
    with writing(desk.engine) as connection:
        desk.store.apply(connection, desk.applied)
    desk.fire("2026-03-05 14:00")
    tell_all(desk)
    assert desk.rows() == rows
    assert sorted(desk.bodies()) == said


def test_g26_adopting_changes_nothing_but_coordinates(desk: Desk, packs: tuple[Pack, Pack, Pack]) -> None:
    """G26: a mass recompute changed `updated_at`; here only where a clock is heard next may move."""
    slips(desk, "2026-03-02 08:00", "2026-03-02 10:00")
    at_first = [(row[0], row[1], row[5], row[7]) for row in stored(desk)]
    desk.changed(packs[2], "2026-03-02 14:00")
    desk.fire("2026-03-02 14:00")
    assert [(row[0], row[1], row[5], row[7]) for row in stored(desk)] == at_first


@pytest.mark.postgres
def test_of_four_replicas_one_adopts_a_change_and_together_they_tell_it_once(
    postgres_url: str, packs: tuple[Pack, Pack, Pack]
) -> None:
    engine = open_engine(postgres_url)
    SlaTable.metadata.create_all(engine)
    desk = Desk(engine, *packs)
    desk.changed(packs[0], "2026-01-05 08:00", recompute=())
    slips(desk, *["2026-03-02 10:00"] * 400)
    desk.changed(packs[2], "2026-03-02 14:00")
    (group,) = desk.due.hours_in_use()

    def replica(_: int) -> bool:
        changing = Changing(engine, desk.book)
        adopted = changing.adopt(group.id, at("2026-03-02 14:00")) is not None
        while changing.tell(50):
            pass
        return adopted

    with ThreadPoolExecutor(4) as replicas:
        assert sorted(replicas.map(replica, range(4))) == [False, False, False, True]
    tell_all(desk)
    assert len([subject for subject in desk.noted() if subject.endswith("moved-2")]) == 400
    assert len(desk.clocks()) == 400
    engine.dispose()


def test_a_pack_that_cannot_reckon_the_hours_is_not_adopted_and_stops_nobody(
    desk: Desk, packs: tuple[Pack, Pack, Pack]
) -> None:
    (ref,) = slips(desk, "2026-03-02 08:00")
    lost = packs[1].model_copy(update={"version": "lost-000000000000"})
    desk.changed(lost, "2026-03-02 09:00")
    desk.fire("2026-03-03 08:00")
    assert desk.tokens(ref)[-1] == "answer-1.missed"
